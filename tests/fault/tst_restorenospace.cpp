// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/restoretest.h"
#include "tests/support/testserver.h"

using namespace Qt::StringLiterals;
using namespace restoretest;

/// The server's disk is full in the middle of a restore. After each: the live database as it was, nothing
/// half made, and a message that names the cause.
class TestRestoreNoSpace final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestServer> m_server;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::optional<backup::StoredBackup> m_backup;
    QHash<QString, QString> m_before;

    QStringList databases() const
    {
        QStringList names;
        const Result<Rows> rows =
            m_server->superuser().execute("SELECT datname::text FROM pg_database WHERE NOT datistemplate AND "
                                          "datname <> 'postgres' ORDER BY 1");
        for (int row = 0; rows && row < rows->count(); ++row)
            names += rows->text(row, 0);
        return names;
    }

private slots:
    void initTestCase()
    {
        m_server = std::make_unique<TestServer>();
        m_folder = std::make_unique<QTemporaryDir>(u"/tmp/retail-nospace-XXXXXX"_s);
        // The user who runs the server may not be able to enter the build folder.
        QVERIFY(
            QFile(m_folder->path())
                .setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ExeOther));
        const QString library = m_folder->path() + u"/nospace.so"_s;
        QVERIFY(QFile::copy(QStringLiteral(NO_SPACE_LIBRARY), library));
        m_server->stop();
        qputenv("LD_PRELOAD", library.toLocal8Bit());
        m_server->start();
        qunsetenv("LD_PRELOAD");

        VERIFY_OK(m_server->superuser().execute("ALTER DATABASE retail_db OWNER TO retail_owner"));

        backup::Options options;
        options.folder = m_folder->path();
        options.database = u"retail_db"_s;
        WatchedJob job;
        const Result<backup::StoredBackup> made =
            backup::create(m_server->login(u"sandbox_ops"_s), options, job);
        VERIFY_OK(made);
        m_backup = *made;
        m_before = contents(m_server->superuser());
    }
    void cleanup() { m_server->remove(u"no-space"_s); }

    void theDiskFillsUp_data()
    {
        QTest::addColumn<QString>("into");
        QTest::addColumn<bool>("swap");
        QTest::addColumn<QString>("phase");
        for (const QString &phase :
             {u"making the database"_s, u"restoring rows"_s, u"building indexes and constraints"_s})
            QTest::addRow("a new database, %s", qPrintable(phase)) << u"retail_new"_s << false << phase;
        QTest::newRow("in place of the live one") << u"retail_db"_s << true << u"restoring rows"_s;
        QTest::newRow("over the live one") << u"retail_db"_s << false << u"restoring rows"_s;
    }
    void theDiskFillsUp()
    {
        QFETCH(QString, into);
        QFETCH(bool, swap);
        QFETCH(QString, phase);
        restore::Request request;
        request.file = m_backup->dumpPath();
        request.into = into;
        request.swap = swap;
        request.safetyFolder = m_folder->path();
        WatchedJob job;
        const Login ops = m_server->login(u"sandbox_ops"_s);
        const Result<restore::Plan> plan = restore::plan(ops, request, localMeans(), job);
        VERIFY_OK(plan);
        bool filled = false;
        job.onProgress = [&](const JobProgress &progress) {
            if (!filled && progress.phase == phase)
                m_server->touch(u"no-space"_s);
            filled = filled || progress.phase == phase;
        };
        const Result<QString> done = restore::execute(ops, *plan, plan->into, localMeans(), job);
        QVERIFY(filled);
        QVERIFY(!done);
        QVERIFY2(done.error().kind == ErrorKind::Io, qPrintable(done.error().text()));
        QVERIFY2(done.error().text().contains(u"full"), qPrintable(done.error().text()));
        QVERIFY2(!done.error().hint.contains(u"folder"), qPrintable(done.error().text()));
        m_server->remove(u"no-space"_s);
        QCOMPARE(databases(), QStringList{u"retail_db"_s});
        QCOMPARE(contents(m_server->superuser()), m_before);
    }
};

QTEST_GUILESS_MAIN(TestRestoreNoSpace)
#include "tst_restorenospace.moc"
