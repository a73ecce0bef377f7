// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/tablespage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/performance/servernote.h"
#include "ui/performance/storerows.h"
#include "ui/performance/tablecharts.h"
#include "ui/shared/tableview.h"

#include <QLineEdit>
#include <QSortFilterProxyModel>
#include <QTabWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace {
constexpr int totalColumn = 1;
constexpr int growthDays = 7;
} // namespace

TablesPage::TablesPage(const UiContext &ui, QWidget *parent)
    : Page(ui, tr("Tables"), Scope::Database, parent)
    , m_service(ui.app.pool)
    , m_history(ui.app.pool, ui.app.metrics)
    , m_note(new ServerNote(ui.theme, this))
    , m_tabs(new QTabWidget(this))
    , m_tables(new ListModel<TableStats>(
          tableColumns(), [](const TableStats &row) { return QString::number(row.id); }, this))
    , m_view(new TableView(ui.theme, ui.app.settings, u"tableTable"_s, this))
    , m_proxy(showSorted(*m_view, m_tables, totalColumn, Qt::DescendingOrder))
    , m_charts(new TableCharts(ui, m_history, this))
    , m_stores(new StoreRows(ui, this))
    , m_filter(new QLineEdit(this))
    , m_request(this)
    , m_growthRequest(this)
    , m_storeRequest(this)
{
    setObjectName(u"tablesPage"_s);
    m_view->setAccessibleName(tr("Tables"));
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_filter->setObjectName(u"tableFilter"_s);
    m_filter->setAccessibleName(tr("Filter tables"));
    m_filter->setPlaceholderText(tr("Filter tables"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setMaximumWidth(240);
    addHeaderWidget(m_filter);

    m_tabs->setObjectName(u"tableTabs"_s);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_view, tr("Tables"));
    m_tabs->addTab(m_stores, tr("Rows by store"));
    m_tabs->addTab(m_charts, tr("Charts"));
    auto *content = new QWidget(this);
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_note);
    layout->addWidget(m_tabs, 1);
    setContent(content);

    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_proxy->setFilterFixedString(text);
        updateStatus();
    });
    connect(m_tabs, &QTabWidget::currentChanged, this, [this](int tab) {
        if (tab == m_tabs->indexOf(m_stores) && !m_storesShown && !m_report.tables.isEmpty())
            loadStores();
    });
    connect(m_view, &QAbstractItemView::activated, this, [this](const QModelIndex &index) {
        m_charts->choose(index.data(cell::Key).toLongLong());
        m_tabs->setCurrentWidget(m_charts);
    });
    connect(m_charts, &TableCharts::failed, this, [this](const Error &error) { showError(error, false); });
}

void TablesPage::load()
{
    showContent();
    setLoading(true);
    if (m_tables->rowCount() == 0)
        setStatus(tr("Loading…"));
    m_storesShown = false;
    m_request.run([this](const CancelToken &token) { return m_service.report(token); },
                  [this](const Result<TableReport> &report) {
                      setLoading(false);
                      if (!report) {
                          showError(report.error(), m_tables->rowCount() == 0);
                          return;
                      }
                      showContent();
                      show(*report);
                      if (m_tabs->currentWidget() == m_stores)
                          loadStores();
                  });
}

void TablesPage::show(const TableReport &report)
{
    m_report = report;
    m_note->show(report.server, m_ui.app.pool.capabilities().login);
    m_tables->setRows(report.tables);
    m_charts->setTables(report.tables);
    updateStatus();
    readGrowth();
}

void TablesPage::readGrowth()
{
    m_growthRequest.run(
        [this](const CancelToken &) {
            return m_history.tableBytes(QDateTime::currentDateTimeUtc().addDays(-growthDays));
        },
        [this](const Result<QHash<qint64, qint64>> &before) {
            if (!before)
                return; // an extra: the chart says what is wrong with the history
            for (TableStats &table : m_report.tables)
                if (table.measured() && before->contains(table.id))
                    table.grown = table.bytes() - before->value(table.id);
            m_tables->setRows(m_report.tables);
        });
}

/// Counts the rows of each store, so it is asked only when somebody looks.
void TablesPage::loadStores()
{
    m_storesShown = true;
    setLoading(true);
    m_storeRequest.run([this](const CancelToken &token) { return m_ui.app.stores.stores(token); },
                       [this](const Result<QList<StoreSummary>> &stores) {
                           setLoading(false);
                           if (!stores) {
                               showError(stores.error(), false);
                               return;
                           }
                           m_stores->setStores(*stores);
                       });
}

void TablesPage::clear()
{
    m_request.cancel();
    m_storeRequest.cancel();
    m_growthRequest.cancel();
    m_report = {};
    m_storesShown = false;
    m_tables->setRows({});
    m_charts->setTables({});
    m_stores->setStores({});
}

void TablesPage::updateStatus()
{
    const int all = m_tables->rowCount();
    const int shown = m_proxy->rowCount();
    qint64 bytes = 0;
    for (const TableStats &table : std::as_const(m_report.tables))
        bytes += std::max<qint64>(0, table.bytes());
    setStatus(all == 0 ? QString()
              : shown == all
                  ? u"%1 · %2"_s.arg(format::counted(all, tr("table"), tr("tables")), format::bytes(bytes))
                  : tr("%1 of %2 tables").arg(format::count(shown), format::count(all)));
}

QString TablesPage::help() const
{
    return tr("Tables of this database: what they take on disk, live and dead rows, how they are read and "
              "when they were last "
              "vacuumed and analyzed. Enter shows the growth of the selected table. Counters run since the "
              "statistics were reset. “Rows by store” counts "
              "when you open it.");
}

bool TablesPage::focusFilter()
{
    m_filter->setFocus();
    m_filter->selectAll();
    return true;
}
