// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/proxied.h"

#include <QCoreApplication>
#include <QElapsedTimer>

#include <libpq-fe.h>

#include <cstdio>
#include <ctime>

using namespace Qt::StringLiterals;

// What a read costs through Session, which brings role, time-outs and store into each transaction, against
// bare libpq on a warm connection that has them set already. Both sides take turns in one run, so that a busy
// machine disturbs both; medians.

namespace {

const QString user = QStringLiteral("sandbox_owner");
const QString store = QStringLiteral("seattle");

struct Query
{
    const char *name;
    Statement statement;
    Params params;
    int rounds;
};

class Bare final
{
public:
    explicit Bare(const Login &login)
        : m_connection(PQconnectdb((login.profile.conninfo + u" passfile='%1'"_s.arg(login.profile.passfile))
                                       .toUtf8()
                                       .constData()))
    {
        if (PQstatus(m_connection) != CONNECTION_OK)
            qFatal("%s", PQerrorMessage(m_connection));
        for (const char *text :
             {"SET statement_timeout = 30000", "SET lock_timeout = 5000", "SET datestyle = 'ISO'",
              "SET timezone = 'UTC'", "SET app.current_store_id = 'seattle'"})
            PQclear(PQexec(m_connection, text));
    }
    ~Bare() { PQfinish(m_connection); }
    Bare(const Bare &) = delete;
    Bare &operator=(const Bare &) = delete;

    int rows(const Query &query) const
    {
        std::vector<const char *> values;
        for (const Param &param : query.params)
            values.push_back(param.data());
        PGresult *result = PQexecParams(m_connection, query.statement.sql.constData(), int(values.size()),
                                        nullptr, values.data(), nullptr, nullptr, 0);
        if (PQresultStatus(result) != PGRES_TUPLES_OK)
            qFatal("%s", PQerrorMessage(m_connection));
        const int count = PQntuples(result);
        PQclear(result);
        return count;
    }

private:
    PGconn *m_connection;
};

/// Processor time of this thread, ns: what a busy machine does not change.
qint64 processorTime()
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return qint64(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

double median(std::vector<qint64> &values)
{
    std::sort(values.begin(), values.end());
    return double(values[values.size() / 2]) / 1'000.0; // µs
}

bool compare(const Query &query, const Bare &bare, Session &session, const QString &limit,
             const std::function<bool(double, double)> &holds)
{
    std::vector<qint64> bareTimes;
    std::vector<qint64> sessionTimes;
    qint64 bareWork = 0;
    qint64 sessionWork = 0;
    int bareRows = 0;
    int sessionRows = 0;
    for (int round = -5; round < query.rounds; ++round) {
        QElapsedTimer clock;
        const qint64 work = processorTime();
        clock.start();
        bareRows = bare.rows(query);
        const qint64 bareTime = clock.nsecsElapsed();
        const qint64 between = processorTime();
        clock.restart();
        const Result<Rows> rows = session.read(store, query.statement, query.params);
        const qint64 sessionTime = clock.nsecsElapsed();
        const qint64 after = processorTime();
        if (!rows)
            qFatal("%s", qPrintable(rows.error().text()));
        sessionRows = rows->count();
        if (round >= 0) { // the first rounds warm up
            bareTimes.push_back(bareTime);
            sessionTimes.push_back(sessionTime);
            bareWork += between - work;
            sessionWork += after - between;
        }
    }
    const double one = median(bareTimes);
    const double other = median(sessionTimes);
    const bool good = bareRows == sessionRows && holds(one, other);
    std::printf("%-36s %5d rows  bare %9.1f us  session %9.1f us  +%7.1f us  ratio %.3f  (%s) %s\n",
                query.name, sessionRows, one, other, other - one, other / one, qPrintable(limit),
                good ? "ok" : "MISSED");
    std::printf("%-36s processor time of the client: bare %.1f us, session %.1f us\n", "",
                double(bareWork) / 1'000.0 / query.rounds, double(sessionWork) / 1'000.0 / query.rounds);
    return good;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const TestDatabase database;
    const Login login = database.login(user);
    (void)database.superuser().execute("ANALYZE");

    const Statement base = sqlcatalog::query("browse/customers");
    const Query page{"page of 200 rows, local socket",
                     {"bench/page", base.sql.trimmed() + " ORDER BY customer_id LIMIT 200"},
                     {store},
                     1'000};
    Session session = openSession(login, u"Bench"_s, {}).value();
    const Bare bare(login);
    const Result<Rows> some = session.read(store, page.statement, page.params);
    if (!some || some->count() == 0)
        qFatal("no rows to measure with");
    const Query one{"one row by key, local socket",
                    {"bench/row", base.sql.trimmed() + " AND customer_id = $2"},
                    {store, some->text(0, some->column("customer_id"))},
                    2'000};
    bool good =
        compare(page, bare, session, u"at most 1.25 x"_s, [](double a, double b) { return b <= 1.25 * a; });
    good &=
        compare(one, bare, session, u"at most +100 us"_s, [](double a, double b) { return b <= a + 100; });

    TcpProxy proxy(clusterSocket());
    const Login far = proxied(login, proxy, user, database.name());
    Session farSession = openSession(far, u"Bench"_s, {}).value();
    const Bare farBare(far);
    proxy.setDelay(std::chrono::milliseconds(50));
    Query farPage = page;
    farPage.name = "page of 200 rows, 50 ms added";
    farPage.rounds = 40;
    good &= compare(farPage, farBare, farSession, u"at most 1.05 x"_s,
                    [](double a, double b) { return b <= 1.05 * a; });
    return good ? 0 : 1;
}
