// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/windowtest.h"

#include <QDBusArgument>
#include <QDBusConnection>
#include <QDBusInterface>
#include <QDBusMetaType>
#include <QDBusReply>
#include <QThread>

using namespace Qt::StringLiterals;

/// An object of the accessibility bus: who has it, and where.
struct Accessible
{
    QString service;
    QDBusObjectPath path;
};

QDBusArgument &operator<<(QDBusArgument &argument, const Accessible &accessible)
{
    argument.beginStructure();
    argument << accessible.service << accessible.path;
    argument.endStructure();
    return argument;
}

const QDBusArgument &operator>>(const QDBusArgument &argument, Accessible &accessible)
{
    argument.beginStructure();
    argument >> accessible.service >> accessible.path;
    argument.endStructure();
    return argument;
}

Q_DECLARE_METATYPE(Accessible)

namespace {

/// Reads the window as a screen reader does, from a connection of its own: every object with its role, name
/// and children, again and again, without regard to what the window does meanwhile.
class Reader final : public QThread
{
public:
    void stop() { m_stop = true; }
    int read() const { return m_read; }
    int cells() const { return m_cells; } ///< of tables, among them

protected:
    void run() override
    {
        const QString address = QDBusInterface(u"org.a11y.Bus"_s, u"/org/a11y/bus"_s, u"org.a11y.Bus"_s,
                                               QDBusConnection::sessionBus())
                                    .call(u"GetAddress"_s)
                                    .arguments()
                                    .value(0)
                                    .toString();
        QDBusConnection bus = QDBusConnection::connectToBus(address, u"reader"_s);
        while (!m_stop && bus.isConnected()) {
            walk(bus, {u"org.a11y.atspi.Registry"_s, QDBusObjectPath(u"/org/a11y/atspi/accessible/root"_s)},
                 0);
            msleep(20);
        }
        QDBusConnection::disconnectFromBus(u"reader"_s);
    }

private:
    static QDBusMessage ask(QDBusConnection &bus, const Accessible &object, const QString &interface,
                            const QString &method, const QVariantList &arguments = {})
    {
        QDBusMessage message =
            QDBusMessage::createMethodCall(object.service, object.path.path(), interface, method);
        message.setArguments(arguments);
        return bus.call(message, QDBus::Block, 5'000);
    }

    void walk(QDBusConnection &bus, const Accessible &object, int depth)
    {
        constexpr int deepest = 40;
        constexpr int mostChildren = 300; // of a table: the cells that are to be seen come first
        if (m_stop || depth > deepest)
            return;
        const QString accessible = u"org.a11y.atspi.Accessible"_s;
        constexpr uint tableCell = 56; // ATSPI_ROLE_TABLE_CELL
        const QDBusReply<uint> role = ask(bus, object, accessible, u"GetRole"_s);
        const QDBusReply<QDBusVariant> name =
            ask(bus, object, u"org.freedesktop.DBus.Properties"_s, u"Get"_s, {accessible, u"Name"_s});
        if (role.isValid() && role.value() == tableCell && name.isValid() &&
            !name.value().variant().toString().isEmpty())
            ++m_cells;
        (void)ask(bus, object, accessible, u"GetState"_s);
        ++m_read;
        const QDBusReply<QList<Accessible>> children = ask(bus, object, accessible, u"GetChildren"_s);
        if (!children.isValid())
            return;
        const QList<Accessible> all = children.value();
        for (const Accessible &child : all.mid(0, mostChildren))
            walk(bus, child, depth + 1);
    }

    std::atomic<bool> m_stop = false;
    std::atomic<int> m_read = 0;
    std::atomic<int> m_cells = 0;
};

} // namespace

/// A screen reader looks at everything while pages come, go and change their rows. Qt 6.4 is known to crash
/// there: the accessible objects of cells outlive their models.
class TestScreenReader final : public WindowTest
{
    Q_OBJECT

private slots:
    void everyPageIsReadWhileItChanges();
};

void TestScreenReader::everyPageIsReadWhileItChanges()
{
    qDBusRegisterMetaType<Accessible>();
    qDBusRegisterMetaType<QList<Accessible>>();
    m_database = std::make_unique<TestDatabase>();
    Prompt prompt;
    openWindow(prompt, {u"sandbox_owner"_s}, {1280, 800});
    connectAs(u"sandbox_owner"_s);
    chooseStore(u"seattle"_s);
    Reader reader;
    reader.start();
    for (int round = 0; round < 2; ++round) {
        for (const PageInfo &page : m_window->registry().pages()) {
            m_window->showPage(page.id);
            QTRY_VERIFY_WITH_TIMEOUT(!m_window->currentPage()->loading(), 20'000);
            QTest::qWait(600); // the reader is among the rows
            m_window->currentPage()->refresh();
            QTest::qWait(200);
        }
        chooseStore(round == 0 ? u"online"_s : u"seattle"_s);
    }
    const int before = reader.read();
    QVERIFY2(QTest::qWaitFor([&] { return reader.read() > before + 50; }, 10'000),
             qPrintable(QString::number(before)));
    QVERIFY2(reader.cells() > 100, qPrintable(QString::number(reader.cells())));
    // The window goes while it is read.
    closeWindow();
    QTest::qWait(200);
    reader.stop();
    // Its last calls are answered, or fail, from this thread.
    QVERIFY(QTest::qWaitFor([&] { return reader.isFinished(); }, 20'000));
    m_database.reset();
}

QTEST_MAIN(TestScreenReader)
#include "tst_screenreader.moc"
