// SPDX-License-Identifier: GPL-3.0-or-later
//
// bench_sampledata [TRANSACTIONS] [CUSTOMERS]: loads sample data into an empty database and prints its rate
// beside that of COPY of the same rows from files on the server into the same tables, and the program's peak
// memory. Target: 0.6 or more of COPY's rate, at most 250 MB. "bench_sampledata --memory N" makes the rows
// without a server, for the memory of sizes that take too long to load.
#include "app/db/migrator.h"
#include "app/services/sampledataservice.h"
#include "tests/support/testcluster.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>

#include <sys/resource.h>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace {

class QuietJob final : public JobContext
{
public:
    const CancelToken &token() const override { return m_token; }
    void progress(const JobProgress &) override {}
    void log(const QString &) override {}

private:
    CancelToken m_token;
};

double peakMegabytes()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return double(usage.ru_maxrss) / 1024;
}

[[noreturn]] void stop(const Error &error)
{
    std::fprintf(stderr, "%s\n", qPrintable(error.text()));
    std::exit(1);
}

template <typename T>
T must(Result<T> result)
{
    if (!result)
        stop(result.error());
    return std::move(result).value();
}

void migrate(const TestDatabase &database)
{
    const Login login = database.login(u"postgres"_s);
    Session session = must(openSession(login, u"Bench"_s, {}));
    Migrator migrator(
        session, [&](const QString &name) { return openSession(login, u"Bench"_s, {}, name); },
        [](const QString &) {});
    (void)must(migrator.run({}));
}

SampleDataOptions sized(int transactions, int customers)
{
    SampleDataOptions options;
    options.transactions = transactions;
    options.customers = customers;
    options.products = 2000;
    return must(options.checked());
}

void memoryOnly(const SampleDataOptions &options)
{
    const SampleCatalogue catalogue = must(SampleCatalogue::load());
    QHash<QString, int> ids;
    SampleDataGenerator generator(options, catalogue, ids, 0);
    QElapsedTimer clock;
    clock.start();
    qint64 bytes = 0;
    generator.run([&](SampleTable, int, QByteArray &&text) {
        bytes += text.size();
        return true;
    });
    const double seconds = double(clock.elapsed()) / 1000;
    std::printf("%d transactions made without a server: %.1f s, %.0f a second, %.0f MB of text, peak memory "
                "%.0f MB\n",
                options.transactions, seconds, options.transactions / seconds, double(bytes) / 1e6,
                peakMegabytes());
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    QStringList arguments = app.arguments().mid(1);
    const bool noServer = arguments.removeOne(u"--memory"_s);
    const int transactions = arguments.value(0, u"200000"_s).toInt();
    const int customers = arguments.value(1, QString::number(std::max(2000, transactions / 50))).toInt();
    const SampleDataOptions options = sized(transactions, customers);
    if (noServer) {
        memoryOnly(options);
        return 0;
    }

    // As whoever loads this much sets a server up, alike for both sides: else each checkpoint makes every
    // page that is touched afterwards be logged as a whole.
    Session server = TestCluster::shared().superuser(u"postgres"_s);
    (void)must(server.execute("ALTER SYSTEM SET max_wal_size = '32GB'"));
    (void)must(server.execute("ALTER SYSTEM SET checkpoint_timeout = '1h'"));
    (void)must(server.execute("SELECT pg_reload_conf()"));

    QElapsedTimer clock;
    double loaded = 0;
    double peak = 0;
    QTemporaryDir folder(u"/tmp/retail-bench-XXXXXX"_s);
    QFile(folder.path())
        .setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ReadOther |
                        QFile::WriteOther | QFile::ExeOther);
    const QByteArrayList tables{"product_categories", "stores",
                                "products",           "customers",
                                "sales_transactions", "sales_transaction_items"};
    const auto file = [&](const QByteArray &table) {
        return quoteLiteral(folder.filePath(QString::fromLatin1(table)));
    };
    {
        const TestDatabase database(TestDatabase::Empty);
        migrate(database);
        Session session = database.superuser();
        (void)must(session.execute("CHECKPOINT"));
        QuietJob job;
        clock.start();
        (void)must(SampleDataService::loadInto(session, options, job));
        loaded = double(clock.elapsed()) / 1000;
        peak = peakMegabytes();
        for (const QByteArray &table : tables)
            (void)must(session.execute("COPY retail." + table + " TO " + file(table)));
    }
    const TestDatabase database(TestDatabase::Empty);
    migrate(database);
    Session session = database.superuser();
    (void)must(session.execute("CHECKPOINT"));
    (void)must(session.execute("DELETE FROM retail.product_categories"));
    clock.start();
    (void)must(session.execute("BEGIN"));
    for (const QByteArray &table : tables)
        (void)must(session.execute("COPY retail." + table + " FROM " + file(table)));
    (void)must(session.execute("COMMIT"));
    (void)must(session.execute("ANALYZE"));
    const double copied = double(clock.elapsed()) / 1000;
    std::printf("sample data  %8d transactions %8.1f s %8.0f transactions a second\n", transactions, loaded,
                transactions / loaded);
    std::printf("plain COPY   %8d transactions %8.1f s %8.0f transactions a second\n", transactions, copied,
                transactions / copied);
    std::printf("ratio %.2f (target 0.6), peak memory %.0f MB (target 250)\n", copied / loaded, peak);
    return copied / loaded >= 0.6 && peak <= 250 ? 0 : 1;
}
