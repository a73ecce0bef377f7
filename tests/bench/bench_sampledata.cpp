// SPDX-License-Identifier: GPL-3.0-or-later
//
// bench_sampledata [TRANSACTIONS] [CUSTOMERS]: loads sample data into an empty database and prints its rate
// beside that of COPY of the same rows from files on the server into the same tables, and the program's peak
// memory. Target: 0.6 or more of COPY's rate, at most 250 MB. "bench_sampledata --memory N" makes the rows
// without a server, for the memory of sizes that take too long to load.
#include "app/db/migrator.h"
#include "app/jobs/quietjob.h"
#include "app/services/sampledataservice.h"
#include "tests/bench/must.h"
#include "tests/support/testserver.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>

#include <sys/resource.h>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace {

double peakMegabytes()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return double(usage.ru_maxrss) / 1024;
}

/// A server set up as whoever loads this much sets one up, alike for both sides: random keys are looked up in
/// memory, and pages are not logged whole after each checkpoint, which with random keys is nearly all there
/// is to write and would hide what the two sides differ in.
class Server final
{
public:
    Server()
    {
        Session session = m_server.superuser();
        for (const char *setting : {"shared_buffers = '10GB'", "max_wal_size = '6GB'",
                                    "checkpoint_timeout = '1h'", "full_page_writes = off"})
            (void)must(session.execute(QByteArray("ALTER SYSTEM SET ") + setting));
        m_server.stop();
        m_server.start();
    }

    Session session(const QString &database) const
    {
        Login login;
        login.profile.name = u"Bench"_s;
        login.profile.conninfo = u"host='%1' port=%2 user=postgres dbname=%3"_s.arg(
            m_server.status().host, QString::number(m_server.status().port), database);
        login.profile.passfile = m_server.status().passfile;
        return must(openSession(login, u"Bench"_s, {}));
    }

    /// Replaces whatever the database held by the schema alone.
    Session emptied(const QString &database) const
    {
        Session server = session(u"postgres"_s);
        (void)must(server.execute("DROP DATABASE IF EXISTS " + quoteIdentifier(database)));
        (void)must(server.execute("CREATE DATABASE " + quoteIdentifier(database) + " TEMPLATE template0"));
        Session made = session(database);
        Migrator migrator(
            made, [&](const QString &name) { return Result<Session>(session(name)); },
            [](const QString &) {});
        (void)must(migrator.run({}));
        (void)must(made.execute("CHECKPOINT"));
        return made;
    }

private:
    TestServer m_server;
};

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

    const Server server;
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
        Session session = server.emptied(u"bench"_s);
        QuietJob job;
        clock.start();
        (void)must(SampleDataService::loadInto(session, options, job));
        loaded = double(clock.elapsed()) / 1000;
        peak = peakMegabytes();
        std::printf("sample data  %8d transactions %8.1f s %8.0f transactions a second\n", transactions,
                    loaded, transactions / loaded);
        std::fflush(stdout);
        for (const QByteArray &table : tables)
            (void)must(session.execute("COPY retail." + table + " TO " + file(table)));
    }
    Session session = server.emptied(u"bench"_s); // one at a time: 10 million take 40 GB
    (void)must(session.execute("DELETE FROM retail.product_categories"));
    clock.start();
    (void)must(session.execute("BEGIN"));
    for (const QByteArray &table : tables)
        (void)must(session.execute("COPY retail." + table + " FROM " + file(table)));
    (void)must(session.execute("COMMIT"));
    (void)must(session.execute("ANALYZE"));
    const double copied = double(clock.elapsed()) / 1000;
    std::printf("plain COPY   %8d transactions %8.1f s %8.0f transactions a second\n", transactions, copied,
                transactions / copied);
    std::printf("ratio %.2f (target 0.6), peak memory %.0f MB (target 250)\n", copied / loaded, peak);
    return copied / loaded >= 0.6 && peak <= 250 ? 0 : 1;
}
