// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/sampledataservice.h"
#include "tests/support/testcluster.h"

#include <QTest>

using namespace Qt::StringLiterals;

namespace {

class TestJob final : public JobContext
{
public:
    const CancelToken &token() const override { return m_token; }
    void progress(const JobProgress &) override { ++reports; }
    void log(const QString &) override {}
    int reports = 0;

private:
    CancelToken m_token;
};

} // namespace

class TestSampleData final : public QObject
{
    Q_OBJECT

private slots:
    void aFilledDatabaseIsLeftAlone()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_owner"_s);
        TestJob job;
        const Result<QString> loaded = SampleDataService(pool).load({})(job);
        QVERIFY(!loaded);
        QCOMPARE(loaded.error().kind, ErrorKind::Conflict);
    }

    void aLoginWithoutTheRightIsRefused()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_manager"_s);
        TestJob job;
        const Result<QString> loaded = SampleDataService(pool).load({})(job);
        QVERIFY(!loaded);
        QCOMPARE(loaded.error().kind, ErrorKind::Permission);
    }

    void theFiguresAgree()
    {
        const TestDatabase database;
        const Result<Rows> wrong = database.superuser().execute(
            "SELECT (SELECT count(*) FROM retail.sales_transactions t WHERE t.total_amount <> t.subtotal + "
            "t.tax_amount"
            "        OR t.subtotal <> (SELECT sum(i.total_price) FROM retail.sales_transaction_items i"
            "                           WHERE i.transaction_id = t.transaction_id)),"
            "       (SELECT count(*) FROM retail.customers), (SELECT count(*) FROM "
            "retail.sales_transactions)");
        VERIFY_OK(wrong);
        QCOMPARE(wrong->integer(0, 0), 0);
        QCOMPARE(wrong->integer(0, 1), SampleDataOptions().customers);
        QCOMPARE(wrong->integer(0, 2), SampleDataOptions().transactions);
    }
};

QTEST_GUILESS_MAIN(TestSampleData)
#include "tst_sampledata.moc"
