// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/appcontext.h"
#include "app/services/backupjob.h"
#include "app/services/restorejob.h"
#include "tests/support/backuptest.h"
#include "tests/support/watchdog.h"
#include "ui/shared/theme.h"
#include "ui/shell/mainwindow.h"
#include "ui/shell/prompt.h"

#include <QApplication>
#include <QTemporaryDir>
#include <QTest>

#include <cstdio>

using namespace Qt::StringLiterals;

// The longest time for which the window does not come back to its events while it makes a backup, restores it
// and shows both, beside the same time with nothing to do (limit: 50 ms; what the thread waited for a
// processor is left out, and printed apart).
//
//   bench_stall [CONNINFO]    a login of ops staff; without it a database of the sample data

namespace {

void print(const char *what, qint64 ms, const Watchdog &watchdog)
{
    std::printf("%-28s %7lld ms   longest pause %4lld ms, on the clock %4lld ms\n", what,
                static_cast<long long>(ms), static_cast<long long>(watchdog.worst()),
                static_cast<long long>(watchdog.worstOnTheClock()));
}

void watch(const char *what, const Job *job)
{
    QElapsedTimer clock;
    clock.start();
    const Watchdog watchdog;
    while (!job->finished())
        QTest::qWait(20);
    if (job->state() != JobState::Succeeded)
        qFatal("%s: %s", what, qPrintable(job->error().text()));
    print(what, clock.elapsed(), watchdog);
}

} // namespace

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    const QTemporaryDir home(u"/tmp/retail-stall-XXXXXX"_s);
    for (const char *name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"})
        qputenv(name, home.path().toUtf8());
    const std::unique_ptr<TestDatabase> database = argc > 1 ? nullptr : std::make_unique<TestDatabase>();
    AppContext app;
    Profile profile;
    if (database)
        profile = database->login(u"sandbox_ops"_s).profile;
    else
        profile.conninfo = QString::fromLocal8Bit(argv[1]);
    profile.name = u"bench"_s;
    if (const Result<void> saved = app.profiles.save(profile); !saved)
        qFatal("%s", qPrintable(saved.error().text()));
    app.settings.set(settings::backupFolder, home.filePath(u"backups"_s));
    Theme theme(application, app.settings);
    Prompt prompt;
    MainWindow window(UiContext{app, theme, prompt}, allPages());
    window.resize(1280, 800);
    window.show();
    window.connectTo(u"bench"_s);
    if (!QTest::qWaitFor([&] { return app.pool.state() == ConnectionPool::State::Open; }, 20'000))
        qFatal("No connection.");
    window.showPage(u"backups"_s);
    QTest::qWait(2'000);
    {
        const Watchdog watchdog;
        QTest::qWait(5'000);
        print("nothing to do", 5'000, watchdog);
    }
    const Login login = app.pool.login();
    backup::Options options;
    options.folder = home.filePath(u"backups"_s);
    std::optional<backup::StoredBackup> made;
    watch("backup", app.jobs.start({u"backup"_s, u"Back up"_s, {}, u"retail-admin backup create"_s},
                                   [&](JobContext &job) -> Result<QString> {
                                       Result<backup::StoredBackup> stored =
                                           backup::create(login, options, job);
                                       if (!stored)
                                           return stored.error();
                                       made = *stored;
                                       return backup::summary(*stored);
                                   }));
    restore::Request request;
    request.file = made->dumpPath();
    request.into = u"bench_stall_restored"_s;
    request.safetyFolder = options.folder;
    watch("restore", app.jobs.start({u"restore"_s, u"Restore"_s, {}, u"retail-admin restore"_s},
                                    [&](JobContext &job) -> Result<QString> {
                                        const Result<restore::Plan> plan =
                                            restore::plan(login, request, localMeans(), job);
                                        return plan ? restore::execute(login, *plan, {}, localMeans(), job)
                                                    : Result<QString>(plan.error());
                                    }));
    if (Result<restore::Server> server = restore::Server::open(login, {}); server)
        (void)server->drop(request.into);
    return 0;
}
