// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/testcluster.h"

#include <QElapsedTimer>
#include <QTest>

#include <thread>

using namespace Qt::StringLiterals;

namespace {

const QString manager = QStringLiteral("sandbox_manager");

Statement sql(const char *text)
{
    return {"test", text};
}

} // namespace

class TestSession final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestDatabase> m_database;

    Session session(const QString &user, const CancelToken &token = {}, Profile changes = {}) const
    {
        Login login = m_database->login(user);
        login.profile.readOnly = changes.readOnly;
        login.profile.role = changes.role;
        login.profile.statementTimeoutMs = changes.statementTimeoutMs;
        Result<Session> opened = openSession(login, u"Test"_s, token);
        if (!opened)
            qFatal("%s", qPrintable(opened.error().text()));
        return std::move(opened).value();
    }

private slots:
    void initTestCase() { m_database = std::make_unique<TestDatabase>(); }
    void cleanupTestCase() { m_database.reset(); }

    void aFailedStatementLeavesTheConnectionUsable()
    {
        Session session = this->session(manager);
        const Result<Rows> failed = session.read({}, sql("SELECT 1/0"));
        QVERIFY(!failed);
        QCOMPARE(failed.error().sqlstate, u"22012"_s);
        const Result<Rows> next = session.read({}, sql("SELECT 42"));
        VERIFY_OK(next);
        QCOMPARE(next->integer(0, 0), 42);
    }

    void aForeignStoreIsRefusedBeforeTheStatementRuns()
    {
        Session session = this->session(manager);
        const Result<Rows> rows = session.read(u"redmond"_s, sql("SELECT 1"));
        QVERIFY(!rows);
        QCOMPARE(rows.error().sqlstate, u"42501"_s);
        QCOMPARE(rows.error().kind, ErrorKind::Permission);
    }

    void everyStatementBearsTheMark()
    {
        const QByteArray own = "SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()";
        Session session = this->session(manager);
        const Result<Rows> read = session.read({}, {"test", own});
        VERIFY_OK(read);
        QCOMPARE(read->text(0, 0).toUtf8(), "/* retail-admin */ " + own);
        const Result<QList<Rows>> written = session.write({}, {{{"test", own}}});
        VERIFY_OK(written);
        QCOMPARE(written->first().text(0, 0).toUtf8(), "/* retail-admin */ " + own);
        const Result<Rows> catalogue = session.read({}, {"test", "/* retail-admin */ " + own});
        VERIFY_OK(catalogue);
        QCOMPARE(catalogue->text(0, 0).toUtf8(), "/* retail-admin */ " + own);
    }

    void theStoreDoesNotOutliveItsTransaction()
    {
        Session session = this->session(manager);
        const Result<Rows> within = session.read(u"seattle"_s, sql("SELECT count(*) FROM retail.customers"));
        VERIFY_OK(within);
        QVERIFY(within->integer(0, 0) > 0);
        const Result<Rows> after =
            session.read({}, sql("SELECT count(*), coalesce(current_setting('app.current_store_id', true), "
                                 "'') FROM retail.customers"));
        VERIFY_OK(after);
        QCOMPARE(after->integer(0, 0), 0);
        QCOMPARE(after->text(0, 1), QString());
    }

    void aReadCannotWrite()
    {
        Session session = this->session(u"postgres"_s);
        const Result<Rows> rows = session.read({}, sql("DELETE FROM retail.audit_log"));
        QVERIFY(!rows);
        QCOMPARE(rows.error().sqlstate, u"25006"_s);
    }

    void aReadOnlyProfileIsHeldByTheServer()
    {
        Profile changes;
        changes.readOnly = true;
        Session session = this->session(u"postgres"_s, {}, changes);
        const auto written = session.write({}, {{sql("UPDATE retail.stores SET region = region"), {}}});
        QVERIFY(!written);
        QCOMPARE(written.error().sqlstate, u"25006"_s);
    }

    void theProfilesRoleTravelsInTheTransaction()
    {
        Profile changes;
        changes.role = u"retail_owner"_s;
        Session session = this->session(u"postgres"_s, {}, changes);
        const Result<Rows> within = session.read({}, sql("SELECT current_user"));
        VERIFY_OK(within);
        QCOMPARE(within->text(0, 0), u"retail_owner"_s);
        const Result<Rows> outside = session.execute("SELECT current_user");
        VERIFY_OK(outside);
        // A connection of its own has the role as a whole: its statements run outside our transactions.
        QCOMPARE(outside->text(0, 0), u"retail_owner"_s);
    }

    void theStatementTimeOutEndsIt()
    {
        Profile changes;
        changes.statementTimeoutMs = 200;
        Session session = this->session(manager, {}, changes);
        const Result<Rows> rows = session.read({}, sql("SELECT pg_sleep(20)"));
        QVERIFY(!rows);
        QCOMPARE(rows.error().kind, ErrorKind::Timeout);
        QVERIFY(!rows.error().hint.isEmpty());
    }

    void cancelEndsTheStatementOnTheServer()
    {
        const CancelToken token;
        Session session = this->session(manager, token);
        std::thread canceller([token] {
            QTest::qWait(200);
            token.cancel();
        });
        QElapsedTimer clock;
        clock.start();
        const Result<Rows> rows = session.read({}, sql("SELECT pg_sleep(20) /* to be cancelled */"));
        canceller.join();
        QVERIFY(!rows);
        QCOMPARE(rows.error().kind, ErrorKind::Cancelled);
        QVERIFY2(clock.elapsed() < 3'000, qPrintable(QString::number(clock.elapsed())));
        const Result<Rows> left =
            m_database->superuser().execute("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%to be "
                                            "cancelled%' AND state = 'active' AND pid <> pg_backend_pid()");
        VERIFY_OK(left);
        QCOMPARE(left->integer(0, 0), 0);
    }

    void aTokenCancelledBeforehandStopsTheStatementToo()
    {
        const CancelToken token;
        Session session = this->session(manager, token);
        token.cancel();
        const Result<Rows> rows = session.read({}, sql("SELECT pg_sleep(20)"));
        QVERIFY(!rows);
        QCOMPARE(rows.error().kind, ErrorKind::Cancelled);
    }

    void aBackendThatIsEndedIsALostLink()
    {
        Session session = this->session(manager);
        const Result<Rows> pid = session.read({}, sql("SELECT pg_backend_pid()"));
        VERIFY_OK(pid);
        VERIFY_OK(m_database->superuser().execute("SELECT pg_terminate_backend($1)", {pid->integer(0, 0)}));
        Result<Rows> next = session.read({}, sql("SELECT 1"));
        QVERIFY(!next);
        QCOMPARE(next.error().kind, ErrorKind::LinkLost);
    }

    void aWriteIsAllOrNothing()
    {
        Session session = this->session(u"postgres"_s);
        const auto failed = session.write(
            {}, {{sql("UPDATE retail.stores SET region = 'moved' WHERE store_id = 'seattle'"), {}},
                 {sql("SELECT 1/0"), {}}});
        QVERIFY(!failed);
        QCOMPARE(failed.error().sqlstate, u"22012"_s);
        const Result<Rows> region =
            session.read({}, sql("SELECT region FROM retail.stores WHERE store_id = 'seattle'"));
        VERIFY_OK(region);
        QCOMPARE(region->text(0, 0), u"west"_s);
        QVERIFY(session.wrote());
    }

    void hostileTextsPassUnchanged_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("an injection") << u"'; DROP TABLE retail.stores; --"_s;
        QTest::newRow("quotes and backslashes") << u"\\'\"\\\\$$%_"_s;
        QTest::newRow("Malayalam") << u"മലയാളം"_s;
        QTest::newRow("right to left") << u"مرحبا"_s;
        QTest::newRow("an astral character") << u"😀"_s;
        QTest::newRow("long") << QString(100'000, u'x');
    }
    void hostileTextsPassUnchanged()
    {
        QFETCH(QString, text);
        Session session = this->session(manager);
        const Result<Rows> echoed =
            session.read({}, sql("SELECT $1::text, $2::text[]"), {text, QStringList{text, u"b"_s}});
        VERIFY_OK(echoed);
        QCOMPARE(echoed->text(0, 0), text);
        QCOMPARE(echoed->textArray(0, 1), (QStringList{text, u"b"_s}));
        const Result<Rows> literal =
            session.execute("SELECT " + quoteLiteral(text) + " AS " + quoteIdentifier(text.left(20)));
        VERIFY_OK(literal);
        QCOMPARE(literal->text(0, 0), text);
    }

    void copyMovesRowsBothWays()
    {
        Session session = this->session(u"postgres"_s);
        VERIFY_OK(session.executeScript("CREATE TEMP TABLE t (n int)"));
        int batch = 0;
        const Result<qint64> in =
            session.copyIn("COPY t FROM STDIN", [&](QByteArray &buffer) -> Result<bool> {
                for (int i = 0; i < 10'000; ++i)
                    buffer += QByteArray::number(i) + '\n';
                return ++batch < 5;
            });
        VERIFY_OK(in);
        QCOMPARE(*in, 50'000);
        qint64 rows = 0;
        const Result<qint64> out = session.copyOut("COPY t TO STDOUT", [&](QByteArrayView) -> Result<void> {
            ++rows;
            return {};
        });
        VERIFY_OK(out);
        QCOMPARE(rows, 50'000);
        QCOMPARE(*out, 50'000);
    }

    void aCopyThatFailsKeepsNothing()
    {
        Session session = this->session(u"postgres"_s);
        VERIFY_OK(session.executeScript("CREATE TEMP TABLE t (n int)"));
        const Result<qint64> in =
            session.copyIn("COPY t FROM STDIN", [&](QByteArray &buffer) -> Result<bool> {
                buffer += "1\n";
                return Error{ErrorKind::Cancelled, u"Enough."_s};
            });
        QVERIFY(!in);
        QCOMPARE(in.error().message, u"Enough."_s);
        const Result<Rows> count = session.execute("SELECT count(*) FROM t");
        VERIFY_OK(count);
        QCOMPARE(count->integer(0, 0), 0);
    }
};

QTEST_GUILESS_MAIN(TestSession)
#include "tst_session.moc"
