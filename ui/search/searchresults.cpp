// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/search/searchresults.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/search/searchdelegates.h"
#include "ui/search/searchmodel.h"
#include "ui/shared/currency.h"
#include "ui/shared/detailspane.h"
#include "ui/shared/emptystate.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"

#include <QAction>
#include <QStackedWidget>

#include <cmath>
#include <functional>

using namespace Qt::StringLiterals;

namespace {

bool restricted(const SearchRequest &request)
{
    const SearchFilter &f = request.filter;
    return request.threshold || !f.categories.isEmpty() || !f.brands.isEmpty() || f.minPrice || f.maxPrice ||
           f.minStock || f.minRating || !f.tags.isEmpty();
}

} // namespace

SearchResults::SearchResults(const UiContext &ui, QWidget *parent)
    : QSplitter(Qt::Horizontal, parent)
    , m_ui(ui)
    , m_model(new SearchModel(this))
    , m_view(new TableView(ui.theme, ui.app.settings, u"searchTable"_s, this))
    , m_details(new DetailsPane(ui.theme, this))
    , m_empty(new EmptyState(ui.theme, this))
    , m_stack(new QStackedWidget(this))
{
    setObjectName(u"searchResults"_s);
    m_view->setLeastStretch(220); // a product is chosen by its name
    m_view->setModel(m_model);
    m_view->setAccessibleName(tr("Products found"));
    m_view->setInitiallyHidden({SearchModel::Sku, SearchModel::Category, SearchModel::Rating});
    auto *highlight = new HighlightDelegate(ui.theme, m_view);
    m_view->setItemDelegateForColumn(SearchModel::Name, highlight);
    m_view->setItemDelegateForColumn(SearchModel::Description, highlight);
    m_view->setItemDelegateForColumn(SearchModel::Similarity, new SimilarityDelegate(ui.theme, m_view));
    auto *similar = new QAction(tr("Find &similar"), m_view);
    similar->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_L));
    similar->setShortcutContext(Qt::WidgetShortcut);
    m_view->addAction(similar);
    m_empty->setObjectName(u"searchEmpty"_s);

    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_view);
    addWidget(m_stack);
    addWidget(m_details);
    setStretchFactor(0, 1);
    setCollapsible(0, false);
    setSizes({900, 304});
    setHandleWidth(1);
    restoreState(ui.app.settings.state(objectName()));
    connect(this, &QSplitter::splitterMoved, this,
            [this] { m_ui.app.settings.setState(objectName(), saveState()); });
    connect(similar, &QAction::triggered, this, &SearchResults::similarRequested);
    connect(m_view, &TableView::currentRowChanged, this, &SearchResults::rowChanged);
    const auto open = [this] {
        if (const SearchHit *hit = current())
            emit productRequested(hit->productId);
    };
    connect(m_view, &QAbstractItemView::activated, this, open);
    auto *products = new QAction(tr("&Open in Products"), m_view);
    connect(products, &QAction::triggered, this, open);
    m_view->addAction(products);
    showNothing({});
}

const SearchAnswer &SearchResults::answer() const
{
    return m_model->answer();
}

const SearchHit *SearchResults::current() const
{
    return m_model->hit(m_view->currentIndex().row());
}

int SearchResults::weakMatches() const
{
    int weak = 0;
    const QList<SearchHit> &hits = m_model->answer().hits;
    for (auto hit = hits.crbegin(); hit != hits.crend() && m_model->weak(*hit); ++hit)
        ++weak;
    return weak;
}

ExportTable SearchResults::exported(bool shownColumns) const
{
    using enum ColumnType;
    struct Column
    {
        ExportColumn column;
        int shownWith; // a column of the table; -1: only in a file of all
        std::function<std::optional<QString>(const SearchHit &)> value;
    };
    using M = SearchModel;
    const auto rank = [](int value) {
        return value > 0 ? std::optional(QString::number(value)) : std::nullopt;
    };
    const QList<Column> all{
        {{u"product_id"_s, Uuid}, -1, [](const SearchHit &hit) { return hit.productId; }},
        {{u"sku"_s, Text}, M::Sku, [](const SearchHit &hit) { return hit.sku; }},
        {{u"product_name"_s, Text}, M::Name, [](const SearchHit &hit) { return hit.name; }},
        {{u"brand"_s, Text}, M::Brand, [](const SearchHit &hit) { return hit.brand; }},
        {{u"category"_s, Text}, M::Category, [](const SearchHit &hit) { return hit.category; }},
        {{u"price"_s, Money, 2}, M::Price, [](const SearchHit &hit) { return hit.price; }},
        {{u"current_stock"_s, Integer},
         M::Stock,
         [](const SearchHit &hit) { return QString::number(hit.stock); }},
        {{u"similarity"_s, Decimal, 4},
         M::Similarity,
         [](const SearchHit &hit) {
             return std::isfinite(hit.similarity) ? std::optional(QString::number(hit.similarity, 'f', 4))
                                                  : std::nullopt;
         }},
        {{u"vector_rank"_s, Integer}, M::Why, [rank](const SearchHit &hit) { return rank(hit.vectorRank); }},
        {{u"text_rank"_s, Integer}, M::Why, [rank](const SearchHit &hit) { return rank(hit.textRank); }},
        {{u"rating_average"_s, Decimal, 2},
         M::Rating,
         [](const SearchHit &hit) { return QString::number(hit.rating, 'f', 2); }},
        {{u"rating_count"_s, Integer},
         M::Rating,
         [](const SearchHit &hit) { return QString::number(hit.ratings); }},
        {{u"is_active"_s, Boolean}, -1, [](const SearchHit &hit) { return hit.active ? u"t"_s : u"f"_s; }},
        {{u"product_description"_s, Text}, M::Description, [](const SearchHit &hit) {
             return hit.description;
         }}};
    const QList<int> visible = m_view->visibleColumns();
    ExportTable table;
    QList<const Column *> wanted;
    for (const Column &column : all)
        if (!shownColumns || visible.contains(column.shownWith)) {
            table.columns.append(column.column);
            wanted.append(&column);
        }
    for (const SearchHit &hit : m_model->answer().hits) {
        QList<std::optional<QString>> row;
        for (const Column *column : std::as_const(wanted))
            row.append(column->value(hit));
        table.rows.append(row);
    }
    return table;
}

void SearchResults::setDetailsVisible(bool visible)
{
    m_details->setVisible(visible);
    refresh(); // places the table now
    fitColumns();
}

void SearchResults::fitColumns()
{
    // The name and the figures need the room first; the details have the rest whole. Only as the room
    // changes: who wants a column back shows it by the header's menu.
    const auto hide = [this](bool &hidden, int column, int least) {
        const bool narrow = m_stack->width() < m_ui.theme.px(least);
        if (std::exchange(hidden, narrow) != narrow)
            m_view->setColumnHidden(column, narrow);
    };
    hide(m_noDescription, SearchModel::Description, 1100);
    hide(m_noBrand, SearchModel::Brand, 800);
}

void SearchResults::resizeEvent(QResizeEvent *event)
{
    QSplitter::resizeEvent(event);
    fitColumns();
}

void SearchResults::focusTable()
{
    if (m_model->rowCount() > 0)
        m_view->setFocus(Qt::TabFocusReason);
}

void SearchResults::show(const SearchRequest &request, const SearchAnswer &answer)
{
    if (answer.hits.isEmpty()) {
        showNothing(request);
        return;
    }
    m_model->setAnswer(answer, request.text);
    m_stack->setCurrentWidget(m_view);
    m_view->selectRow(0);
    m_view->scrollToTop();
    rowChanged(0);
}

void SearchResults::showNothing(const SearchRequest &request)
{
    m_model->clear();
    rowChanged(-1);
    m_stack->setCurrentWidget(m_empty);
    const QString store = m_ui.app.stores.current().name;
    if (request.text.isEmpty() && request.like.isEmpty())
        m_empty->show(u"edit-find"_s, tr("What are you looking for?"),
                      tr("Describe it in your own words, paste a customer's request, or type a name or SKU. "
                         "The products of %1 are searched while you type.")
                          .arg(store.isEmpty() ? tr("the chosen store") : store));
    else if (restricted(request))
        m_empty->show(
            u"edit-find"_s, tr("No product matches"),
            tr("No product of %1 passes the filters and the least similarity. Clear a filter, or move "
               "the similarity to the left.")
                .arg(store));
    else
        m_empty->show(
            u"edit-find"_s, tr("No product found"),
            request.mode == SearchMode::Text
                ? tr("No product of %1 has these words. Try fewer or other words, or search by meaning.")
                      .arg(store)
                : tr("%1 has no active product that could be compared with this.").arg(store));
}

void SearchResults::rowChanged(int row)
{
    const SearchHit *hit = m_model->hit(row);
    emit currentChanged();
    if (!hit) {
        m_details->clear();
        return;
    }
    QString similarity = std::isfinite(hit->similarity) ? format::decimal(hit->similarity, 3) : QString();
    if (const QString meaning = similarityMeaning(m_model->answer().model, hit->similarity);
        !meaning.isEmpty())
        similarity += u" · "_s + meaning;
    const QStringList words = m_model->matchedWords(*hit);
    const QString rating = hit->ratings > 0
                               ? tr("%1 from %2")
                                     .arg(format::decimal(hit->rating, 1),
                                          format::counted(hit->ratings, tr("rating"), tr("ratings")))
                               : QString();
    m_details->show(hit->name, {{tr("SKU"), hit->sku},
                                {tr("Brand"), hit->brand},
                                {tr("Category"), hit->category},
                                {tr("Price, %1").arg(currency()), format::decimal(hit->price.toDouble(), 2)},
                                {tr("Stock"), format::count(hit->stock)},
                                {tr("Rating"), rating},
                                {tr("Active"), hit->active ? tr("Yes") : tr("No")},
                                {tr("Similarity"), similarity},
                                {tr("Why here"), m_model->why(*hit)},
                                {tr("Matching words"), words.isEmpty() ? QString() : words.join(u", "_s)},
                                {tr("Description"), hit->description},
                                {tr("Product id"), hit->productId}});
}
