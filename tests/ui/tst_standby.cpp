// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/appcontext.h"
#include "app/services/localserver.h"
#include "app/services/serverhistory.h"
#include "tests/support/testcluster.h"
#include "tests/support/testserver.h"
#include "ui/performance/activitypage.h"
#include "ui/performance/indexespage.h"
#include "ui/performance/queriespage.h"
#include "ui/performance/settingspage.h"
#include "ui/performance/tablespage.h"
#include "ui/shared/chartpanel.h"
#include "ui/shared/theme.h"
#include "ui/shell/prompt.h"

#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

/// The DBA's pages on a real standby: a copy of the server (pg_basebackup) that follows it, on a socket of
/// its own.
class TestStandby final : public QObject
{
    Q_OBJECT

    QTemporaryDir m_home;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<TestServer> m_primary;
    ServerPrograms m_programs;
    std::unique_ptr<AppContext> m_app;
    std::unique_ptr<Theme> m_theme;
    Prompt m_prompt;
    std::unique_ptr<Page> m_page;

    QString dataFolder() const { return m_folder->path() + u"/data"_s; }

    static void run(const QString &program, const QStringList &arguments)
    {
        ProcessCall call;
        call.program = program;
        call.arguments = arguments;
        call.asUser = serverUser();
        const Result<ProcessOutput> output = runProcess(call);
        if (!output || output->exitCode != 0)
            qFatal("%s: %s", qPrintable(program),
                   output ? qPrintable(output->standardError) : qPrintable(output.error().text()));
    }

    template <typename Shown>
    void open()
    {
        m_page = std::make_unique<Shown>(UiContext{*m_app, *m_theme, m_prompt}, nullptr);
        m_page->resize(1200, 800);
        m_page->show();
        QTRY_VERIFY_WITH_TIMEOUT(!m_page->loading(), 20'000);
    }

    QString note(const QString &label = u"serverNoteText"_s) const
    {
        const auto *text = m_page->findChild<QLabel *>(label);
        return text && text->isVisible() ? text->text() : QString();
    }

private slots:
    void initTestCase()
    {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
        for (const char *name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"})
            qputenv(name, m_home.path().toUtf8());
        m_primary = std::make_unique<TestServer>();
        VERIFY_OK(m_primary->superuser().executeScript(
            "CREATE TABLE public.twice (a int); CREATE INDEX twice_first ON public.twice (a); "
            "CREATE INDEX twice_again ON public.twice (a)"));
        const Result<ServerPrograms> programs = findServerPrograms(0, {u"vector"_s});
        VERIFY_OK(programs);
        m_programs = *programs;
        m_folder = std::make_unique<QTemporaryDir>(u"/tmp/retail-standby-XXXXXX"_s);
        const QString passfile = m_folder->path() + u"/passfile"_s;
        QVERIFY(QFile::copy(m_primary->status().passfile, passfile));
        VERIFY_OK(giveToServer(passfile)); // the server's user reads no file of ours
        VERIFY_OK(giveToServer(m_folder->path()));
        // -R writes standby.signal and where to follow.
        run(m_programs.program(u"pg_basebackup"_s),
            {u"-D"_s, dataFolder(), u"-R"_s, u"-X"_s, u"stream"_s, u"-c"_s, u"fast"_s, u"-d"_s,
             u"host='%1' port=%2 user=postgres passfile='%3'"_s.arg(m_primary->status().host)
                 .arg(m_primary->status().port)
                 .arg(passfile)});
        run(m_programs.program(u"pg_ctl"_s),
            {u"-D"_s, dataFolder(), u"-w"_s, u"-l"_s, dataFolder() + u"/standby.log"_s, u"-o"_s,
             u"-c listen_addresses='' -c unix_socket_directories='%1'"_s.arg(m_folder->path()), u"start"_s});
    }
    void cleanupTestCase()
    {
        run(m_programs.program(u"pg_ctl"_s), {u"-D"_s, dataFolder(), u"-m"_s, u"immediate"_s, u"stop"_s});
        m_primary.reset();
    }

    void init()
    {
        m_app = std::make_unique<AppContext>();
        m_theme = std::make_unique<Theme>(*qApp, m_app->settings);
        // The passwords are kept by the folder of the socket.
        QFile passwords(m_primary->status().passfile);
        QVERIFY(passwords.open(QIODevice::ReadOnly));
        QFile own(m_home.path() + u"/passfile"_s);
        QVERIFY(own.open(QIODevice::WriteOnly) && own.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
        own.write(passwords.readAll().replace(m_primary->status().host.toUtf8(), m_folder->path().toUtf8()));
        own.close();
        Login login = m_primary->login(u"sandbox_dba"_s);
        login.profile.passfile = own.fileName();
        login.profile.conninfo =
            u"host='%1' port=%2 user=sandbox_dba dbname=retail_db"_s.arg(m_folder->path())
                .arg(m_primary->status().port);
        VERIFY_OK(m_app->pool.open(login.profile, login.password, {}).result());
        QVERIFY(m_app->pool.capabilities().standby);
    }
    void cleanup()
    {
        m_page.reset();
        m_theme.reset();
        m_app.reset();
    }

    void activitySaysSoAndShowsTheLag()
    {
        open<ActivityPage>();
        QTRY_VERIFY(note().contains(u"This server is a standby;"_s));
        auto *tabs = m_page->findChild<QTabWidget *>(u"activityTabs"_s);
        tabs->setCurrentWidget(m_page->findChild<QWidget *>(u"activityCharts"_s));
        QTRY_VERIFY(!m_page->findChild<ChartPanel *>(u"lagChart"_s)->data().isEmpty());
    }

    void queriesSaySoAndResetNothing()
    {
        open<QueriesPage>();
        QTRY_VERIFY(note().contains(u"This server is a standby;"_s));
        const auto *reset = m_page->findChild<QPushButton *>(u"resetAllStatements"_s);
        QTRY_VERIFY(reset->toolTip().contains(u"standby"_s));
        QVERIFY(!reset->isEnabled());
    }

    void indexesSaySoAndRunNothing()
    {
        open<IndexesPage>();
        QTRY_VERIFY(note().contains(u"This server is a standby;"_s));
        const auto *job = m_page->findChild<QPushButton *>(u"runIndexJob"_s);
        QTRY_VERIFY(!job->isHidden()); // the first finding is selected
        QVERIFY(!job->isEnabled());
        QVERIFY(job->toolTip().contains(u"done on the primary"_s));
    }

    void tablesSaySo()
    {
        open<TablesPage>();
        QTRY_VERIFY(note().contains(u"This server is a standby;"_s));
    }

    void settingsSaySo()
    {
        open<SettingsPage>();
        QTRY_VERIFY(note(u"settingsNote"_s).contains(u"This server is a standby"_s));
    }

    void itsHistoryIsNotThatOfThePrimary()
    {
        QVERIFY(MetricSampler::serverKey(m_app->pool.capabilities()).endsWith(u"/standby"_s));
    }

    void cutOffFromItsPrimaryItIsBehind()
    {
        // Its lag is then counted from the newest transaction that it has replayed.
        VERIFY_OK(m_primary->superuser().execute("CREATE TABLE public.replayed (a int)"));
        Result<Session> standby = openSession(m_app->pool.login(), u"Test"_s, {});
        VERIFY_OK(standby);
        const auto replayed = [&] {
            const Result<Rows> found = standby->execute("SELECT to_regclass('public.replayed') IS NOT NULL");
            return found && found->boolean(0, 0);
        };
        QTRY_VERIFY_WITH_TIMEOUT(replayed(), 20'000);
        m_primary->stop();
        const auto again = qScopeGuard([this] { m_primary->start(); });
        ActivityService service(m_app->pool);
        Result<Activity> activity = service.now().result();
        const auto cutOff = [&] {
            activity = service.now().result();
            return activity && !activity->server.receiving;
        };
        QTRY_VERIFY_WITH_TIMEOUT(cutOff(), 20'000);
        QCOMPARE(activity->server.lagBytes, 0); // it has replayed all it got
        QVERIFY(activity->server.lagSeconds > 0);
        QVERIFY(activity->sample.lagSeconds > 0);
        open<ActivityPage>();
        QTRY_VERIFY(note().contains(u"not connected to its primary"_s));
    }

    /// The last test: from then on there is no standby.
    void aPromotedCopyDoesNotGoOnWithThePrimarysCounters()
    {
        run(m_programs.program(u"pg_ctl"_s), {u"-D"_s, dataFolder(), u"-w"_s, u"promote"_s});
        const Login login = m_app->pool.login();
        VERIFY_OK(m_app->pool.open(login.profile, login.password, {}).result());
        ConnectionPool primary(1);
        VERIFY_OK(primary.open(m_primary->login(u"sandbox_dba"_s).profile, {}, {}).result());
        const QString key = MetricSampler::serverKey(primary.capabilities());
        QCOMPARE(MetricSampler::serverKey(m_app->pool.capabilities()), key);
        QDateTime at = QDateTime::currentDateTimeUtc().addSecs(-600);
        for (const MetricProbe &probe : ServerHistory::probes()) {
            const std::pair<const ConnectionPool *, MetricOutcome> readings[] = {
                {&primary, MetricOutcome::First},
                {&m_app->pool, MetricOutcome::Restarted},
                {&m_app->pool, MetricOutcome::Kept},
                {&primary, MetricOutcome::Restarted}};
            for (const auto &[pool, expected] : readings) {
                Result<Session> session = openSession(pool->login(), u"Test"_s, {});
                VERIFY_OK(session);
                Result<MetricReading> reading = probe.read(*session);
                VERIFY_OK(reading);
                reading->at = at = at.addSecs(30);
                const Result<MetricOutcome> outcome = m_app->metrics.record(key, probe.kind, *reading);
                VERIFY_OK(outcome);
                QVERIFY2(*outcome == expected, qPrintable(probe.kind.name));
            }
        }
    }
};

QTEST_MAIN(TestStandby)
#include "tst_standby.moc"
