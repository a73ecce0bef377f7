// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/embeddingservice.h"
#include "app/services/searchservice.h"
#include "tests/support/testcluster.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;

namespace {

class TestJob final : public JobContext
{
public:
    const CancelToken &token() const override { return m_token; }
    void progress(const JobProgress &progress) override
    {
        if (cancelAfter >= 0 && progress.done > cancelAfter)
            m_token.cancel();
    }
    void log(const QString &line) override { lines += line; }
    QStringList lines;
    qint64 cancelAfter = -1;

private:
    CancelToken m_token;
};

/// Answers with what the test wants.
class FakeProvider final : public EmbeddingProvider
{
public:
    std::function<std::vector<float>(qsizetype)> vector = [](qsizetype i) {
        return std::vector<float>{1, float(i), 2};
    };
    qsizetype missing = 0;
    qsizetype failAfter = -1;
    qsizetype asked = 0;
    qsizetype longest = 0; // text that was sent
    std::function<bool(const QString &)> refuses = [](const QString &) { return false; };

    QString name() const override { return u"fake"_s; }
    QString model() const override { return u"fake-3"_s; }
    int batchSize() const override { return 50; }
    double dollarsPerMillionTokens() const override { return 0.02; }
    Result<Embeddings> embed(const QStringList &texts, const CancelToken &) override
    {
        if (failAfter >= 0 && asked >= failAfter)
            return Error{ErrorKind::Tool, u"The provider is down."_s};
        if (std::any_of(texts.cbegin(), texts.cend(), refuses))
            return Error{ErrorKind::Tool,        u"It refuses the request."_s, {}, u"too many tokens"_s, {},
                         embedding::refusedInput};
        asked += texts.size();
        for (const QString &text : texts)
            longest = std::max(longest, text.size());
        Embeddings answer{{}, model(), int(vector(0).size())};
        for (qsizetype i = 0; i < texts.size() - missing; ++i)
            answer.vectors.push_back(vector(i));
        return answer;
    }
};

Result<QString> embed(const TestDatabase &database, const QString &user, EmbeddingProvider &provider,
                      const QStringList &stores, bool activate = false, TestJob *watched = nullptr,
                      const QString &confirmed = {})
{
    TestJob own;
    TestJob &job = watched ? *watched : own;
    Result<Session> session = openSession(database.login(user), u"Test"_s, job.token());
    if (!session)
        return session.error();
    return EmbeddingService::embedInto(*session, stores, provider, activate, job, confirmed);
}

qint64 number(const TestDatabase &database, const QByteArray &sql)
{
    const Result<Rows> rows = database.superuser().execute(sql);
    if (!rows)
        qFatal("%s", qPrintable(rows.error().text()));
    return rows->integer(0, 0);
}

const QByteArray embeddedByFake =
    "SELECT count(*) FROM retail.product_embeddings WHERE embedding_model = 'fake-3'";

} // namespace

class TestSearch final : public QObject
{
    Q_OBJECT

private slots:
    void anUnusableAnswerIsRefusedAndNothingIsStored_data()
    {
        QTest::addColumn<std::vector<float>>("vector");
        QTest::addColumn<qsizetype>("missing");
        const auto infinite = std::numeric_limits<float>::infinity();
        QTest::newRow("the zero vector") << std::vector<float>(8, 0.0F) << qsizetype(0);
        QTest::newRow("no vector") << std::vector<float>() << qsizetype(0);
        QTest::newRow("not a number") << std::vector<float>{1, std::nanf("")} << qsizetype(0);
        QTest::newRow("infinite") << std::vector<float>{1, infinite} << qsizetype(0);
        QTest::newRow("too long for the column") << std::vector<float>(3072, 0.1F) << qsizetype(0);
        QTest::newRow("fewer vectors than texts") << std::vector<float>{1, 2} << qsizetype(1);
    }
    void anUnusableAnswerIsRefusedAndNothingIsStored()
    {
        QFETCH(std::vector<float>, vector);
        QFETCH(qsizetype, missing);
        const TestDatabase database;
        FakeProvider provider;
        provider.vector = [&](qsizetype) { return vector; };
        provider.missing = missing;
        const Result<QString> done = embed(database, u"sandbox_owner"_s, provider, {});
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::Verification);
        QCOMPARE(number(database, embeddedByFake), 0);
    }

    void whatWasEmbeddedStaysAndTheNextRunGoesOn()
    {
        const TestDatabase database;
        FakeProvider provider;
        provider.failAfter = 100;
        const Result<QString> failed = embed(database, u"sandbox_owner"_s, provider, {});
        QVERIFY(!failed);
        const qint64 embedded = number(database, embeddedByFake);
        QVERIFY(embedded >= 100 && embedded < 500);
        QVERIFY(failed.error().hint.contains(u"%1 products"_s.arg(embedded)));
        provider.failAfter = -1;
        provider.asked = 0;
        VERIFY_OK(embed(database, u"sandbox_owner"_s, provider, {}));
        QCOMPARE(provider.asked, 500 - embedded);
        QCOMPARE(number(database, embeddedByFake), 500);
    }

    void aCancelledJobLeavesWholeBatches()
    {
        const TestDatabase database;
        FakeProvider provider;
        TestJob job;
        job.cancelAfter = 60;
        const Result<QString> done = embed(database, u"sandbox_owner"_s, provider, {}, false, &job);
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::Cancelled);
        QVERIFY(number(database, embeddedByFake) > 0);
        QCOMPARE(number(database, embeddedByFake + " AND (embedding IS NULL OR embedding_text = '')"), 0);
    }

    void onlyChangedTextsAreEmbeddedAgain()
    {
        const TestDatabase database;
        const Result<std::shared_ptr<EmbeddingProvider>> offline = OfflineEmbeddingProvider::load();
        VERIFY_OK(offline);
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_manager"_s);
        EmbeddingProviders providers;
        EmbeddingService service(pool, providers);
        const auto due = [&] { return service.plan({}, *offline).result(); };
        VERIFY_OK(due());
        QCOMPARE(due()->stores, QStringList{u"seattle"_s});
        QCOMPARE(due()->texts, 0); // the sandbox embedded them
        VERIFY_OK(database.superuser().execute(
            "UPDATE retail.products SET product_description = 'An umbrella for two.' WHERE product_id = "
            "(SELECT"
            " product_id FROM retail.products WHERE store_id = 'seattle' ORDER BY sku LIMIT 1)"));
        VERIFY_OK(database.superuser().execute("UPDATE retail.products SET price = price + 1"));
        QCOMPARE(due()->texts, 1);
        VERIFY_OK(embed(database, u"sandbox_manager"_s, **offline, {}));
        QCOMPARE(due()->texts, 0);
    }

    void aLongTextIsCutForTheProviderAndKeptWhole()
    {
        const TestDatabase database;
        const Result<Rows> product = database.superuser().execute(
            "UPDATE retail.products SET product_description = repeat('A lamp. ', 12500) WHERE product_id = "
            "(SELECT product_id FROM retail.products WHERE store_id = 'seattle' AND is_active ORDER BY sku "
            "LIMIT 1) RETURNING product_id");
        VERIFY_OK(product);
        const auto provider = std::make_shared<FakeProvider>();
        VERIFY_OK(embed(database, u"sandbox_owner"_s, *provider, {u"seattle"_s}));
        QCOMPARE(provider->longest, embedding::longestText);
        const QByteArray whole = "FROM retail.product_embeddings WHERE embedding_model = 'fake-3' AND "
                                 "length(embedding_text) > 99000";
        QCOMPARE(number(database, "SELECT count(*) " + whole), 1);
        provider->asked = 0;
        VERIFY_OK(embed(database, u"sandbox_owner"_s, *provider, {u"seattle"_s}));
        QCOMPARE(provider->asked, 0); // its text is still the one that was embedded

        // Without its vector it is an example all the same: its text is embedded for the occasion.
        VERIFY_OK(database.superuser().execute("DELETE " + whole));
        provider->longest = 0;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_manager"_s);
        EmbeddingProviders providers;
        providers.add(provider);
        SearchRequest request;
        request.like = product->text(0, 0);
        request.model = u"fake-3"_s;
        VERIFY_OK(SearchService(pool, providers).search(u"seattle"_s, request).result());
        QCOMPARE(provider->longest, embedding::longestText);
    }

    void anEstimateIsMadeForPricedProviders()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_owner"_s);
        EmbeddingProviders providers;
        const Result<EmbeddingPlan> plan =
            EmbeddingService(pool, providers).plan({u"redmond"_s}, std::make_shared<FakeProvider>()).result();
        VERIFY_OK(plan);
        QCOMPARE(plan->texts, plan->products);
        QVERIFY(plan->dollars > 0);
        QVERIFY(std::abs(plan->dollars - double(plan->tokens) * 0.02e-6) < 1e-12);
    }

    void onlyTheOwnerActivatesAModel()
    {
        const TestDatabase database;
        FakeProvider provider;
        const Result<QString> refused = embed(database, u"sandbox_manager"_s, provider, {u"seattle"_s}, true);
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::Permission);
        // It would be that of all stores: those that have no vector of it are named, before anything is done.
        provider.asked = 0;
        for (const QString &confirmed : {QString(), u"retail-offline-1"_s}) {
            const Result<QString> partly =
                embed(database, u"sandbox_owner"_s, provider, {u"redmond"_s}, true, nullptr, confirmed);
            QVERIFY(!partly);
            QCOMPARE(partly.error().kind, ErrorKind::Conflict);
            QVERIFY2(partly.error().message.endsWith(u": bellevue, online."_s),
                     qPrintable(partly.error().message));
            QVERIFY2(partly.error().hint.contains(u"--confirm fake-3"_s), qPrintable(partly.error().hint));
        }
        QCOMPARE(provider.asked, 0);
        QCOMPARE(number(database, "SELECT count(*) FROM retail.active_embedding_model WHERE embedding_model "
                                  "= 'retail-offline-1'"),
                 1);
        VERIFY_OK(embed(database, u"sandbox_owner"_s, provider, {u"seattle"_s}, true, nullptr, u"fake-3"_s));
        // Once searches use it, there is nothing to confirm.
        VERIFY_OK(embed(database, u"sandbox_owner"_s, provider, {u"seattle"_s}, true));
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_manager"_s);
        EmbeddingProviders providers;
        const Result<QString> active = EmbeddingService(pool, providers).activeModel().result();
        VERIFY_OK(active);
        QCOMPARE(*active, u"fake-3"_s);
        // Its provider is not known here: a search by meaning says so, one by words goes on.
        SearchRequest request;
        request.text = u"lamp"_s;
        const Result<SearchAnswer> unknown =
            SearchService(pool, providers).search(u"seattle"_s, request).result();
        QVERIFY(!unknown);
        QCOMPARE(unknown.error().kind, ErrorKind::NotFound);
        request.mode = SearchMode::Text;
        VERIFY_OK(SearchService(pool, providers).search(u"seattle"_s, request).result());
    }

    void aSearchThatCannotBeIsRefused_data()
    {
        QTest::addColumn<SearchRequest>("request");
        SearchRequest request;
        QTest::newRow("nothing to look for") << request;
        request.text = u"   "_s;
        QTest::newRow("only blanks") << request;
        request.text = u"lamp"_s;
        request.like = u"4b8d6a0e-3c52-4f5e-9f0e-1a2b3c4d5e6f"_s;
        QTest::newRow("a text and a product") << request;
        request = {};
        request.like = u"7"_s;
        QTest::newRow("an id that is none") << request;
        request.like = u"4b8d6a0e-3c52-4f5e-9f0e-1a2b3c4d5e6f"_s;
        QTest::newRow("a product that is not there") << request;
        request = {};
        request.text = u"lamp"_s;
        request.limit = 0;
        QTest::newRow("no answer wanted") << request;
        request.limit = 10;
        request.threshold = 1.5;
        QTest::newRow("a similarity above 1") << request;
        request.threshold.reset();
        request.filter.categories = {u"Toys"_s};
        QTest::newRow("an unknown category") << request;
    }
    void aSearchThatCannotBeIsRefused()
    {
        QFETCH(SearchRequest, request);
        static const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_manager"_s);
        EmbeddingProviders providers;
        const Result<SearchAnswer> answer =
            SearchService(pool, providers).search(u"seattle"_s, request).result();
        QVERIFY(!answer);
        QVERIFY(answer.error().kind == ErrorKind::Usage || answer.error().kind == ErrorKind::NotFound);
    }

    void productsAreFound_data()
    {
        QTest::addColumn<SearchMode>("mode");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("a couch is a sofa") << SearchMode::Vector << u"couch"_s << u"Sofa"_s;
        QTest::newRow("by words") << SearchMode::Text << u"sofa"_s << u"Sofa"_s;
        QTest::newRow("both") << SearchMode::Hybrid << u"sofa"_s << u"Sofa"_s;
        QTest::newRow("with a typing error") << SearchMode::Hybrid << u"wireles earbuds"_s << u"earbuds"_s;
    }
    void productsAreFound()
    {
        QFETCH(SearchMode, mode);
        QFETCH(QString, text);
        QFETCH(QString, expected);
        static const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_manager"_s);
        EmbeddingProviders providers;
        SearchService service(pool, providers);
        SearchRequest request;
        request.text = text;
        request.mode = mode;
        request.limit = 3;
        const Result<SearchAnswer> answer = service.search(u"seattle"_s, request).result();
        VERIFY_OK(answer);
        QVERIFY(!answer->hits.isEmpty());
        QVERIFY2(answer->hits.first().name.contains(expected), qPrintable(answer->hits.first().name));
        QCOMPARE(answer->model.isEmpty(), mode == SearchMode::Text);
        QCOMPARE(answer->scan.isEmpty(), mode == SearchMode::Text);
        QCOMPARE(std::isnan(answer->hits.first().similarity), mode == SearchMode::Text);

        request.text.clear();
        request.like = answer->hits.first().productId;
        const Result<SearchAnswer> alike = service.search(u"seattle"_s, request).result();
        VERIFY_OK(alike);
        QCOMPARE(alike->hits.size(), 3);
        for (const SearchHit &hit : alike->hits)
            QVERIFY(hit.productId != request.like);
    }

    void filtersHold()
    {
        const TestDatabase database;
        ConnectionPool pool(2);
        OPEN_POOL(pool, database, u"sandbox_manager"_s);
        EmbeddingProviders providers;
        SearchRequest request;
        request.text = u"gift"_s;
        request.mode = SearchMode::Vector;
        request.filter.categories = {u"electronics"_s};
        request.filter.maxPrice = 100;
        request.filter.minStock = 1;
        const Result<SearchAnswer> answer =
            SearchService(pool, providers).search(u"seattle"_s, request).result();
        VERIFY_OK(answer);
        QVERIFY(!answer->hits.isEmpty());
        for (const SearchHit &hit : answer->hits) {
            QCOMPARE(hit.category, u"Electronics"_s);
            QVERIFY(hit.price.toDouble() <= 100 && hit.stock > 0 && hit.active);
        }
    }

    void aRefusedTextStopsNoOther()
    {
        const TestDatabase database;
        const Result<Rows> products = database.superuser().execute(
            "UPDATE retail.products p SET product_description = CASE n WHEN 1 THEN 'forbidden' ELSE "
            "repeat('A lamp. ', 1000) END FROM (SELECT product_id, row_number() OVER (ORDER BY sku) n FROM "
            "retail.products WHERE store_id = 'seattle') o WHERE o.product_id = p.product_id AND n < 3 "
            "RETURNING p.sku, n");
        VERIFY_OK(products);
        FakeProvider provider;
        provider.refuses = [](const QString &text) {
            return text.size() > 3000 || text.contains(u"forbidden");
        };
        TestJob job;
        const Result<QString> done = embed(database, u"sandbox_owner"_s, provider, {}, false, &job);
        VERIFY_OK(done);
        QVERIFY2(done->contains(u"refuses their texts: 1 product "), qPrintable(*done));
        QCOMPARE(number(database, embeddedByFake), 499); // the long one among them, by its beginning
        const QString sku = products->text(products->integer(0, 1) == 1 ? 0 : 1, 0);
        QVERIFY2(job.lines.filter(sku).size() == 1 && job.lines.filter(sku)[0].contains(u"too many tokens"),
                 qPrintable(job.lines.join(u'\n')));
    }

    void aProviderThatRefusesEverythingIsAnError()
    {
        const TestDatabase database;
        FakeProvider provider;
        provider.refuses = [](const QString &) { return true; };
        const Result<QString> done = embed(database, u"sandbox_owner"_s, provider, {});
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::Tool);
    }
};

QTEST_GUILESS_MAIN(TestSearch)
#include "tst_search.moc"
