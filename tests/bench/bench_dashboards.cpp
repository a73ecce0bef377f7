// SPDX-License-Identifier: GPL-3.0-or-later
//
// bench_dashboards [ROUNDS [SECONDS]]: throughput of pgbench while a DBA looks as the window does (Activity
// every five seconds, samples for the history when they are due, the statements listed once), between two
// runs alone. Prints each ratio to their mean, the ratio of the two alone (what the machine's noise makes of
// nothing), and the processor time that the dashboards and their server sessions took, which noise does not
// move. Limit: 1 %.
#include "app/local/localstore.h"
#include "app/services/serverhistory.h"
#include "tests/support/testcluster.h"

#include <QCoreApplication>
#include <QDir>
#include <QEventLoop>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTextStream>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

QString pgbench()
{
    const QStringList versions = QDir(u"/usr/lib/postgresql"_s).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    return u"/usr/lib/postgresql/%1/bin/pgbench"_s.arg(versions.isEmpty() ? u"15"_s : versions.last());
}

/// Transactions a second, or 0 with the reason printed.
double run(const Login &login, const QStringList &arguments)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"PGPASSFILE"_s, login.profile.passfile);
    process.setProcessEnvironment(environment);
    QEventLoop wait;
    QObject::connect(&process, &QProcess::finished, &wait, &QEventLoop::quit);
    process.start(pgbench(), arguments + QStringList{login.profile.conninfo});
    if (!process.waitForStarted())
        return 0;
    wait.exec();
    static const QRegularExpression tps(u"tps = ([0-9.]+)"_s);
    const QString out = QString::fromLocal8Bit(process.readAllStandardOutput());
    const double found = tps.match(out).captured(1).toDouble();
    if (found <= 0 && !arguments.contains(u"-i"_s))
        QTextStream(stderr) << process.readAllStandardError();
    return found;
}

/// Seconds of processor time that this program has used.
double ownSeconds()
{
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval &time) { return double(time.tv_sec) + double(time.tv_usec) / 1e6; };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// Seconds of processor time that the server's sessions of this program have used since they began.
double sessionSeconds(const TestDatabase &database)
{
    Session session = database.superuser();
    const Result<Rows> rows = session.read(
        {},
        {"bench/sessions",
         "SELECT pid FROM pg_stat_activity WHERE usename = 'sandbox_dba' AND datname = current_database()"});
    double ticks = 0;
    for (int row = 0; rows && row < rows->count(); ++row) {
        QFile stat(u"/proc/%1/stat"_s.arg(rows->text(row, 0)));
        if (!stat.open(QIODevice::ReadOnly))
            continue;
        const QByteArray all = stat.readAll();
        const QList<QByteArray> fields = all.mid(all.lastIndexOf(')') + 2).split(' ');
        ticks += fields.value(11).toDouble() + fields.value(12).toDouble();
    }
    return ticks / double(sysconf(_SC_CLK_TCK));
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList given = QCoreApplication::arguments();
    const int rounds = given.value(1, u"5"_s).toInt();
    const QString seconds = given.value(2, u"30"_s);
    QTextStream out(stdout);
    const TestDatabase database; // with the schema, which the pool asks for
    const Login owner = database.login(u"postgres"_s);
    run(owner, {u"-i"_s, u"-q"_s, u"-s"_s, u"10"_s});

    const QTemporaryDir home;
    LocalStore local(home.path() + u"/local.db"_s);
    if (!local.prepare())
        return 1;
    Settings settings(home.path() + u"/settings.ini"_s);
    MetricStore metrics(local.file());
    ConnectionPool pool(2);
    MetricSampler sampler(pool, metrics, settings);
    PerformanceService service(pool, metrics, sampler);
    for (const MetricProbe &probe : ServerHistory::probes())
        sampler.add(probe);
    ActivityService activity(pool);
    const Login dba = database.login(u"sandbox_dba"_s);
    if (const auto opened = pool.open(dba.profile, dba.password, {}).result(); !opened) {
        out << opened.error().text() << '\n';
        return 1;
    }
    QTimer timer;
    timer.setInterval(5'000);
    QObject::connect(&timer, &QTimer::timeout, &timer, [&] { (void)activity.now(); });

    const QStringList load{u"-T"_s, seconds, u"-c"_s, u"4"_s, u"-j"_s, u"2"_s, u"-M"_s, u"prepared"_s};
    run(owner, load); // warms what both sides use
    QList<double> ratios;
    double before = run(owner, load);
    double took = 0;
    for (int round = 0; round < rounds; ++round) {
        const double used = ownSeconds() + sessionSeconds(database);
        sampler.setWatched(true);
        sampler.look();
        timer.start();
        (void)activity.now();
        (void)service.statements(true);
        const double watched = run(owner, load);
        timer.stop();
        sampler.setWatched(false);
        took += ownSeconds() + sessionSeconds(database) - used;
        const double after = run(owner, load);
        if (before <= 0 || watched <= 0 || after <= 0)
            return 1;
        ratios.append(watched / ((before + after) / 2));
        out << u"round %1: alone %2 and %3 tps (ratio %4), watched %5 tps, ratio %6\n"_s.arg(round + 1)
                   .arg(before, 0, 'f', 0)
                   .arg(after, 0, 'f', 0)
                   .arg(after / before, 0, 'f', 3)
                   .arg(watched, 0, 'f', 0)
                   .arg(ratios.last(), 0, 'f', 3);
        out.flush();
        before = after;
    }
    std::sort(ratios.begin(), ratios.end());
    const double available = rounds * seconds.toDouble() * QThread::idealThreadCount();
    out << u"median ratio %1 over %2 rounds  (limit: 0.99); processor time of the dashboards %3 s of %4 s, %5 %\n"_s
               .arg(ratios[ratios.size() / 2], 0, 'f', 3)
               .arg(rounds)
               .arg(took, 0, 'f', 2)
               .arg(available, 0, 'f', 0)
               .arg(took / available * 100, 0, 'f', 2);
    pool.shutDown();
    return 0;
}
