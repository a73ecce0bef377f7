// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/browse/browsepage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/shared/detailspane.h"
#include "ui/shared/recordmodel.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"

#include <QSplitter>
#include <QToolButton>

using namespace Qt::StringLiterals;

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
    QString heading;
    const QList<ColumnDef> &columns = model.table().columns;
    for (int column = 0; column < columns.size(); ++column) {
        const QString text = model.fullText(row, column);
        fields.append({columnHeading(columns[column]), text});
        if (columns[column].shown && columns[column].type == ColumnType::Text && heading.isEmpty())
            heading = text;
        // A name says more than a number.
        if (columns[column].name == "product_name" || columns[column].name == "receipt_number")
            heading = text;
        if (columns[column].name == "last_name")
            heading = u"%1 %2"_s.arg(heading, text).trimmed();
    }
    pane.show(heading, fields);
}

BrowsePage::BrowsePage(const UiContext &ui, const QByteArray &table, QWidget *parent)
    : Page(ui, BrowseService::table(table)->title, Scope::Store, parent)
    , m_table(*BrowseService::table(table))
    , m_model(new RecordModel(m_table, this))
    , m_view(new TableView(ui.theme, ui.app.settings, QString::fromUtf8(table) + u"Table"_s, this))
    , m_details(new DetailsPane(ui.theme, this))
    , m_columns(new QSplitter(Qt::Horizontal, this))
    , m_rows(new QSplitter(Qt::Vertical, this))
    , m_detailsButton(new QToolButton(this))
    , m_countRequest(this)
{
    setObjectName(QString::fromUtf8(table) + u"Page"_s);
    m_view->setModel(m_model);
    m_view->setAccessibleName(m_table.title);
    QList<int> hidden;
    for (int column = 0; column < m_table.columns.size(); ++column)
        if (!m_table.columns[column].shown)
            hidden.append(column);
    m_view->setInitiallyHidden(hidden);
    m_view->setSortIndicator(m_model->sortColumn(), m_model->sortOrder());

    m_rows->addWidget(m_view);
    m_rows->setChildrenCollapsible(false);
    m_columns->addWidget(m_rows);
    m_columns->addWidget(m_details);
    m_columns->setStretchFactor(0, 1);
    m_columns->setCollapsible(0, false);
    m_columns->setSizes({900, 304});
    m_columns->setHandleWidth(1);
    m_rows->setHandleWidth(1);
    m_columns->setObjectName(objectName() + u"Columns"_s);
    m_columns->restoreState(ui.app.settings.state(m_columns->objectName()));
    setContent(m_columns);
    m_detailsButton->setObjectName(m_view->objectName() + u"Details"_s);
    m_detailsButton->setText(tr("&Details"));
    m_detailsButton->setCheckable(true);
    m_detailsButton->setToolTip(tr("All columns of the selected row (Alt+D)"));
    addHeaderWidget(m_detailsButton);
    connect(m_detailsButton, &QToolButton::toggled, m_details, &QWidget::setVisible);
    connect(m_detailsButton, &QToolButton::clicked, this, [this] { m_detailsByHand = true; });

    connect(m_columns, &QSplitter::splitterMoved, this,
            [this] { m_ui.app.settings.setState(m_columns->objectName(), m_columns->saveState()); });
    connect(m_view, &TableView::sortRequested, m_model, &RecordModel::sortBy);
    connect(m_view, &TableView::currentRowChanged, this, &BrowsePage::rowChanged);
    connect(m_model, &RecordModel::firstPageShown, this, &BrowsePage::pageShown);
    connect(m_model, &RecordModel::rowsInserted, this, &BrowsePage::updateStatus);
    connect(m_model, &RecordModel::loadingChanged, this, [this] {
        setLoading(busy());
        updateStatus();
    });
    connect(m_model, &RecordModel::failed, this,
            [this](const Error &error) { showError(error, m_model->rowCount() == 0); });
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
    m_model->load(pagesOfCurrentStore(m_ui.app));
    m_countRequest.run(
        [this](const CancelToken &token) {
            return m_ui.app.browse.count(m_ui.app.stores.current().storeId, m_table.name, token);
        },
        [this](const Result<RowCount> &result) {
            // Without a count the page says what it has; the rows' own error is the one to show.
            m_counted = result.ok();
            if (result)
                m_count = *result;
            setLoading(busy());
            updateStatus();
        });
    setLoading(true);
}

void BrowsePage::clear()
{
    m_countRequest.cancel();
    m_counted = false;
    m_model->clear();
    m_details->clear();
}

void BrowsePage::pageShown()
{
    if (m_model->rowCount() == 0) {
        showEmpty(u"view-list-text"_s, tr("No %1 yet").arg(m_table.title.toLower()),
                  tr("%1 has no %2 that this login may see.")
                      .arg(m_ui.app.stores.current().name, m_table.singular));
        return;
    }
    showContent();
    if (m_view->currentIndex().row() != 0)
        m_view->selectRow(0);
    m_view->scrollToTop();
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

void BrowsePage::updateStatus()
{
    const int rows = m_model->rowCount();
    if (rows == 0) {
        setStatus(m_model->loading() ? tr("Loading…") : QString());
        return;
    }
    const QString range = u"1 – %1"_s.arg(format::count(rows));
    if (m_model->complete())
        setStatus(tr("%1 of %2").arg(range, format::count(rows)));
    else if (m_counted)
        setStatus(
            tr("%1 of %2")
                .arg(range, m_count.exact ? format::count(m_count.rows) : format::estimate(m_count.rows)));
    else
        setStatus(range);
}

QString BrowsePage::help() const
{
    return tr("The %1 of the chosen store. Rows are read as you scroll. Click a heading to sort; headings "
              "without an "
              "index cannot be sorted by and say so. Right-click a heading to choose columns. Ctrl+C copies "
              "the "
              "selected rows, Ctrl+Shift+C the current value. The details at the right show every column "
              "whole.")
        .arg(m_table.title.toLower());
}

bool BrowsePage::focusFilter()
{
    m_view->setFocus();
    return true;
}
