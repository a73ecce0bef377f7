// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/browse/salespage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/browse/gridactions.h"
#include "ui/shared/recordmodel.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"

#include <QLabel>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

SalesPage::SalesPage(const UiContext &ui, QWidget *parent)
    : BrowsePage(ui, "sales_transactions", parent)
    , m_items(new RecordModel(*BrowseService::table("sales_transaction_items"), this))
    , m_itemsView(new TableView(ui.theme, ui.app.settings, u"itemsTable"_s, this))
    , m_itemsTitle(new QLabel(this))
{
    auto *actions = new GridActions(ui, *m_itemsView, *m_items);
    // The items of one sale are all there: a filter is asked on the page of all items.
    connect(actions, &GridActions::filterWanted, this, [this](const ColumnFilter &filter) {
        emit placeRequested({pageOfTable("sales_transaction_items"), {browsefilter::expression(filter)}});
    });
    connect(actions, &GridActions::filterEditorWanted, this, [this] {
        emit placeRequested({pageOfTable("sales_transaction_items"),
                             {browsefilter::expression({"transaction_id", FilterOp::Equals, {m_shown}})}});
    });
    connect(actions, &GridActions::placeWanted, this, &Page::placeRequested);
    m_itemsView->setModel(m_items);
    m_itemsView->setAccessibleName(tr("Items of the selected sale"));
    QList<int> hidden;
    const TableDef &table = m_items->table();
    for (int column = 0; column < table.columns.size(); ++column)
        if (!table.columns[column].shown)
            hidden.append(column);
    m_itemsView->setInitiallyHidden(hidden);
    m_itemsTitle->setObjectName(u"itemsTitle"_s);
    m_itemsTitle->setContentsMargins(16, 8, 16, 8);
    m_itemsTitle->setTextFormat(Qt::PlainText);

    auto *below = new QWidget(this);
    auto *layout = new QVBoxLayout(below);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_itemsTitle);
    layout->addWidget(m_itemsView, 1);
    addBelow(below);

    connect(m_items, &RecordModel::loadingChanged, this, &SalesPage::itemsChanged);
    connect(m_items, &RecordModel::firstPageShown, this, &SalesPage::itemsChanged);
    connect(m_items, &RecordModel::failed, this, [this](const Error &error) {
        m_shown.clear();
        showError(error, false);
    });
    connect(&ui.theme, &Theme::changed, this, &SalesPage::applyTheme);
    applyTheme();
    itemsChanged();
}

void SalesPage::applyTheme()
{
    m_itemsTitle->setFont(m_ui.theme.font(1.0, QFont::DemiBold));
}

void SalesPage::clear()
{
    BrowsePage::clear();
    m_shown.clear();
    m_items->clear();
    itemsChanged();
}

void SalesPage::rowChanged(int row)
{
    BrowsePage::rowChanged(row);
    const QString sale = row >= 0 && row < model().rowCount() ? model().key(row) : QString();
    if (sale == m_shown)
        return;
    m_shown = sale;
    m_items->clear();
    if (!sale.isEmpty())
        m_items->load(pagesOfCurrentStore(m_ui.app), sale);
    itemsChanged();
}

void SalesPage::setZone(const QTimeZone &zone)
{
    BrowsePage::setZone(zone);
    m_items->setZone(zone);
}

void SalesPage::itemsChanged()
{
    if (m_shown.isEmpty())
        m_itemsTitle->setText(tr("Items: select a sale above to see what was bought"));
    else if (m_items->loading())
        m_itemsTitle->setText(tr("Items"));
    else
        m_itemsTitle->setText(tr("Items (%1)").arg(format::count(m_items->rowCount())));
    setLoading(busy() || m_items->loading());
}

QString SalesPage::help() const
{
    return BrowsePage::help() + u' ' +
           tr("The lower grid shows the items of the sale that is selected above.");
}
