// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/embeddingservice.h"
#include "app/services/searchquality.h"
#include "tests/support/testcluster.h"

#include <QTest>

#include <cmath>

using namespace Qt::StringLiterals;

class TestSearchQuality final : public QObject
{
    Q_OBJECT

private slots:
    void whoSeesWhat_data()
    {
        QTest::addColumn<QString>("user");
        QTest::addColumn<QStringList>("stores");
        QTest::addColumn<bool>("plan");
        QTest::addColumn<bool>("change");
        const QStringList all{u"bellevue"_s, u"online"_s, u"redmond"_s, u"seattle"_s};
        QTest::newRow("a DBA: the numbers of all stores") << u"sandbox_dba"_s << all << true << true;
        QTest::newRow("ops") << u"sandbox_ops"_s << all << true << true;
        QTest::newRow("the owner") << u"sandbox_owner"_s << all << true << true;
        QTest::newRow("a manager: the own store, no plan")
            << u"sandbox_manager"_s << QStringList{u"seattle"_s} << false << false;
    }
    void whoSeesWhat()
    {
        QFETCH(const QString, user);
        QFETCH(const QStringList, stores);
        QFETCH(const bool, plan);
        QFETCH(const bool, change);
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, user);
        EmbeddingProviders providers;
        const auto coverage = EmbeddingService(pool, providers).coverage().result();
        VERIFY_OK(coverage);
        QStringList seen;
        for (const EmbeddingCoverage &row : *coverage) {
            seen.append(row.storeId);
            QCOMPARE(row.products, row.upToDate + row.stale + row.missing);
            QVERIFY(row.products > 0 && row.upToDate == row.products &&
                    row.active); // the sandbox embedded them
            QVERIFY(row.newest.isValid());
        }
        seen.sort();
        QCOMPARE(seen, stores);

        SearchQuality quality(pool);
        const Result<SearchFacts> facts = quality.facts().result();
        VERIFY_OK(facts);
        QCOMPARE(facts->indexes.size(), 1);
        QCOMPARE(facts->indexes.first().name, u"idx_product_embeddings_vector"_s);
        QCOMPARE(facts->indexes.first().method, u"hnsw"_s);
        QCOMPARE(facts->indexes.first().m, 16);
        QCOMPARE(facts->indexes.first().efConstruction, 128);
        QVERIFY(facts->indexes.first().valid && facts->indexes.first().bytes > 0);
        QCOMPARE(facts->efSearch, 200);
        QCOMPARE(facts->activeModel, OfflineEmbeddingProvider::builtInModel());
        VERIFY_OK(quality.builds().result());

        MeasureRequest request;
        request.storeId = u"seattle"_s;
        request.samples = 5;
        request.k = 10;
        request.efSearch = {200, 40};
        const Result<SearchMeasure> measure = quality.measure(request).result();
        VERIFY_OK(measure);
        QCOMPARE(measure->index.size(), 2);
        for (const IndexMeasure &row : measure->index) {
            QCOMPARE(row.sampled, 5);
            QVERIFY(row.recall > 0.5 && row.recall <= 1);
            QVERIFY(row.p50 > 0 && row.p95 >= row.p50 && row.exactP95 >= row.exactP50);
        }
        QCOMPARE(measure->modes.size(), 3);
        QCOMPARE(measure->modes.first().scan, u"exact"_s);

        const Result<SearchPlan> explained = quality.plan(u"seattle"_s, 20, 0).result();
        QCOMPARE(explained.ok(), plan);
        if (explained) {
            QCOMPARE(explained->used, u"exact"_s);
            QVERIFY(explained->index.contains(u"idx_product_embeddings_vector"_s));
            QVERIFY(explained->exact.contains(u"actual time"_s));
            QVERIFY(!explained->index.contains(u"'[0"_s) && !explained->exact.contains(u"'[0"_s));
        } else {
            QCOMPARE(explained.error().kind, ErrorKind::Permission);
        }

        const Result<void> changed = quality.setEfSearch(300).result();
        QCOMPARE(changed.ok(), change);
        QCOMPARE(quality.facts().result()->efSearch, change ? 300 : 200);
    }

    void anotherStoreIsRefused()
    {
        static const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_manager"_s);
        MeasureRequest request;
        request.storeId = u"bellevue"_s;
        request.efSearch = {200};
        const Result<SearchMeasure> measure = SearchQuality(pool).measure(request).result();
        QVERIFY(!measure);
        QCOMPARE(measure.error().kind, ErrorKind::Permission);
    }

    void aModelWithoutVectorsHasNoFigure()
    {
        const TestDatabase database;
        VERIFY_OK(database.superuser().execute("SELECT retail.set_active_embedding_model('nobody-1')"));
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_dba"_s);
        SearchQuality quality(pool);
        MeasureRequest request;
        request.storeId = u"seattle"_s;
        request.efSearch = {200};
        const Result<SearchMeasure> measure = quality.measure(request).result();
        VERIFY_OK(measure);
        QCOMPARE(measure->index.first().sampled, 0);
        QVERIFY(std::isnan(measure->index.first().recall) && std::isnan(measure->index.first().p50));
        QCOMPARE(quality.plan(u"seattle"_s, 20, 0).result()->used, QString());
    }

    void staleAndMissingAreCounted()
    {
        const TestDatabase database;
        VERIFY_OK(database.superuser().execute(
            "UPDATE retail.products SET product_name = product_name || ' II' WHERE product_id IN "
            "(SELECT product_id FROM retail.products WHERE store_id = 'seattle' ORDER BY sku LIMIT 3)"));
        VERIFY_OK(database.superuser().execute(
            "DELETE FROM retail.product_embeddings WHERE product_id IN "
            "(SELECT product_id FROM retail.products WHERE store_id = 'seattle' ORDER BY sku DESC LIMIT 2)"));
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_manager"_s);
        EmbeddingProviders providers;
        EmbeddingService service(pool, providers);
        const auto coverage = service.coverage().result();
        VERIFY_OK(coverage);
        QCOMPARE(coverage->size(), 1);
        QCOMPARE(coverage->first().stale, 3);
        QCOMPARE(coverage->first().missing, 2);
        // What is counted is what the job would do.
        const auto plan = service.plan({u"seattle"_s}, *providers.offline()).result();
        VERIFY_OK(plan);
        QCOMPARE(plan->texts, 5);
    }
};

QTEST_GUILESS_MAIN(TestSearchQuality)
#include "tst_searchquality.moc"
