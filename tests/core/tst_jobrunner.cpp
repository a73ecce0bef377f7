// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/jobrunner.h"
#include "app/local/localstore.h"

#include <QSemaphore>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

using namespace Qt::StringLiterals;

class TestJobRunner final : public QObject
{
    Q_OBJECT

    QTemporaryDir m_home;
    std::unique_ptr<LocalStore> m_store;

    static JobSpec spec() { return {u"test"_s, u"Test"_s, u"nowhere"_s, u"retail-admin test"_s}; }

private slots:
    void init()
    {
        m_store = std::make_unique<LocalStore>(
            m_home.filePath(QLatin1String(QTest::currentTestFunction()) + u".db"_s));
        QVERIFY(m_store->prepare().ok());
    }

    void aFailureIsKeptWithItsWords()
    {
        JobRunner runner(*m_store);
        Job *job = runner.start(spec(), [](JobContext &) -> Result<QString> {
            return Error{ErrorKind::Io, u"The disk is full."_s};
        });
        QTRY_COMPARE(job->state(), JobState::Failed);
        QCOMPARE(job->summary(), u"The disk is full."_s);
        QCOMPARE(m_store->jobs(1)->first().state, u"failed"_s);
    }

    void cancelReachesTheWorkAndIsNoFailure()
    {
        JobRunner runner(*m_store);
        Job *job = runner.start(spec(), [](JobContext &context) -> Result<QString> {
            QSemaphore cancelled;
            const auto registration = context.token().onCancel([&] { cancelled.release(); });
            cancelled.acquire();
            return Error{ErrorKind::Cancelled, u"Stopped."_s};
        });
        QTRY_COMPARE(job->state(), JobState::Running);
        job->cancel();
        QTRY_COMPARE(job->state(), JobState::Cancelled);
        QCOMPARE(m_store->jobs(1)->first().state, u"cancelled"_s);
    }

    void aJobThatIsCancelledWhileItWaitsEndsAtOnceAndNeverBegins()
    {
        std::atomic_bool begun = false;
        {
            JobRunner runner(*m_store);
            const auto untilCancelled = [](JobContext &context) -> Result<QString> {
                QSemaphore cancelled;
                const auto registration = context.token().onCancel([&] { cancelled.release(); });
                cancelled.acquire();
                return Error{ErrorKind::Cancelled, u"Stopped."_s};
            };
            const QList<Job *> busy{runner.start(spec(), untilCancelled),
                                    runner.start(spec(), untilCancelled)};
            for (const Job *job : busy)
                QTRY_COMPARE(job->state(), JobState::Running);
            QSignalSpy finished(&runner, &JobRunner::finished);
            Job *waiting = runner.start(spec(), [&begun](JobContext &) -> Result<QString> {
                begun = true;
                return u"It began all the same."_s;
            });
            waiting->cancel();
            waiting->cancel();
            QTRY_COMPARE(waiting->state(), JobState::Cancelled); // with both others still at work
            QCOMPARE(runner.running(), 2);
            QCOMPARE(waiting->summary(), u"Cancelled before it began."_s);
            QCOMPARE(m_store->jobs(1)->first().state, u"cancelled"_s);
            QCOMPARE(m_store->jobs(1)->first().summary, waiting->summary());

            for (Job *job : busy)
                job->cancel();
            QTRY_COMPARE(runner.running(), 0);
            QCOMPARE(finished.size(), 3); // the one that waited is told of once
            QCOMPARE(waiting->log().size(), 1);
        } // the runner is gone when its threads are
        QVERIFY(!begun);
        QCOMPARE(m_store->jobs(9)->size(), 3);
        QCOMPARE(m_store->jobs(1)->first().summary, u"Cancelled before it began."_s);
    }

    void closingTheProgramRecordsWhatWaitsAsCancelled()
    {
        std::atomic_bool begun = false;
        {
            JobRunner runner(*m_store);
            for (int i = 0; i < 3; ++i) {
                const Job *job = runner.start(spec(), [&begun, i](JobContext &context) -> Result<QString> {
                    if (i == 2)
                        begun = true;
                    QSemaphore cancelled;
                    const auto registration = context.token().onCancel([&] { cancelled.release(); });
                    cancelled.acquire();
                    return Error{ErrorKind::Cancelled, u"Stopped."_s};
                });
                if (i < 2)
                    QTRY_COMPARE(job->state(), JobState::Running);
            }
        }
        QVERIFY(!begun);
        QCOMPARE(m_store->jobs(1)->first().state, u"cancelled"_s);
        QCOMPARE(m_store->jobs(1)->first().summary, u"Cancelled before it began."_s);
    }

    void progressLogAndSummaryArrive()
    {
        JobRunner runner(*m_store);
        QSignalSpy finished(&runner, &JobRunner::finished);
        Job *job = runner.start(spec(), [](JobContext &context) -> Result<QString> {
            context.progress({u"loading"_s, 50, 100, u"rows"_s});
            context.log(u"password=hunter2 line"_s);
            return u"100 rows were loaded."_s;
        });
        QTRY_COMPARE(finished.size(), 1);
        QCOMPARE(job->state(), JobState::Succeeded);
        QCOMPARE(job->progress().done, 50);
        QCOMPARE(job->log(), QStringList{u"password=*** line"_s});
        QCOMPARE(job->summary(), u"100 rows were loaded."_s);
    }

    void closingTheProgramCancelsAndRecordsWhatRuns()
    {
        {
            JobRunner runner(*m_store);
            Job *job = runner.start(spec(), [](JobContext &context) -> Result<QString> {
                QSemaphore cancelled;
                const auto registration = context.token().onCancel([&] { cancelled.release(); });
                cancelled.acquire();
                return Error{ErrorKind::Cancelled, u"Stopped."_s};
            });
            QTRY_COMPARE(job->state(), JobState::Running);
        }
        QCOMPARE(m_store->jobs(1)->first().state, u"cancelled"_s);
    }

    void whatEndsWellWhileTheProgramClosesIsDone()
    {
        {
            JobRunner runner(*m_store);
            const Job *job = runner.start(spec(), [](JobContext &context) -> Result<QString> {
                QSemaphore cancelled;
                const auto registration = context.token().onCancel([&] { cancelled.release(); });
                cancelled.acquire();
                return u"It was too late to cancel."_s;
            });
            QTRY_COMPARE(job->state(), JobState::Running);
        }
        QCOMPARE(m_store->jobs(1)->first().state, u"succeeded"_s);
        QCOMPARE(m_store->jobs(1)->first().summary, u"It was too late to cancel."_s);
    }

    void aKilledProgramLeavesAFailedJob()
    {
        const pid_t child = ::fork();
        if (child == 0) {
            (void)m_store->jobStarted(spec());
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        const JobRecord record = m_store->jobs(1)->first();
        QCOMPARE(record.state, u"failed"_s);
        QVERIFY(!record.summary.isEmpty());
    }

    void theCommandLineRecordsItsJobsToo()
    {
        JobRunner runner(*m_store);
        int reported = 0;
        const Result<QString> result = runner.runHere(
            spec(),
            [](JobContext &context) -> Result<QString> {
                context.progress({u"one"_s, 1, 2, {}});
                return u"Done."_s;
            },
            {}, [&](const JobProgress &) { ++reported; }, [](const QString &) {});
        QVERIFY(result.ok());
        QCOMPARE(reported, 1);
        QCOMPARE(m_store->jobs(1)->first().summary, u"Done."_s);
    }
};

QTEST_GUILESS_MAIN(TestJobRunner)
#include "tst_jobrunner.moc"
