// SPDX-License-Identifier: GPL-3.0-or-later
//
// bench_dashboards [PAIRS [SECONDS]]: throughput of pgbench alone and while a DBA looks: Activity asks every
// five seconds, as it does; statements are listed and everything is sampled every ten, which is more than the
// window does (a list when asked, samples each minute and quarter of an hour). Runs in pairs, in turn the one
// and the other first, so that the machine's other load meets both; prints each ratio and the median. Limit:
// 1 %.
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

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList given = QCoreApplication::arguments();
    const int pairs = given.value(1, u"5"_s).toInt();
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
    int looks = 0;
    QTimer timer;
    timer.setInterval(5'000);
    const auto look = [&] {
        (void)activity.now();
        if (looks++ % 2 == 0) {
            (void)service.statements(true);
            sampler.look(true);
        }
    };
    QObject::connect(&timer, &QTimer::timeout, &timer, look);

    const QStringList load{u"-T"_s, seconds, u"-c"_s, u"4"_s, u"-j"_s, u"2"_s, u"-M"_s, u"prepared"_s};
    QList<double> ratios;
    for (int pair = 0; pair < pairs; ++pair) {
        double alone = 0;
        if (pair % 2 == 0)
            alone = run(owner, load);
        sampler.setWatched(true);
        timer.start();
        look();
        const double watched = run(owner, load);
        timer.stop();
        sampler.setWatched(false);
        if (pair % 2 == 1)
            alone = run(owner, load);
        ratios.append(alone > 0 ? watched / alone : 0);
        out << u"pair %1: alone %2 tps, watched %3 tps, ratio %4\n"_s.arg(pair + 1)
                   .arg(alone, 0, 'f', 0)
                   .arg(watched, 0, 'f', 0)
                   .arg(ratios.last(), 0, 'f', 3);
        out.flush();
    }
    std::sort(ratios.begin(), ratios.end());
    out << u"median ratio %1 over %2 pairs, %3 looks  (limit: 0.99)\n"_s
               .arg(ratios[ratios.size() / 2], 0, 'f', 3)
               .arg(pairs)
               .arg(looks);
    pool.shutDown();
    return 0;
}
