// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/job.h"
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
};

QTEST_GUILESS_MAIN(TestLocalStore)
#include "tst_localstore.moc"
