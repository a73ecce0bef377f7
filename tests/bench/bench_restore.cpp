// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/childconnection.h"
#include "app/jobs/processrunner.h"
#include "app/services/archive.h"
#include "app/services/restorejob.h"
#include "tests/bench/must.h"
#include "tests/support/backuptest.h"

#include <QCoreApplication>
#include <QElapsedTimer>

#include <algorithm>
#include <cstdio>

using namespace Qt::StringLiterals;

// A restore against bare pg_restore with the same options and list of contents into a database from the same
// template: the tool's own share of ours is to stay within 1.05 of it; all the rest (checksum, ANALYZE,
// comparison) is printed apart. Both take turns, medians.
//
//   bench_restore [ROWS]     rows of a table beside the sample data (500000)

namespace {

constexpr int rounds = 3;

qint64 median(QList<qint64> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

qint64 bareRestore(const Login &login, const backup::StoredBackup &stored, const restore::Plan &plan)
{
    restore::Server server = must(restore::Server::open(login, {}));
    if (const Result<void> made = server.create(u"bench_bare"_s); !made)
        qFatal("%s", qPrintable(made.error().text()));
    qint64 elapsed = 0;
    {
        Session session = must(openSession(login, u"Bench"_s, {}, u"bench_bare"_s));
        const ChildConnection connection = must(ChildConnection::of(session, u"bench"_s));
        const auto list = backup::listFile(plan.entries);
        ProcessCall call =
            must(backup::restoreCall(backup::archiveOf(stored), localMeans(),
                                     {u"--dbname"_s, connection.conninfo(), u"--exit-on-error"_s,
                                      u"--no-owner"_s, u"--role=retail_owner"_s, u"--use-list"_s,
                                      list->fileName(), u"--jobs"_s, QString::number(plan.jobs)},
                                     {}));
        call.environment = connection.environment();
        QElapsedTimer clock;
        clock.start();
        const ProcessOutput output = must(runProcess(call));
        if (output.exitCode != 0)
            qFatal("%s", qPrintable(output.standardError));
        elapsed = clock.elapsed();
    }
    (void)server.drop(u"bench_bare"_s);
    return elapsed;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const TestDatabase database;
    const Login login = database.login(u"sandbox_ops"_s);
    const QByteArray rows = argc > 1 ? QByteArray(argv[1]) : QByteArray("500000");
    {
        Session session = database.superuser();
        must(session.executeScript("CREATE TABLE retail.bulk AS SELECT gen_random_uuid() AS id, n, "
                                   "md5(n::text) AS words FROM generate_series(1, " +
                                   rows +
                                   ") n; ALTER TABLE retail.bulk OWNER TO retail_owner; ALTER TABLE "
                                   "retail.bulk ADD PRIMARY KEY (id)"));
    }
    QTemporaryDir folder;
    backup::Options options;
    options.folder = folder.path();
    WatchedJob job;
    const backup::StoredBackup stored = must(backup::create(login, options, job));
    QList<qint64> bare;
    QList<qint64> ours;
    QList<qint64> total;
    for (int round = 0; round < rounds; ++round) {
        restore::Request request;
        request.file = stored.dumpPath();
        request.into = u"bench_ours"_s;
        QElapsedTimer clock;
        clock.start();
        const restore::Plan plan = must(restore::plan(login, request, localMeans(), job));
        QElapsedTimer tool;
        qint64 toolMs = -1;
        job.onProgress = [&](const JobProgress &progress) {
            if (progress.phase == u"restoring rows" && !tool.isValid())
                tool.start();
            else if (progress.phase == u"refreshing statistics" && toolMs < 0)
                toolMs = tool.elapsed();
        };
        must(restore::execute(login, plan, {}, localMeans(), job));
        total += clock.elapsed();
        ours += toolMs;
        (void)must(restore::Server::open(login, {})).drop(u"bench_ours"_s);
        bare += bareRestore(login, stored, plan);
    }
    std::printf("%lld rows, medians of %d\n", static_cast<long long>(stored.manifest.rows()), rounds);
    std::printf("pg_restore alone      %6lld ms\n", static_cast<long long>(median(bare)));
    std::printf("tool in a restore     %6lld ms   ratio %.3f\n", static_cast<long long>(median(ours)),
                double(median(ours)) / double(median(bare)));
    std::printf("all, with reading, statistics and comparison  %6lld ms\n",
                static_cast<long long>(median(total)));
    return 0;
}
