// SPDX-License-Identifier: GPL-3.0-or-later
//
// bench_dbapages [TABLES]: the DBA's pages on a database with so many tables (1,000), ten indexes each, 5,000
// statements counted and 5,000 locks held. Prints for each page how long it took until it was up and the
// longest time in which the window did not answer, each beside its limit, and a bare query of the same lists
// as reference.
#include "app/appcontext.h"
#include "tests/support/testcluster.h"
#include "ui/performance/activitypage.h"
#include "ui/performance/indexespage.h"
#include "ui/performance/queriespage.h"
#include "ui/performance/tablespage.h"
#include "ui/shared/theme.h"
#include "ui/shell/prompt.h"

#include <QApplication>
#include <QDoubleSpinBox>
#include <QElapsedTimer>
#include <QTableView>
#include <QTextStream>
#include <QTimer>

using namespace Qt::StringLiterals;

namespace {

void must(const Result<Rows> &done)
{
    if (!done)
        qFatal("%s", qPrintable(done.error().text()));
}

/// The longest time between two rounds of the event loop.
class Heart final : public QObject
{
public:
    Heart()
    {
        connect(&m_timer, &QTimer::timeout, this, [this] { beat(); });
        m_timer.start(0);
        m_clock.start();
    }
    void beat() { m_longest = std::max(m_longest, m_clock.restart()); }
    qint64 longest() const { return m_longest; }

private:
    QTimer m_timer;
    QElapsedTimer m_clock;
    qint64 m_longest = 0;
};

struct Bench
{
    AppContext &app;
    Theme &theme;
    Prompt &prompt;
    QTextStream &out;

    template <typename Shown>
    void page(const QString &name, const QString &table, int rows)
    {
        QElapsedTimer clock;
        clock.start();
        Shown page(UiContext{app, theme, prompt}, nullptr);
        page.resize(1440, 900);
        const qint64 made = clock.elapsed();
        if (auto *threshold = page.template findChild<QDoubleSpinBox *>(u"statementThreshold"_s))
            threshold->setValue(0); // all statements, and not the slow ones alone
        const Heart heart;
        static_cast<QWidget &>(page).show(); // a page has a show() of its own
        const auto *view = page.template findChild<QTableView *>(table);
        QEventLoop loop;
        QTimer look;
        qint64 up = -1;
        QObject::connect(&look, &QTimer::timeout, &loop, [&] {
            if (up < 0 && !page.loading() && view->model()->rowCount() >= rows)
                up = clock.elapsed();
            // What comes after the first sight counts for the window too.
            if ((up >= 0 && clock.elapsed() > up + 4'000) || clock.elapsed() > 60'000)
                loop.quit();
        });
        look.start(5);
        loop.exec();
        out << u"%1 up in %2 ms (limit: 1000), longest stall %3 ms (limit: 50), %4 rows, made in %5 ms\n"_s
                   .arg(name, -10)
                   .arg(up, 5)
                   .arg(heart.longest(), 4)
                   .arg(view->model()->rowCount())
                   .arg(made);
        out.flush();
    }

    void bare(const QString &name, Session &session, const Statement &statement, const Params &params = {})
    {
        QElapsedTimer clock;
        clock.start();
        const Result<Rows> rows = session.read({}, statement, params);
        must(rows);
        out << u"reference: %1 %2 ms, %3 rows\n"_s.arg(name, -28).arg(clock.elapsed(), 5).arg(rows->count());
        out.flush();
    }
};

} // namespace

int main(int argc, char **argv)
{
    const QApplication application(argc, argv);
    QTextStream out(stdout);
    const int tables = QApplication::arguments().value(1, u"1000"_s).toInt();
    const QTemporaryDir home;
    for (const char *name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"})
        qputenv(name, home.path().toUtf8());

    const TestDatabase database;
    Session worker = database.superuser();
    QElapsedTimer clock;
    clock.start();
    for (int table = 0; table < tables; ++table) {
        QByteArray script =
            "CREATE TABLE public.many_%1 (a int PRIMARY KEY, b int, c int, d int, e int, f text);"
            "INSERT INTO public.many_%1 SELECT i, i, i, i, i, i FROM generate_series(1, 20) i;";
        for (const char *columns : {"b", "c", "d", "e", "f", "b, c", "c, d", "d, e", "e, f"})
            script += QByteArray("CREATE INDEX ON public.many_%1 (") + columns + ");";
        must(worker.executeScript(script.replace("%1", QByteArray::number(table))));
    }
    must(worker.execute("ANALYZE"));
    must(worker.execute("SELECT pg_stat_statements_reset()"));
    int statements = 0;
    for (int table = 0; table < tables; ++table)
        for (const char *column : {"a", "b", "c", "d", "e"})
            if (statements++ < 4'900)
                must(worker.execute("SELECT " + QByteArray(column) + " FROM public.many_" +
                                    QByteArray::number(table) + " WHERE a = 1"));
    Session holder = database.superuser();
    must(holder.executeScript("BEGIN"));
    for (int table = 0; table < std::min(tables, 460); ++table)
        must(holder.execute("SELECT a FROM public.many_" + QByteArray::number(table)));
    out << u"%1 tables with 10 indexes each, %2 statements, made in %3 s\n"_s.arg(tables)
               .arg(statements)
               .arg(clock.elapsed() / 1'000);
    out.flush();

    AppContext app;
    Theme theme(*qApp, app.settings);
    Prompt prompt;
    const Login dba = database.login(u"sandbox_dba"_s);
    if (const auto opened = app.pool.open(dba.profile, dba.password, {}).result(); !opened)
        qFatal("%s", qPrintable(opened.error().text()));
    Bench bench{app, theme, prompt, out};
    Result<Session> session = openSession(dba, u"Bench"_s, {});
    if (!session)
        qFatal("%s", qPrintable(session.error().text()));
    for (int round = 0; round < 2; ++round) { // the first one warms the server's caches
        out << (round == 0 ? u"cold\n"_s : u"warm\n"_s);
        bench.page<IndexesPage>(u"Indexes"_s, u"indexTable"_s, 10 * tables);
        bench.page<TablesPage>(u"Tables"_s, u"tableTable"_s, tables);
        bench.page<QueriesPage>(u"Queries"_s, u"statementsTable"_s, std::min(4 * tables, 4'000));
        bench.page<ActivityPage>(u"Activity"_s, u"lockTable"_s, 1'000);
    }
    bench.bare(u"indexes/list"_s, *session, sqlcatalog::query("indexes/list"));
    bench.bare(u"indexes/foreign_keys"_s, *session, sqlcatalog::query("indexes/foreign_keys"));
    bench.bare(u"indexes/sequential_scans"_s, *session, sqlcatalog::query("indexes/sequential_scans"),
               {10'000});
    bench.bare(u"indexes/estimates"_s, *session, sqlcatalog::query("indexes/estimates"));
    bench.bare(u"indexes/sizes"_s, *session, sqlcatalog::query("indexes/sizes"));
    bench.bare(u"indexes/uses"_s, *session, sqlcatalog::query("indexes/uses"));
    bench.bare(u"tables/list"_s, *session, sqlcatalog::query("tables/list"));
    bench.bare(u"activity/sessions"_s, *session, sqlcatalog::query("activity/sessions"));
    bench.bare(u"activity/locks"_s, *session, sqlcatalog::query("activity/locks"), {2'000});
    bench.bare(u"activity/sample"_s, *session, sqlcatalog::query("activity/sample"));
    app.pool.shutDown();
    return 0;
}
