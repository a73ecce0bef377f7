// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/childconnection.h"
#include "app/jobs/processrunner.h"
#include "tests/support/backuptest.h"

#include <QCoreApplication>
#include <QElapsedTimer>

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>

using namespace Qt::StringLiterals;

// A backup against bare pg_dump with the same options on the same database: the dump's own share of ours is
// to stay within 1.05 of it; counts, checksum and verification are printed apart. Both take turns, medians.
//
//   bench_backup [ROWS]     rows of a table beside the sample data (2000000)
//   bench_backup --profile CONNINFO    another database instead, as a login that sees all rows

namespace {

constexpr int rounds = 5;

qint64 median(QList<qint64> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

long peakKilobytes()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

qint64 bareDump(const Login &login, const QString &file)
{
    Result<Session> session = openSession(login, u"Bench"_s, {});
    if (!session)
        qFatal("%s", qPrintable(session.error().text()));
    const Result<ChildConnection> connection = ChildConnection::of(*session, u"bench"_s);
    ProcessCall call;
    call.program = backup::findTool(u"pg_dump"_s, 15, backup::toolFolders({}), {})->program;
    call.arguments = {u"--dbname"_s, connection->conninfo(), u"--format"_s, u"custom"_s,
                      u"--role"_s,   u"retail_ops"_s,        u"--file"_s,   file};
    call.environment = connection->environment();
    QElapsedTimer clock;
    clock.start();
    const Result<ProcessOutput> output = runProcess(call);
    if (!output || output->exitCode != 0)
        qFatal("pg_dump: %s", output ? qPrintable(output->standardError) : "did not run");
    return clock.elapsed();
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    std::unique_ptr<TestDatabase> database;
    Login login;
    if (arguments.value(1) == u"--profile") {
        login.profile.conninfo = arguments.value(2);
    } else {
        database = std::make_unique<TestDatabase>();
        login = database->login(u"sandbox_ops"_s);
        const qint64 rows = arguments.size() > 1 ? arguments[1].toLongLong() : 2'000'000;
        Session session = database->superuser();
        const Result<Rows> made = session.executeScript(
            "CREATE TABLE retail.bulk AS SELECT gen_random_uuid() AS id, n, now() + n * interval '1 s' AS "
            "at, "
            "round((random() * 1000)::numeric, 2) AS amount, md5(n::text) AS words FROM generate_series(1, " +
            QByteArray::number(rows) + ") n; ALTER TABLE retail.bulk OWNER TO retail_owner");
        if (!made)
            qFatal("%s", qPrintable(made.error().text()));
        (void)session.execute("VACUUM ANALYZE retail.bulk");
    }
    QTemporaryDir folder;
    QList<qint64> bare;
    QList<qint64> ours;
    QList<qint64> total;
    backup::Manifest last;
    for (int round = 0; round < rounds; ++round) {
        bare += bareDump(login, folder.path() + u"/bare"_s);
        backup::Options options;
        options.folder = folder.path() + u"/ours"_s;
        WatchedJob job;
        QElapsedTimer clock;
        clock.start();
        const auto made = backup::create(login, options, job);
        if (!made)
            qFatal("%s", qPrintable(made.error().text()));
        total += clock.elapsed();
        ours += made->manifest.dumpMs;
        last = made->manifest;
    }
    std::printf("%lld rows, %lld bytes of backup, medians of %d\n", static_cast<long long>(last.rows()),
                static_cast<long long>(last.bytes()), rounds);
    std::printf("pg_dump alone        %6lld ms\n", static_cast<long long>(median(bare)));
    std::printf("dump in a backup     %6lld ms   ratio %.3f\n", static_cast<long long>(median(ours)),
                double(median(ours)) / double(median(bare)));
    std::printf("counts %lld ms, checksum and sync %lld ms, verification %lld ms, all %lld ms\n",
                static_cast<long long>(last.countMs), static_cast<long long>(last.checksumMs),
                static_cast<long long>(last.verifyMs), static_cast<long long>(median(total)));
    std::printf("peak memory of this program %ld kB\n", peakKilobytes());
    return 0;
}
