// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/log.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

class TestLog final : public QObject
{
    Q_OBJECT

private slots:
    void secretsAreStruckOut_data()
    {
        QTest::addColumn<QString>("text");
        const auto row = [](const char *name, const QString &text) { QTest::newRow(name) << text; };
        row("a URI", u"postgresql://ada:hunter2@db.example:5432/retail"_s);
        row("a URI whose password holds an at sign", u"postgres://ada:hunter2@hunter2@db/retail"_s);
        row("key and value", u"host=db password=hunter2 user=ada"_s);
        row("a quoted value", u"password='hunter2 \\' hunter2' user=ada"_s);
        row("blanks around the sign", u"PASSWORD = hunter2"_s);
        row("JSON", u"{\"password\": \"hunter2\"}"_s);
        row("a header", u"Authorization: Bearer hunter2"_s);
        row("an API key", u"api-key: hunter2"_s);
        row("a SAS signature", u"https://x.blob/backups?sv=1&sig=hunter2&se=2"_s);
    }
    void secretsAreStruckOut()
    {
        QFETCH(QString, text);
        const QString safe = logging::redact(text);
        QVERIFY2(!safe.contains(u"hunter2"), qPrintable(safe));
        QVERIFY(safe.contains(u"***"));
    }

    void otherTextIsLeftAlone()
    {
        const QString text = u"could not connect to db.example:5432 as ada, sslmode=verify-full"_s;
        QCOMPARE(logging::redact(text), text);
    }

    void linesReachAPrivateFileWithoutSecrets()
    {
        const QTemporaryDir home;
        qputenv("XDG_STATE_HOME", home.path().toUtf8());
        logging::install(false);
        qCWarning(lcDb) << "connecting to postgresql://ada:hunter2@db/retail";
        qInstallMessageHandler(nullptr);
        QFile file(logging::file());
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray content = file.readAll();
        QVERIFY(content.contains("ada:***@db"));
        QVERIFY(!content.contains("hunter2"));
        QCOMPARE(file.permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
    }
};

QTEST_GUILESS_MAIN(TestLog)
#include "tst_log.moc"
