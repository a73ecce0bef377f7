// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/job.h"
#include "app/local/localconnection.h"
#include "app/local/localstore.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <thread>
#include <vector>

using namespace Qt::StringLiterals;

class TestLocalStore final : public QObject
{
    Q_OBJECT

private slots:
    void aDamagedFileIsSetAsideWithAMessage()
    {
        const QTemporaryDir home;
        const QString path = home.path() + u"/local.db"_s;
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(8192, 'x'));
        file.close();
        LocalStore store(path);
        const Result<QString> prepared = store.prepare();
        QVERIFY2(prepared.ok(), prepared ? "" : qPrintable(prepared.error().text()));
        QVERIFY(prepared->contains(u"set aside"));
        QCOMPARE(QDir(home.path()).entryList({u"local.db.damaged-*"_s}).size(), 1);
        const Result<qint64> started = store.jobStarted({u"k"_s, u"t"_s, {}, {}});
        QVERIFY2(started.ok(), started ? "" : qPrintable(started.error().text()));
    }

    void manyThatStartAtOnceShareOneFile()
    {
        const QTemporaryDir home;
        std::vector<std::thread> starting;
        std::atomic<int> ready = 0;
        for (int i = 0; i < 8; ++i)
            starting.emplace_back([&] {
                const Result<QString> prepared = LocalStore(home.path() + u"/local.db"_s).prepare();
                ready += prepared && prepared->isEmpty() ? 1 : 0;
            });
        for (std::thread &thread : starting)
            thread.join();
        QCOMPARE(ready, 8);
        QVERIFY(QDir(home.path()).entryList({u"local.db.damaged-*"_s}).isEmpty());
    }

    void whatIsNotDamagedIsNotSetAside()
    {
        const QTemporaryDir home;
        QVERIFY(QDir(home.path()).mkpath(u"local.db"_s)); // cannot be opened, and not for its content
        QVERIFY(!LocalStore(home.path() + u"/local.db"_s).prepare());
        QCOMPARE(QDir(home.path()).entryList(QDir::Dirs | QDir::NoDotAndDotDot), QStringList{u"local.db"_s});
    }

    void aFolderThatCannotBeWrittenIsAnErrorAndNoCrash()
    {
        LocalStore store(u"/proc/nowhere/local.db"_s);
        QVERIFY(!store.prepare());
        QVERIFY(!store.jobs(10));
    }

    void jobsComeBackNewestFirst()
    {
        const QTemporaryDir home;
        LocalStore store(home.path() + u"/local.db"_s);
        QVERIFY(store.prepare().ok());
        const Result<qint64> first =
            store.jobStarted({u"backup"_s, u"Back up"_s, u"db"_s, u"retail-admin backup"_s});
        const Result<qint64> second = store.jobStarted({u"drill"_s, u"Drill"_s, {}, {}});
        QVERIFY(first.ok() && second.ok());
        QVERIFY(store.jobEnded(*first, u"succeeded"_s, u"12 MB"_s, u"a\nb"_s).ok());
        const Result<QList<JobRecord>> jobs = store.jobs(10);
        QVERIFY(jobs.ok());
        QCOMPARE(jobs->size(), 2);
        QCOMPARE(jobs->at(0).kind, u"drill"_s);
        QCOMPARE(jobs->at(0).state, u"running"_s);
        QVERIFY(!jobs->at(0).ended.isValid());
        QCOMPARE(jobs->at(1).state, u"succeeded"_s);
        QCOMPARE(jobs->at(1).summary, u"12 MB"_s);
        QCOMPARE(jobs->at(1).log, u"a\nb"_s);
        QVERIFY(jobs->at(1).ended.isValid());
    }

    void oldJobsGoWithTheNextOne()
    {
        const QTemporaryDir home;
        LocalStore store(home.path() + u"/local.db"_s);
        QVERIFY(store.prepare().ok());
        for (const int days : {401, 399}) {
            const Result<qint64> id = store.jobStarted({u"backup"_s, u"%1 days ago"_s.arg(days), {}, {}});
            QVERIFY(id.ok());
            const auto aged =
                LocalConnection(store.file())
                    .run(u"UPDATE jobs SET started = ? WHERE id = ?"_s,
                         {QDateTime::currentDateTimeUtc().addDays(-days).toString(Qt::ISODateWithMs), *id});
            QVERIFY(aged.ok());
        }
        QVERIFY(store.jobStarted({u"backup"_s, u"now"_s, {}, {}}).ok());
        const Result<QList<JobRecord>> jobs = store.jobs(10);
        QVERIFY(jobs.ok());
        QCOMPARE(jobs->size(), 2);
        QCOMPARE(jobs->at(0).title, u"now"_s);
        QCOMPARE(jobs->at(1).title, u"399 days ago"_s);
    }

    void valuesThatMayNameAPersonLeaveAnOlderHistory()
    {
        const QTemporaryDir home;
        LocalStore store(home.path() + u"/local.db"_s);
        QVERIFY(store.prepare().ok());
        for (const QString &table : {u"customers"_s, u"products"_s})
            QVERIFY(store
                        .jobStarted({u"export"_s,
                                     table,
                                     {},
                                     u"retail-admin export %1 --out f --filter a=vera"_s.arg(table)})
                        .ok());
        QVERIFY(LocalConnection(store.file()).run(u"PRAGMA user_version = 5"_s).ok());
        QVERIFY(store.prepare().ok());
        const Result<QList<JobRecord>> jobs = store.jobs(10);
        QVERIFY(jobs.ok());
        QCOMPARE(jobs->at(0).command, u"retail-admin export products --out f --filter a=vera"_s);
        QCOMPARE(jobs->at(1).command, u"retail-admin export customers --out f"_s);
    }
};

QTEST_GUILESS_MAIN(TestLocalStore)
#include "tst_localstore.moc"
