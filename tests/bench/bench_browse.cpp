// SPDX-License-Identifier: GPL-3.0-or-later
//
// bench_browse [SALES]: a store with SALES sales (2,000,000) and twice as many items, made set-based, and in
// one run, each figure beside its reference:
//   first page     service call to rows in the model, against psql's \timing of the same statement
//   far page       the last page against the first
//   scrolling      1,000,000 rows through the grid: time, resident memory
//   QSqlTableModel time and memory to show the last row of the same table (where Qt's driver is installed)
//   export         CSV of all sales, against psql's \copy of the same query; growth of memory
//   stall          longest gap between two turns of the window's event loop while all that ran
// Prints; asserts nothing. Needs some GB of disk for a while.
#include "app/core/settings.h"
#include "app/jobs/quietjob.h"
#include "app/services/exportservice.h"
#include "tests/bench/must.h"
#include "tests/support/testcluster.h"
#include "ui/shared/recordmodel.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QScrollBar>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QSqlTableModel>
#include <QTimer>

#include <algorithm>
#include <cstdio>

using namespace Qt::StringLiterals;

namespace {

constexpr int repetitions = 60;

void say(const QString &line)
{
    std::printf("%s\n", qPrintable(line));
    std::fflush(stdout);
}

double median(QList<double> values)
{
    std::sort(values.begin(), values.end());
    return values.isEmpty() ? 0 : values[values.size() / 2];
}

/// A line of /proc/self/status in MB.
double memory(const char *key)
{
    QFile status(u"/proc/self/status"_s);
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : status.readAll().split('\n'))
        if (line.startsWith(key))
            return line.mid(qsizetype(qstrlen(key)) + 1).trimmed().split(' ').first().toDouble() / 1024;
    return 0;
}

/// The longest time in which the event loop of the window did not turn.
class Watchdog final
{
public:
    Watchdog()
    {
        m_clock.start();
        m_timer.setInterval(1);
        m_timer.setTimerType(Qt::PreciseTimer);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer,
                         [this] { m_longest = std::max(m_longest, m_clock.restart()); });
        m_timer.start();
    }
    qint64 take()
    {
        m_clock.restart();
        return std::exchange(m_longest, 0);
    }

private:
    QTimer m_timer;
    QElapsedTimer m_clock;
    qint64 m_longest = 0;
};

void fill(TestDatabase &database, int sales)
{
    QElapsedTimer clock;
    clock.start();
    Session session = database.superuser();
    const auto run = [&](const QByteArray &sql) { (void)must(session.executeScript(sql)); };
    // Without the triggers: what is measured is reading.
    run("SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = "
        "'256MB'");
    run("INSERT INTO retail.sales_transactions (store_id, customer_id, transaction_date, transaction_type, "
        "payment_method, subtotal, tax_amount, total_amount, cashier_id, register_id, receipt_number, "
        "metadata) "
        "SELECT 'seattle', (SELECT customer_id FROM retail.customers WHERE store_id = 'seattle' LIMIT 1), "
        "timestamptz '2020-01-01' + n * interval '90 seconds', 'sale', (ARRAY['cash', 'credit_card'])[1 + n "
        "% 2], "
        "n % 500, n % 50, n % 550, 'cashier ' || n % 40, 'register ' || n % 9, 'R-' || n, '{\"channel\": "
        "\"store\"}' "
        "FROM generate_series(1, " +
        QByteArray::number(sales) + ") n");
    run("INSERT INTO retail.sales_transaction_items (transaction_id, product_id, quantity, unit_price, "
        "total_price, "
        "store_id) SELECT t.transaction_id, (SELECT product_id FROM retail.products WHERE store_id = "
        "'seattle' LIMIT "
        "1), 1, 10, 10, 'seattle' FROM retail.sales_transactions t, generate_series(1, 2) WHERE "
        "t.receipt_number LIKE "
        "'R-%' AND t.store_id = 'seattle'");
    run("VACUUM (ANALYZE) retail.sales_transactions");
    run("VACUUM (ANALYZE) retail.sales_transaction_items");
    run("CHECKPOINT");
    say(u"%1 sales and %2 items made in %3 s"_s.arg(sales).arg(sales * 2).arg(clock.elapsed() / 1000));
}

QStringList psqlArguments(const Login &login)
{
    return {u"-X"_s, u"-q"_s, u"-v"_s, u"ON_ERROR_STOP=1"_s, u"-d"_s, login.profile.conninfo};
}

/// psql on one connection, asked in turns with us: so both meet the same machine.
class Psql final
{
public:
    explicit Psql(const Login &login)
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"PGPASSFILE"_s, login.profile.passfile);
        m_process.setProcessEnvironment(environment);
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start(u"psql"_s, psqlArguments(login));
        m_process.write("SELECT retail.set_store_context('seattle');\n\\timing on\n\\o /dev/null\n");
    }
    ~Psql()
    {
        m_process.closeWriteChannel();
        m_process.waitForFinished(-1);
    }
    Q_DISABLE_COPY_MOVE(Psql)

    /// The milliseconds that \timing tells.
    double time(const QByteArray &statement)
    {
        static const QRegularExpression told(u"Time: ([0-9.]+) ms"_s);
        m_process.write(statement + ";\n");
        QString said;    // may come in pieces
        QEventLoop loop; // the window's loop turns on: its stalls are measured meanwhile
        QObject::connect(&m_process, &QProcess::readyReadStandardOutput, &loop, &QEventLoop::quit);
        QObject::connect(&m_process, &QProcess::finished, &loop, [] { qFatal("psql ended"); });
        for (;;) {
            loop.exec();
            said += QString::fromUtf8(m_process.readAllStandardOutput());
            if (const auto match = told.match(said); match.hasMatch())
                return match.captured(1).toDouble();
        }
    }

private:
    QProcess m_process;
};

class Bench final
{
public:
    Bench(QApplication &application, const Login &login, const QString &settingsFile)
        : m_settings(settingsFile)
        , m_theme(application, m_settings)
        , m_pool(4)
        , m_browse(m_pool)
        , m_model(*browseTable("sales_transactions"))
        , m_view(m_theme, m_settings, u"bench"_s)
        , m_login(login)
    {
        (void)must(m_pool.open(login.profile, login.password, {}).result());
        m_view.setModel(&m_model);
        m_view.setWindowed();
        m_view.resize(1280, 800);
        m_view.show();
        QObject::connect(&m_view, &TableView::visibleRows, &m_model, &RecordModel::showing);
    }

    RecordModel::PageSource source()
    {
        return [this](const BrowseRequest &request, const CancelToken &token) {
            return m_browse.page(u"seattle"_s, request, token);
        };
    }

    /// Milliseconds from the question to the rows in the model.
    template <typename Ask>
    static double timed(RecordModel &model, Ask ask)
    {
        QEventLoop loop;
        const auto connection =
            QObject::connect(&model, &RecordModel::loadingChanged, &loop, [&loop](bool loading) {
                if (!loading)
                    loop.quit();
            });
        QElapsedTimer clock;
        clock.start();
        ask();
        if (model.loading())
            loop.exec();
        const double ms = double(clock.nsecsElapsed()) / 1e6;
        QObject::disconnect(connection);
        QCoreApplication::processEvents(); // painting is not part of the figure
        return ms;
    }

    void pages()
    {
        QList<double> first;
        QList<double> last;
        QList<double> shown;
        RecordModel model(*browseTable("sales_transactions")); // psql does not lay a table out either
        BrowseRequest request;
        request.table = "sales_transactions";
        const QByteArray statement =
            QByteArray(must(BrowseService::select(request, u"seattle"_s, quoteLiteral)) +
                       " AND transaction_date IS NOT NULL" +
                       must(BrowseService::order(request)).replace(" NULLS LAST", "") + " LIMIT 201")
                .simplified();
        Psql psql(m_login);
        QList<double> theirs;
        for (int i = 0; i < repetitions; ++i) {
            first.append(timed(model, [&] { model.load(source()); }));
            theirs.append(psql.time(statement));
        }
        for (int i = 0; i < repetitions; ++i)
            last.append(timed(model, [&] { model.toEnd(); }));
        for (int i = 0; i < repetitions; ++i)
            shown.append(timed(m_model, [this] { m_model.load(source()); }));
        const double reference = median(theirs);
        say(u"first page      %1 ms, psql %2 ms: %3 x (limit 1.3)"_s.arg(median(first), 0, 'f', 2)
                .arg(reference, 0, 'f', 2)
                .arg(median(first) / reference, 0, 'f', 2));
        say(u"  in the grid   %1 ms with widths of columns fitted"_s.arg(median(shown), 0, 'f', 2));
        say(u"far page        %1 ms, first %2 ms: %3 x (limit 1.5)"_s.arg(median(last), 0, 'f', 2)
                .arg(median(first), 0, 'f', 2)
                .arg(median(last) / median(first), 0, 'f', 2));
    }

    void scroll(int rows)
    {
        (void)timed(m_model, [this] { m_model.load(source()); });
        const double before = memory("VmRSS:");
        QElapsedTimer clock;
        clock.start();
        while (m_model.offset() + m_model.rowCount() < rows && !m_model.atEnd()) {
            (void)timed(m_model, [this] { m_model.fetchMore({}); });
            m_view.verticalScrollBar()->setValue(m_view.verticalScrollBar()->maximum());
            QCoreApplication::processEvents();
        }
        say(u"scrolling       %1 rows in %2 s; resident %3 MB, before %4 MB (limit 180 MB)"_s
                .arg(m_model.offset() + m_model.rowCount())
                .arg(double(clock.elapsed()) / 1000, 0, 'f', 1)
                .arg(memory("VmRSS:"), 0, 'f', 0)
                .arg(before, 0, 'f', 0));
    }

    void exportAll(const QString &folder)
    {
        ExportService exports(m_pool);
        ExportRequest request;
        request.storeId = u"seattle"_s;
        request.rows.table = "sales_transactions";
        request.file = folder + u"/ours.csv"_s;
        request.replace = true;
        const QByteArray query =
            must(BrowseService::select(request.rows, u"seattle"_s, quoteLiteral)).simplified();
        QList<double> ours;
        QList<double> reference;
        double growth = 0;
        for (int i = 0; i < 3; ++i) {
            const double before = memory("VmRSS:");
            QElapsedTimer clock;
            clock.start();
            QEventLoop loop;
            QFutureWatcher<Result<QString>> watcher;
            QObject::connect(&watcher, &QFutureWatcherBase::finished, &loop, &QEventLoop::quit);
            watcher.setFuture(QtConcurrent::run([&] {
                QuietJob job;
                return exports.exportRows(request)(job);
            }));
            loop.exec();
            (void)must(watcher.result());
            ours.append(double(clock.elapsed()));
            growth = std::max(growth, memory("VmRSS:") - before);

            QProcess psql;
            QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
            environment.insert(u"PGPASSFILE"_s, m_login.profile.passfile);
            psql.setProcessEnvironment(environment);
            psql.start(u"psql"_s, psqlArguments(m_login));
            psql.write("SELECT retail.set_store_context('seattle');\n");
            clock.start();
            psql.write("\\copy (" + query + ") TO '" + QFile::encodeName(folder) + "/psql.csv' CSV HEADER\n");
            psql.closeWriteChannel();
            QObject::connect(&psql, &QProcess::finished, &loop, &QEventLoop::quit);
            loop.exec();
            if (psql.exitCode() != 0)
                std::fprintf(stderr, "%s", psql.readAllStandardError().constData());
            reference.append(double(clock.elapsed()));
        }
        say(u"export          %1 ms, psql \\copy %2 ms: %3 x (limit 1.15); memory grew by %4 MB (limit 20); %5 MB written"_s
                .arg(median(ours), 0, 'f', 0)
                .arg(median(reference), 0, 'f', 0)
                .arg(median(ours) / median(reference), 0, 'f', 2)
                .arg(growth, 0, 'f', 1)
                .arg(QFile(request.file).size() >> 20));
    }

private:
    Settings m_settings;
    Theme m_theme;
    ConnectionPool m_pool;
    BrowseService m_browse;
    RecordModel m_model;
    TableView m_view;
    const Login m_login;
};

/// In a process of its own, since what it holds would count as ours.
int showLastRowWithQtSql(const QStringList &arguments)
{
    const double before = memory("VmRSS:");
    QSqlDatabase database = QSqlDatabase::addDatabase(u"QPSQL"_s);
    database.setHostName(arguments[0]);
    database.setPort(arguments[1].toInt());
    database.setDatabaseName(arguments[2]);
    database.setUserName(arguments[3]);
    if (!database.open())
        return 1;
    QSqlQuery(database).exec(u"SELECT retail.set_store_context('seattle')"_s);
    QElapsedTimer clock;
    clock.start();
    QSqlTableModel model(nullptr, database);
    model.setTable(u"retail.sales_transactions"_s);
    model.setSort(model.fieldIndex(u"transaction_date"_s), Qt::DescendingOrder);
    model.select();
    while (model.canFetchMore())
        model.fetchMore();
    const QString last = model.index(model.rowCount() - 1, 0).data().toString();
    say(u"QSqlTableModel  last of %1 rows (%2…) in %3 s; resident %4 MB more"_s.arg(model.rowCount())
            .arg(last.left(8))
            .arg(double(clock.elapsed()) / 1000, 0, 'f', 1)
            .arg(memory("VmRSS:") - before, 0, 'f', 0));
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.value(1) == u"--qsql")
        return showLastRowWithQtSql(arguments.mid(2));
    const int sales = arguments.size() > 1 ? arguments[1].toInt() : 2'000'000;
    QTemporaryDir folder;
    TestDatabase database;
    fill(database, sales);
    const Login login = database.login(u"sandbox_manager"_s);
    {
        Bench bench(application, login, folder.filePath(u"settings.ini"_s));
        QCoreApplication::processEvents(); // the program's own start is not part of it
        Watchdog watchdog;
        bench.pages();
        const qint64 paging = watchdog.take();
        bench.scroll(std::min(sales, 1'000'000));
        const qint64 scrolling = watchdog.take();
        bench.exportAll(folder.path());
        say(u"longest stall   %1 ms paging, %2 ms scrolling, %3 ms exporting (limit 50 ms)"_s.arg(paging)
                .arg(scrolling)
                .arg(watchdog.take()));
    }
    if (QSqlDatabase::isDriverAvailable(u"QPSQL"_s)) {
        QProcess other;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"PGPASSFILE"_s, login.profile.passfile);
        other.setProcessEnvironment(environment);
        other.setProcessChannelMode(QProcess::ForwardedChannels);
        const SandboxStatus &status = TestCluster::shared().status();
        other.start(
            QCoreApplication::applicationFilePath(),
            {u"--qsql"_s, status.host, QString::number(status.port), database.name(), u"sandbox_manager"_s});
        other.waitForFinished(-1);
    } else {
        say(u"QSqlTableModel  not measured: Qt's PostgreSQL driver (libqt6sql6-psql) is not installed"_s);
    }
    return 0;
}
