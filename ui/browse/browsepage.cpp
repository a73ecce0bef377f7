// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/browse/browsepage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/browse/editbar.h"
#include "ui/browse/gridactions.h"
#include "ui/browse/viewsmenu.h"
#include "ui/shared/detailspane.h"
#include "ui/shared/emptystate.h"
#include "ui/shared/filterbar.h"
#include "ui/shared/recordmodel.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"
#include "ui/shared/zonechoice.h"

#include <QSignalBlocker>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace {

/// The database and the login, by what the server is and not by the way to it: two of them may read alike.
QString origin(const ConnectionPool &pool)
{
    const Capabilities can = pool.capabilities();
    const Profile profile = pool.profile();
    const QString server = can.systemIdentifier != 0 ? QString::number(can.systemIdentifier)
                                                     : profile.ssh + u' ' + profile.conninfo; // not told
    return u"%1/%2/%3"_s.arg(server, QString::number(can.databaseOid), can.login);
}

} // namespace

RecordModel::PageSource pagesOfCurrentStore(AppContext &app)
{
    // The store is taken now: a model keeps asking for the one it was loaded for until it is cleared.
    return [&browse = app.browse, store = app.stores.current().storeId](const BrowseRequest &request,
                                                                        const CancelToken &token) {
        return browse.page(store, request, token);
    };
}

void showDetails(DetailsPane &pane, const RecordModel &model, int row)
{
    if (row < 0 || row >= model.rowCount()) {
        pane.clear();
        return;
    }
    QList<DetailsPane::Field> fields;
    const QList<ColumnDef> &columns = model.table().columns;
    for (int column = 0; column < columns.size(); ++column)
        fields.append({columnHeading(columns[column], model.zone()), model.fullText(row, column)});
    pane.show(model.heading(row), fields);
}

BrowsePage::BrowsePage(const UiContext &ui, const QByteArray &table, QWidget *parent)
    : Page(ui, BrowseService::table(table)->title, Scope::Store, parent)
    , m_table(*BrowseService::table(table))
    , m_model(new RecordModel(m_table, this))
    , m_filters(new FilterBar(ui.theme, m_table, this))
    , m_view(new TableView(ui.theme, ui.app.settings, QString::fromUtf8(table) + u"Table"_s, this))
    , m_details(new DetailsPane(ui.theme, this))
    , m_actions(new GridActions(ui, *m_view, *m_model))
    , m_editBar(new EditBar(ui, *m_model, this))
    , m_views(new ViewsMenu(
          ui.app.local, [this] { return viewBody(); }, this))
    , m_zone(new ZoneChoice(ui.app.settings, this))
    , m_nothing(new EmptyState(ui.theme, this))
    , m_grid(new QStackedWidget(this))
    , m_columns(new QSplitter(Qt::Horizontal, this))
    , m_rows(new QSplitter(Qt::Vertical, this))
    , m_detailsButton(new QToolButton(this))
    , m_countButton(new QToolButton(this))
    , m_countRequest(this)
    , m_editableRequest(this)
{
    setObjectName(QString::fromUtf8(table) + u"Page"_s);
    build();
    connectGrid();
    m_model->setZone(m_zone->zone());
    m_filters->setZone(m_zone->zone());
}

void BrowsePage::setZone(const QTimeZone &zone)
{
    m_model->setZone(zone);
    m_filters->setZone(zone);
    showDetails(*m_details, *m_model, m_view->currentIndex().row());
}

void BrowsePage::resizeEvent(QResizeEvent *event)
{
    // On a narrow window the rows need the room; the button brings the details back.
    if (!m_detailsByHand)
        m_detailsButton->setChecked(width() >= m_ui.theme.px(980));
    m_details->setVisible(m_detailsButton->isChecked());
    Page::resizeEvent(event);
}

void BrowsePage::load()
{
    showContent();
    const QString store = m_ui.app.stores.current().storeId;
    const QString table = QString::fromUtf8(m_table.name);
    m_scope = u"%1|%2|%3"_s.arg(origin(m_ui.app.pool), store, table);
    m_views->setScope(u"%1|%2|%3"_s.arg(m_ui.app.pool.profile().target(), store, table));
    m_zone->setStore(store);
    setZone(m_zone->zone());
    m_model->setFilters(m_filters->filters());
    m_model->load(pagesOfCurrentStore(m_ui.app));
    if (m_aside.contains(m_scope))
        m_model->edit([this](RecordEdits &edits) { edits = m_aside.take(m_scope); });
    count(false);
    loadEditable();
    setLoading(true);
}

void BrowsePage::clear()
{
    m_countRequest.cancel();
    m_editableRequest.cancel();
    m_editBar->forget();
    m_counted = m_counting = m_toEnd = false;
    m_unreadable.reset();
    if (!m_model->edits().isEmpty())
        m_aside.insert(m_scope, m_model->edits());
    m_model->clear();
    m_model->setEditable({});
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_details->clear();
    const QSignalBlocker blocker(m_filters); // they name values of the former store
    m_filters->setChips({});
}

void BrowsePage::loadEditable()
{
    m_editableRequest.run(
        [this](const CancelToken &token) {
            return m_ui.app.browse.editable(m_ui.app.stores.current().storeId, m_table.name, token);
        },
        [this](const Result<QList<QByteArray>> &columns) {
            // Without an answer nothing can be changed, which the grid shows by itself.
            m_model->setEditable(columns ? *columns : QList<QByteArray>());
            m_view->setEditTriggers(columns && !columns->isEmpty()
                                        ? QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed
                                        : QAbstractItemView::NoEditTriggers);
        });
}

void BrowsePage::count(bool exact)
{
    m_counting = exact;
    m_countRequest.run(
        [this, exact](const CancelToken &token) {
            BrowseRequest rows = m_model->question();
            return m_ui.app.browse.count(m_ui.app.stores.current().storeId, rows, exact, token);
        },
        [this](const Result<RowCount> &result) {
            // Without a count the page says what it has; the rows' own error is the one to show.
            m_counted = result.ok();
            if (result)
                m_count = *result;
            else if (m_counting)
                showError(result.error(), false);
            m_counting = false;
            setLoading(busy());
            updateStatus();
        });
    setLoading(busy());
    updateStatus();
}

void BrowsePage::filtersChanged()
{
    m_unreadable.reset();
    m_counted = false;
    refresh();
}

void BrowsePage::open(const QStringList &words)
{
    if (words == this->words())
        return;
    QList<ColumnFilter> filters;
    std::optional<Error> unreadable;
    for (const QString &word : words) {
        if (word.startsWith("sort="_L1)) {
            const bool descending = word.startsWith("sort=-"_L1);
            m_model->setSort(m_table.column(word.mid(descending ? 6 : 5).toUtf8()),
                             descending ? Qt::DescendingOrder : Qt::AscendingOrder);
            m_view->setSortIndicator(m_model->sortColumn(), m_model->sortOrder());
        } else if (const Result<ColumnFilter> filter = browsefilter::parse(m_table, word); filter) {
            filters.append(*filter);
        } else {
            unreadable = filter.error();
        }
    }
    const QSignalBlocker blocker(m_filters);
    m_filters->setFilters(filters);
    m_model->clearRows();
    filtersChanged();
    m_unreadable = unreadable;
}

QStringList BrowsePage::words() const
{
    QStringList words = browsefilter::expressions(m_filters->filters());
    const BrowseRequest question = m_model->question();
    if (question.sort != m_table.sort || question.descending != m_table.descending)
        words.append(
            u"sort=%1%2"_s.arg(question.descending ? u"-"_s : QString(), QString::fromUtf8(question.sort)));
    return words;
}

void BrowsePage::toEnd()
{
    if (m_model->atEnd()) {
        m_view->selectRow(m_model->rowCount() - 1);
        m_view->scrollToBottom();
        return;
    }
    m_toEnd = true;
    m_model->toEnd();
}

void BrowsePage::pageShown()
{
    const bool filtered = !m_filters->filters().isEmpty();
    if (m_model->rowCount() == 0 && !filtered) {
        showEmpty(u"view-list-text"_s, tr("No %1 yet").arg(m_table.title.toLower()),
                  tr("%1 has no %2 that this login may see.")
                      .arg(m_ui.app.stores.current().name, m_table.singular));
        return;
    }
    showContent();
    if (m_unreadable)
        showError(*m_unreadable, false); // more rows are shown than were asked for
    m_grid->setCurrentIndex(m_model->rowCount() == 0 ? 1 : 0);
    if (m_model->rowCount() == 0)
        m_nothing->show(
            u"view-filter"_s, tr("No %1 fits").arg(m_table.singular),
            tr("%1 has none that all the filters above let through.").arg(m_ui.app.stores.current().name),
            tr("Switch the filters off"));
    const int row = std::exchange(m_toEnd, false) ? m_model->rowCount() - 1 : 0;
    if (m_view->currentIndex().row() != row)
        m_view->selectRow(row);
    if (row == 0)
        m_view->scrollToTop();
    else
        m_view->scrollToBottom();
    rowChanged(m_view->currentIndex().row());
    updateStatus();
}

void BrowsePage::rowChanged(int row)
{
    showDetails(*m_details, *m_model, row);
}

void BrowsePage::addBelow(QWidget *widget)
{
    m_rows->addWidget(widget);
    m_rows->setStretchFactor(0, 3);
    m_rows->setStretchFactor(1, 2);
}

bool BrowsePage::busy() const
{
    return m_model->loading() || m_countRequest.running();
}

bool BrowsePage::focusFilter()
{
    m_filters->edit();
    return true;
}
