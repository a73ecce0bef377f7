// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/appcontext.h"
#include "ui/search/serverdialog.h"
#include "ui/shared/theme.h"
#include "ui/shell/prompt.h"

#include <QApplication>
#include <QComboBox>
#include <QDirIterator>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

namespace {

/// Gives one vector of three numbers to whoever asks.
class VectorServer final : public QTcpServer
{
public:
    VectorServer()
    {
        if (!listen(QHostAddress::LocalHost))
            qFatal("no port");
        connect(this, &QTcpServer::newConnection, this, [this] {
            QTcpSocket *socket = nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, this, [socket] {
                if (!socket->peek(1'000'000).contains("coffee")) // the end of the body
                    return;
                const QByteArray body = R"({"data":[{"index":0,"embedding":[1,2,0.5]}],"model":"m"})";
                socket->write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " +
                              QByteArray::number(body.size()) + "\r\n\r\n" + body);
                socket->disconnectFromHost();
            });
        });
    }
    QString address() const { return u"http://127.0.0.1:%1/v1"_s.arg(serverPort()); }
};

} // namespace

/// Setting up the servers that compute vectors, on a desktop without a keyring.
class TestServerDialog final : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<AppContext> m_app;
    std::unique_ptr<Theme> m_theme;
    Prompt m_prompt;
    std::unique_ptr<ServerDialog> m_dialog;

    QLineEdit *line(const QString &name) const { return m_dialog->findChild<QLineEdit *>(name); }
    QString said() const { return m_dialog->findChild<QLabel *>(u"serverSaid"_s)->text(); }
    void press(const QString &button) const { m_dialog->findChild<QPushButton *>(button)->click(); }
    void chooseKind(const QString &name) const
    {
        auto *kinds = m_dialog->findChild<QComboBox *>(u"serverPreset"_s);
        kinds->setCurrentIndex(kinds->findText(name));
        QVERIFY(kinds->currentIndex() >= 0);
        emit kinds->activated(kinds->currentIndex());
    }
    QList<EmbeddingServer> kept() const { return m_app->embeddingServers.all().value(); }

private slots:
    void init()
    {
        m_home = std::make_unique<QTemporaryDir>();
        for (const char *name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"})
            qputenv(name, m_home->path().toUtf8());
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=" + m_home->path().toUtf8() + "/none");
        m_app = std::make_unique<AppContext>();
        m_theme = std::make_unique<Theme>(*qApp, m_app->settings);
        m_dialog = std::make_unique<ServerDialog>(UiContext{*m_app, *m_theme, m_prompt});
        m_dialog->show();
    }
    void cleanup()
    {
        m_dialog.reset();
        m_theme.reset();
        m_app.reset();
    }

    void everyKindBringsItsAddress()
    {
        QCOMPARE(line(u"serverAddress"_s)->text(), u"https://api.openai.com/v1"_s);
        chooseKind(u"Ollama"_s);
        QCOMPARE(line(u"serverAddress"_s)->text(), u"http://localhost:11434/v1"_s);
        chooseKind(u"Azure OpenAI"_s);
        QVERIFY(line(u"serverAddress"_s)->text().isEmpty()); // nobody else knows the resource's name
        QVERIFY(line(u"serverAddress"_s)->placeholderText().contains("azure.com"_L1));
    }

    void aServerIsTriedKeptAndForgotten()
    {
        const VectorServer server;
        chooseKind(u"Ollama"_s);
        line(u"serverAddress"_s)->setText(server.address());
        press(u"serverTest"_s);
        QTRY_VERIFY2(said().startsWith(u"It answers: 3 dimensions"_s), qPrintable(said()));
        QVERIFY(kept().isEmpty());
        press(u"serverSave"_s);
        QVERIFY2(said().startsWith(u"Saved."_s), qPrintable(said()));
        QCOMPARE(kept().size(), 1);
        QCOMPARE(kept().first().preset, u"ollama"_s);
        QCOMPARE(kept().first().baseUrl, QUrl(server.address()));
        press(u"serverForget"_s);
        QVERIFY(kept().isEmpty());
        QVERIFY(said().contains("stay in the database"_L1));
    }

    void whatIsWrongIsSaidAndNotKept_data()
    {
        QTest::addColumn<QString>("address");
        QTest::newRow("no address") << QString();
        QTest::newRow("no address of the web") << u"ftp://example.com/v1"_s;
        QTest::newRow("a password in it") << u"https://me:secret@example.com/v1"_s;
        QTest::newRow("hostile text") << u"'; DROP TABLE x; -- \\ %"_s;
    }
    void whatIsWrongIsSaidAndNotKept()
    {
        QFETCH(QString, address);
        chooseKind(u"Azure OpenAI"_s);
        line(u"serverAddress"_s)->setText(address);
        press(u"serverSave"_s);
        QVERIFY(!said().isEmpty() && !said().startsWith(u"Saved"_s));
        QVERIFY(kept().isEmpty());
        press(u"serverTest"_s);
        QTRY_VERIFY(m_dialog->findChild<QPushButton *>(u"serverTest"_s)->isEnabled());
        QVERIFY(!said().startsWith(u"It answers"_s));
        QVERIFY(!said().contains("secret"_L1));
    }

    void aServerThatIsGoneIsASentence()
    {
        QString address;
        {
            const VectorServer gone;
            address = gone.address();
        }
        chooseKind(u"llama.cpp server"_s);
        line(u"serverAddress"_s)->setText(address);
        line(u"serverKey"_s)->setText(u"k"_s); // one attempt
        press(u"serverTest"_s);
        QVERIFY(said().contains("127.0.0.1"_L1));
        QTRY_VERIFY_WITH_TIMEOUT(m_dialog->findChild<QPushButton *>(u"serverTest"_s)->isEnabled(), 20'000);
        QVERIFY2(!said().startsWith(u"Asking"_s) && !said().startsWith(u"It answers"_s), qPrintable(said()));
    }

    void withoutAKeyringTheKeyHoldsForTheSession()
    {
        const VectorServer server;
        line(u"serverAddress"_s)->setText(server.address());
        line(u"serverKey"_s)->setText(u"sk-of-mine"_s);
        press(u"serverSave"_s);
        QTRY_VERIFY2(said().contains("in this session only"_L1), qPrintable(said()));
        QVERIFY(said().contains("set openai --key-file"_L1));
        QVERIFY(kept().isEmpty());
        QDirIterator files(m_home->path(), QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            QVERIFY2(!file.readAll().contains("sk-of-mine"), qPrintable(file.fileName()));
        }
    }
};

QTEST_MAIN(TestServerDialog)
#include "tst_serverdialog.moc"
