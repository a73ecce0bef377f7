// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/savedsearches.h"
#include "tests/support/windowtest.h"
#include "ui/search/searchfilterbar.h"
#include "ui/search/searchmodel.h"
#include "ui/search/searchtext.h"
#include "ui/shared/cellrole.h"

#include <QAbstractButton>
#include <QAbstractItemModelTester>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QInputDialog>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QProcess>
#include <QSemaphore>
#include <QTableView>

using namespace Qt::StringLiterals;

namespace {

constexpr auto sample = "something to keep my coffee warm"_L1;

/// Computes what the built-in one computes under another name, waits where it is told to, or fails.
class TestProvider final : public EmbeddingProvider
{
public:
    TestProvider(QString model, std::shared_ptr<EmbeddingProvider> real)
        : m_model(std::move(model))
        , m_real(std::move(real))
    {
    }

    QString name() const override { return u"test"_s; }
    QString model() const override { return m_model; }
    int batchSize() const override { return 200; }
    Result<Embeddings> embed(const QStringList &texts, const CancelToken &token) override
    {
        if (fails)
            return Error{ErrorKind::Connect, u"The embedding service does not answer."_s};
        if (texts.first() == held) {
            reached.release();
            while (!gate.tryAcquire(1, 20) && !token.cancelled()) // and answers all the same
                ;
        }
        Result<Embeddings> answer = m_real->embed(texts, token);
        if (answer)
            answer->model = m_model;
        return answer;
    }

    std::atomic_bool fails = false;
    QString held; // this text waits at the gate
    QSemaphore reached;
    QSemaphore gate;

private:
    const QString m_model;
    const std::shared_ptr<EmbeddingProvider> m_real;
};

} // namespace

/// The Search page in the real window on a real database.
class TestSearch final : public WindowTest
{
    Q_OBJECT

private slots:
    void initTestCase() { m_database = std::make_unique<TestDatabase>(); }
    void cleanupTestCase() { m_database.reset(); }
    void init();
    void cleanup();

    void marksTheWordsOfAQuery();
    void everyModeRanksAsTheService_data();
    void everyModeRanksAsTheService();
    void aFilterIsPartOfTheQuestion();
    void typingFastNeverShowsAStaleAnswer();
    void aStoreSwitchDropsTheSearch();
    void withoutAStoreNothingIsSent();
    void anEmptyCatalogueSaysSo();
    void productsWithoutEmbeddingsAreCountedAndEmbedded();
    void aFailingProviderFallsBackToWords();
    void worksByKeyboardAlone();
    void aLongTextIsPasted();
    void recentSearchesBelongToTheStore();
    void aSearchIsSavedWithItsFilters();
    void aSavedRatingComesBackAsItWas();
    void aSearchForSimilarProductsIsNotSaved();
    void aPlaceNamesAProductOrAText();
    void anotherModelsVectorsAreSaid_data();
    void anotherModelsVectorsAreSaid();
    void whatIsNotSetUpIsSaidInPlainWords();
    void howVectorsWereComparedIsSaidToWhoCanChangeIt();
    void aProductWithoutAVectorIsAnExampleAllTheSame();
    void theCommandLineGivesTheSameRanking();

private:
    void open(const QString &store, const QString &profile = u"sandbox_manager"_s);
    void type(const QString &text) const { find<QLineEdit>(u"searchLine"_s)->setText(text); }
    void press(const QString &button) const { find<QAbstractButton>(button)->click(); }
    QAbstractItemModel *model() const { return find<QTableView>(u"searchTable"_s)->model(); }
    QString status() const { return m_window->currentPage()->findChild<QLabel *>(u"pageStatus"_s)->text(); }
    QString notice() const
    {
        auto *label = find<QLabel>(u"searchNoticeText"_s);
        return label->isVisible() ? label->text() : QString();
    }
    QString noticeDetails() const { return find<QLabel>(u"searchNoticeText"_s)->toolTip(); }
    bool settled() const { return !m_window->currentPage()->loading() && !status().isEmpty(); }
    QStringList shown() const;
    QStringList ids(const SearchRequest &request, const QString &store) const;
    std::shared_ptr<TestProvider> useProvider(const QString &model);

    Prompt m_prompt;
};

void TestSearch::init()
{
    openWindow(m_prompt, {u"sandbox_owner"_s, u"sandbox_manager"_s});
}

void TestSearch::cleanup()
{
    closeWindow();
    Session session = m_database->superuser();
    VERIFY_OK(
        session.execute("UPDATE retail.active_embedding_model SET embedding_model = 'retail-offline-1'"));
}

void TestSearch::open(const QString &store, const QString &profile)
{
    connectAs(profile);
    if (!store.isEmpty())
        chooseStore(store);
    m_window->showPage(u"search"_s);
    QTRY_VERIFY(!m_window->currentPage()->loading());
}

QStringList TestSearch::shown() const
{
    QStringList all;
    for (int row = 0; row < model()->rowCount(); ++row)
        all += model()->index(row, 0).data(cell::Key).toString();
    return all;
}

QStringList TestSearch::ids(const SearchRequest &request, const QString &store) const
{
    const Result<SearchAnswer> answer = m_app->search.search(store, request).result();
    QStringList all;
    if (answer)
        for (const SearchHit &hit : answer->hits)
            all += hit.productId;
    return all;
}

std::shared_ptr<TestProvider> TestSearch::useProvider(const QString &name)
{
    const Result<std::shared_ptr<EmbeddingProvider>> real = m_app->providers.offline();
    if (!real)
        return {};
    auto provider = std::make_shared<TestProvider>(name, *real);
    m_app->providers.add(provider);
    Session session = m_database->superuser();
    const auto set =
        session.execute("UPDATE retail.active_embedding_model SET embedding_model = '" + name.toUtf8() + "'");
    return set ? provider : nullptr;
}

void TestSearch::marksTheWordsOfAQuery()
{
    const QStringList stems = searchtext::stems(u"Something to keep my coffees WARM"_s);
    QCOMPARE(searchtext::matchedWords(u"Keeps coffee (or tea) warm; keeper of nothing"_s, stems),
             (QStringList{u"keeps"_s, u"coffee"_s, u"warm"_s, u"keeper"_s}));
    QVERIFY(searchtext::matches(u"some to my thing"_s, stems).isEmpty());
    QVERIFY(searchtext::matches({}, stems).isEmpty());
    QVERIFY(searchtext::stems(u" ?! "_s).isEmpty());
}

void TestSearch::everyModeRanksAsTheService_data()
{
    QTest::addColumn<QString>("button");
    QTest::addColumn<SearchMode>("mode");
    QTest::addColumn<QString>("how");
    QTest::newRow("both") << u"searchBoth"_s << SearchMode::Hybrid << u"· by meaning and words ·"_s;
    QTest::newRow("meaning") << u"searchMeaning"_s << SearchMode::Vector << u"· by meaning ·"_s;
    QTest::newRow("words") << u"searchWords"_s << SearchMode::Text << u"· by words ·"_s;
}

void TestSearch::everyModeRanksAsTheService()
{
    QFETCH(const QString, button);
    QFETCH(const SearchMode, mode);
    QFETCH(const QString, how);
    open(u"seattle"_s);
    const QAbstractItemModelTester tester(model());
    press(button);
    type(u"coffee maker"_s);
    QTRY_VERIFY(settled());
    SearchRequest request;
    request.text = u"coffee maker"_s;
    request.mode = mode;
    QVERIFY(!shown().isEmpty());
    QCOMPARE(shown(), ids(request, u"seattle"_s));
    QVERIFY2(status().contains(how), qPrintable(status()));
    QVERIFY2(!status().contains("exactly"_L1), qPrintable(status())); // means nothing to a manager
}

void TestSearch::aFilterIsPartOfTheQuestion()
{
    open(u"seattle"_s);
    find<QLineEdit>(u"searchMaxPrice"_s)->setText(u"25"_s);
    type(sample);
    QTRY_VERIFY(settled());
    QCOMPARE(model()->rowCount(), 20);
    for (int row = 0; row < 20; ++row)
        QVERIFY(model()->index(row, SearchModel::Price).data().toString().toDouble() <= 25);
    find<QLineEdit>(u"searchMinPrice"_s)->setText(u"26"_s);
    QTRY_COMPARE(model()->rowCount(), 0);
    QVERIFY(find<QWidget>(u"searchEmpty"_s)->isVisible());
    QTRY_VERIFY2(status().startsWith("0 of 20"_L1), qPrintable(status()));
    press(u"searchResetFilters"_s);
    QTRY_COMPARE(model()->rowCount(), 20);
}

void TestSearch::typingFastNeverShowsAStaleAnswer()
{
    const std::shared_ptr<TestProvider> provider = useProvider(u"slow-1"_s);
    QVERIFY(provider);
    provider->held = u"coffee"_s;
    open(u"seattle"_s);
    SearchRequest last;
    last.text = u"garden"_s;
    const QStringList expected = ids(last, u"seattle"_s);
    int answers = 0;
    connect(model(), &QAbstractItemModel::modelReset, this, [&] {
        if (model()->rowCount() == 0)
            return;
        ++answers;
        QCOMPARE(shown(), expected);
    });
    type(u"coffee"_s);
    QTRY_VERIFY(provider->reached.available() > 0); // under way, and slow
    for (const QString &text : {u"coffee m"_s, u"g"_s, u"gard"_s, u"garden"_s})
        type(text);
    provider->gate.release(); // the older answer comes now, or never
    QTRY_VERIFY(settled());
    QCOMPARE(shown(), expected);
    QCOMPARE(answers, 1);
}

void TestSearch::aStoreSwitchDropsTheSearch()
{
    const std::shared_ptr<TestProvider> provider = useProvider(u"slow-2"_s);
    QVERIFY(provider);
    provider->held = u"lamp"_s;
    open(u"seattle"_s, u"sandbox_owner"_s);
    type(u"lamp"_s);
    QTRY_VERIFY(provider->reached.available() > 0);
    bool foreign = false;
    SearchRequest request;
    request.text = u"lamp"_s;
    request.mode = SearchMode::Text;
    const QStringList former = ids(request, u"seattle"_s);
    connect(model(), &QAbstractItemModel::modelReset, this, [&] {
        const QStringList now = shown();
        for (const QString &id : now)
            foreign = foreign || former.contains(id);
    });
    provider->held.clear();
    m_window->chooseStore(u"bellevue"_s);
    QTRY_COMPARE(m_app->stores.current().storeId, u"bellevue"_s);
    provider->gate.release();
    QTRY_VERIFY(settled());
    QVERIFY(!foreign);
    // The text stays and is answered for the new store.
    request.mode = SearchMode::Hybrid;
    QCOMPARE(shown(), ids(request, u"bellevue"_s));
}

void TestSearch::withoutAStoreNothingIsSent()
{
    open({}, u"sandbox_owner"_s);
    QVERIFY(!m_app->stores.hasCurrent());
    type(sample);
    m_window->currentPage()->refresh();
    QVERIFY(!m_window->currentPage()->loading());
    QTest::qWait(400); // longer than the pause of the typing
    QVERIFY(!m_window->currentPage()->loading());
    QCOMPARE(model()->rowCount(), 0);
}

void TestSearch::anEmptyCatalogueSaysSo()
{
    {
        Session session = m_database->superuser();
        VERIFY_OK(
            session.execute("INSERT INTO retail.stores (store_id, store_name, store_location, is_active) "
                            "VALUES ('bare', 'Bare shelves', 'Nowhere', TRUE) ON CONFLICT DO NOTHING"));
    }
    open(u"bare"_s, u"sandbox_owner"_s);
    type(sample);
    QTRY_VERIFY(settled());
    QCOMPARE(model()->rowCount(), 0);
    QVERIFY(find<QWidget>(u"searchEmpty"_s)->isVisible());
    QVERIFY(status().startsWith("0 of 20"_L1));
    QCOMPARE(notice(), QString());
}

void TestSearch::productsWithoutEmbeddingsAreCountedAndEmbedded()
{
    QVERIFY(useProvider(u"fresh-1"_s));
    open(u"seattle"_s);
    QTRY_VERIFY2(notice().startsWith("None of the "_L1) && notice().contains("by meaning yet"_L1),
                 qPrintable(notice()));
    QVERIFY2(!notice().contains("fresh-1"_L1), qPrintable(notice()));
    QVERIFY2(noticeDetails().contains("fresh-1"_L1), qPrintable(noticeDetails()));
    press(u"searchMeaning"_s);
    type(sample);
    QTRY_VERIFY(settled());
    QCOMPARE(model()->rowCount(), 0);
    QVERIFY(find<QAbstractButton>(u"createEmbeddings"_s)->isVisible());
    press(u"createEmbeddings"_s);
    QTRY_COMPARE_WITH_TIMEOUT(model()->rowCount(), 20, 60'000);
    QTRY_COMPARE(notice(), QString());
}

void TestSearch::aFailingProviderFallsBackToWords()
{
    const std::shared_ptr<TestProvider> provider = useProvider(u"broken-1"_s);
    QVERIFY(provider);
    provider->fails = true;
    open(u"seattle"_s);
    type(u"coffee"_s);
    QTRY_VERIFY(settled());
    QVERIFY(model()->rowCount() > 0);
    QVERIFY2(notice().contains("does not answer"_L1), qPrintable(notice()));
    QVERIFY(status().contains("by words"_L1));
    provider->fails = false;
    type(u"coffee maker"_s);
    QTRY_VERIFY(!notice().contains("does not answer"_L1));
}

void TestSearch::worksByKeyboardAlone()
{
    open(u"seattle"_s);
    QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier);
    auto *line = find<QLineEdit>(u"searchLine"_s);
    QTRY_COMPARE(QApplication::focusWidget(), line);
    QTest::keyClicks(line, sample);
    QTest::keyClick(line, Qt::Key_Return);
    QTRY_VERIFY(settled());
    QTest::keyClick(line, Qt::Key_Down);
    auto *table = find<QTableView>(u"searchTable"_s);
    QCOMPARE(QApplication::focusWidget(), table);
    QTest::keyClick(table, Qt::Key_Down);
    const QString wanted = table->currentIndex().data(cell::Key).toString();
    QTest::keyClick(table, Qt::Key_C, Qt::ControlModifier);
    QVERIFY(QGuiApplication::clipboard()->text().startsWith(
        table->currentIndex().siblingAtColumn(0).data().toString()));
    QTest::keyClick(table, Qt::Key_L, Qt::ControlModifier);
    QTRY_VERIFY(!m_window->currentPage()->loading());
    SearchRequest like;
    like.like = wanted;
    like.mode = SearchMode::Vector;
    QTRY_COMPARE(shown(), ids(like, u"seattle"_s));
    QVERIFY(find<QAbstractButton>(u"searchLike"_s)->isVisible());
}

void TestSearch::aLongTextIsPasted()
{
    open(u"seattle"_s);
    QString page;
    for (int i = 0; i < 2000; ++i)
        page += u"A customer asks for a warm blanket and a coffee mug.\n"_s;
    QGuiApplication::clipboard()->setText(page);
    auto *line = find<QLineEdit>(u"searchLine"_s);
    line->setFocus();
    QTest::keyClick(line, Qt::Key_V, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(settled(), 20'000);
    QCOMPARE(model()->rowCount(), 20);
}

void TestSearch::recentSearchesBelongToTheStore()
{
    open(u"seattle"_s, u"sandbox_owner"_s);
    auto *line = find<QLineEdit>(u"searchLine"_s);
    const auto recent = [&] {
        QTest::keyClick(line, Qt::Key_Down, Qt::AltModifier);
        QStringList texts;
        auto *menu = m_window->findChild<QMenu *>(u"searchHistory"_s);
        const QList<QAction *> actions = menu->actions();
        for (const QAction *action : actions)
            if (action->isEnabled() && !action->isSeparator() && !action->menu())
                texts += action->text();
        menu->close();
        delete menu;
        return texts;
    };
    QCOMPARE(recent(), QStringList());
    for (int i = 0; i < 22; ++i) {
        type(u"lamp %1"_s.arg(i));
        QTest::keyClick(line, Qt::Key_Return);
    }
    QCOMPARE(recent().size(), 20);
    QCOMPARE(recent().first(), u"lamp 21"_s);
    m_window->chooseStore(u"bellevue"_s);
    QTRY_COMPARE(m_app->stores.current().storeId, u"bellevue"_s);
    QCOMPARE(recent(), QStringList());
}

void TestSearch::aSearchIsSavedWithItsFilters()
{
    open(u"seattle"_s);
    press(u"searchMeaning"_s);
    find<QLineEdit>(u"searchMaxPrice"_s)->setText(u"25"_s);
    type(sample);
    QTRY_VERIFY(settled());
    const QStringList expected = shown();
    find<QLineEdit>(u"searchLine"_s)->setFocus();
    QTest::keyClick(find<QLineEdit>(u"searchLine"_s), Qt::Key_S, Qt::ControlModifier);
    QTRY_VERIFY(find<QInputDialog>(u"saveSearchDialog"_s));
    auto *dialog = find<QInputDialog>(u"saveSearchDialog"_s);
    dialog->setTextValue(u"Cheap & warm"_s);
    dialog->accept();
    const SavedSearches searches(m_app->local, u"sandbox_manager"_s, u"seattle"_s);
    QTRY_COMPARE(searches.all()->size(), 1);

    press(u"searchWords"_s);
    press(u"searchResetFilters"_s);
    type(u"lamp"_s);
    QTRY_VERIFY(settled() && shown() != expected);
    QTest::keyClick(find<QLineEdit>(u"searchLine"_s), Qt::Key_Down, Qt::AltModifier);
    auto *menu = m_window->findChild<QMenu *>(u"searchHistory"_s);
    QAction *saved = nullptr;
    const QList<QAction *> actions = menu->actions();
    for (QAction *action : actions)
        if (action->text() == u"Cheap && warm"_s)
            saved = action;
    QVERIFY(saved);
    saved->trigger();
    menu->close();
    QTRY_COMPARE(shown(), expected);
    QVERIFY(find<QAbstractButton>(u"searchMeaning"_s)->isChecked());
    QCOMPARE(find<QLineEdit>(u"searchLine"_s)->text(), QString(sample));
    QCOMPARE(searches.find(u"Cheap & warm"_s)->filter.maxPrice, std::optional(25.0));
    // Another store has others.
    QVERIFY(SavedSearches(m_app->local, u"sandbox_manager"_s, u"online"_s).all()->isEmpty());
}

void TestSearch::aSavedRatingComesBackAsItWas()
{
    SearchFilter filter;
    filter.minRating = 4.75;
    SearchFilterBar bar;
    bar.setFilter(filter);
    QCOMPARE(bar.filter().minRating, filter.minRating);
}

void TestSearch::aSearchForSimilarProductsIsNotSaved()
{
    open(u"seattle"_s);
    const auto *save = find<QAction>(u"saveSearch"_s);
    type(u"coffee maker"_s);
    QTRY_VERIFY(settled() && model()->rowCount() > 0);
    QVERIFY(save->isEnabled());
    press(u"findSimilar"_s);
    QVERIFY(find<QAbstractButton>(u"searchLike"_s)->isVisible());
    QVERIFY(!save->isEnabled());
    QVERIFY2(save->toolTip().contains("similar products"_L1), qPrintable(save->toolTip()));
    QTest::keyClick(find<QLineEdit>(u"searchLine"_s), Qt::Key_S, Qt::ControlModifier);
    QVERIFY(!find<QInputDialog>(u"saveSearchDialog"_s));
    press(u"searchLike"_s); // back to the text
    QVERIFY(save->isEnabled());
    QTRY_VERIFY(settled());
}

void TestSearch::aPlaceNamesAProductOrAText()
{
    open(u"seattle"_s);
    Page *page = m_window->currentPage();
    page->open({u"text"_s, u"coffee maker"_s});
    QTRY_VERIFY(settled() && model()->rowCount() > 0);
    QCOMPARE(page->words(), (QStringList{u"text"_s, u"coffee maker"_s}));
    const QString product = shown().first();
    const QString name = model()->index(0, SearchModel::Name).data().toString();
    page->open({u"like"_s, product});
    QTRY_VERIFY(settled() && !shown().contains(product));
    QCOMPARE(page->words(), (QStringList{u"like"_s, product}));
    QVERIFY(find<QAbstractButton>(u"searchLike"_s)->text().contains(name.left(30)));
    SearchRequest like;
    like.like = product;
    QCOMPARE(shown(), ids(like, u"seattle"_s));
    QSignalSpy places(page, &Page::placeRequested);
    auto *table = find<QTableView>(u"searchTable"_s);
    QTest::keyClick(table, Qt::Key_Return);
    QCOMPARE(places.count(), 1);
    QCOMPARE(places.first().first().value<Place>().page, u"products"_s);
}

void TestSearch::anotherModelsVectorsAreSaid_data()
{
    QTest::addColumn<QString>("profile");
    QTest::addColumn<bool>("chooses");
    QTest::newRow("the owner, who chooses the model") << u"sandbox_owner"_s << true;
    QTest::newRow("a manager, in the tooltip") << u"sandbox_manager"_s << false;
}

void TestSearch::anotherModelsVectorsAreSaid()
{
    QFETCH(const QString, profile);
    QFETCH(const bool, chooses);
    // A model of its own for each: none has vectors of it.
    QVERIFY(useProvider(chooses ? u"fresh-2"_s : u"fresh-3"_s));
    open(u"seattle"_s, profile);
    QTRY_VERIFY2(notice().contains("by meaning yet"_L1), qPrintable(notice()));
    const QString said = chooses ? notice() : noticeDetails();
    QVERIFY2(said.contains("They have vectors of "_L1) && said.contains("retail-offline-1"_L1),
             qPrintable(said));
    QCOMPARE(notice().contains("retail-offline-1"_L1), chooses);
}

void TestSearch::whatIsNotSetUpIsSaidInPlainWords()
{
    {
        Session session = m_database->superuser();
        VERIFY_OK(session.execute("UPDATE retail.active_embedding_model SET embedding_model = 'nobody-1'"));
    }
    open(u"seattle"_s);
    QTRY_VERIFY2(notice().contains("not set up on this computer"_L1), qPrintable(notice()));
    type(u"coffee"_s);
    QTRY_VERIFY(settled());
    QVERIFY2(status().contains("by words"_L1), qPrintable(status()));
    QVERIFY2(notice().contains("not set up on this computer"_L1) && !notice().contains("nobody-1"_L1),
             qPrintable(notice()));
    QVERIFY2(noticeDetails().contains("nobody-1"_L1), qPrintable(noticeDetails()));
}

void TestSearch::howVectorsWereComparedIsSaidToWhoCanChangeIt()
{
    open(u"seattle"_s, u"sandbox_owner"_s);
    type(sample);
    QTRY_VERIFY(settled());
    QVERIFY2(status().contains(u"by meaning and words · compared exactly"_s), qPrintable(status()));
}

void TestSearch::aProductWithoutAVectorIsAnExampleAllTheSame()
{
    open(u"seattle"_s);
    type(u"coffee maker"_s);
    QTRY_VERIFY(settled() && model()->rowCount() > 0);
    SearchRequest like;
    like.like = shown().first();
    const QStringList before = ids(like, u"seattle"_s);
    QCOMPARE(before.size(), 20);
    {
        Session session = m_database->superuser();
        VERIFY_OK(session.execute("DELETE FROM retail.product_embeddings WHERE product_id = '" +
                                  like.like.toUtf8() + "'"));
    }
    QCOMPARE(ids(like, u"seattle"_s), before); // its text is embedded for the occasion
    VERIFY_OK(EmbeddingService(m_app->pool, m_app->providers)
                  .plan({u"seattle"_s}, *m_app->providers.offline())
                  .result());
}

void TestSearch::theCommandLineGivesTheSameRanking()
{
    open(u"seattle"_s);
    find<QLineEdit>(u"searchMinPrice"_s)->setText(u"10"_s);
    type(sample);
    QTRY_VERIFY(settled() && model()->rowCount() > 0);
    QProcess process;
    process.start(qEnvironmentVariable("RETAIL_ADMIN",
                                       QCoreApplication::applicationDirPath() + u"/../../retail-admin"_s),
                  {u"search"_s, QString(sample), u"--store"_s, u"seattle"_s, u"--limit"_s, u"20"_s,
                   u"--min-price"_s, u"10"_s, u"--json"_s, u"--profile"_s, u"sandbox_manager"_s});
    QVERIFY(process.waitForFinished());
    const QJsonArray results =
        QJsonDocument::fromJson(process.readAllStandardOutput()).object()[u"results"].toArray();
    QStringList printed;
    for (const QJsonValue &result : results)
        printed += result[u"product_id"].toString();
    QCOMPARE(printed, shown());
}

QTEST_MAIN(TestSearch)
#include "tst_searchpage.moc"
