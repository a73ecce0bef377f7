// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/tenants/tenantspage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"
#include "ui/tenants/tenantsmodel.h"

#include <QLineEdit>
#include <QSortFilterProxyModel>

using namespace Qt::StringLiterals;

TenantsPage::TenantsPage(const UiContext &ui, QWidget *parent)
    : Page(ui, tr("Tenants"), Scope::Database, parent)
    , m_model(new TenantsModel(this))
    , m_view(new TableView(ui.theme, ui.app.settings, u"tenantsTable"_s, this))
    , m_proxy(showSorted(*m_view, m_model, TenantsModel::Name))
    , m_filter(new QLineEdit(this))
    , m_request(this)
{
    setObjectName(u"tenantsPage"_s);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setAccessibleName(tr("Stores"));
    setContent(m_view);

    m_filter->setObjectName(u"tenantsFilter"_s);
    m_filter->setAccessibleName(tr("Filter stores"));
    m_filter->setPlaceholderText(tr("Filter stores"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setMaximumWidth(240);
    addHeaderWidget(m_filter);
    setTabOrder(m_filter, m_view);

    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_proxy->setFilterFixedString(text);
        updateStatus();
    });
    connect(m_view, &QAbstractItemView::activated, this, &TenantsPage::chooseCurrent);
    connect(&ui.app.stores, &StoreService::currentChanged, this,
            [this] { m_model->setCurrentStore(m_ui.app.stores.current().storeId); });
}

void TenantsPage::load()
{
    showContent();
    setLoading(true);
    if (m_model->rowCount() == 0)
        setStatus(tr("Loading…"));
    m_request.run([this](const CancelToken &token) { return m_ui.app.stores.stores(token); },
                  [this](Result<QList<StoreSummary>> result) {
                      setLoading(false);
                      if (!result) {
                          showError(result.error(), m_model->rowCount() == 0);
                          return;
                      }
                      m_model->setStores(std::move(result).value());
                      m_model->setCurrentStore(m_ui.app.stores.current().storeId);
                      if (m_model->rowCount() == 0)
                          showEmpty(
                              u"store"_s, tr("No store to see"),
                              tr("This login has access to no store. The owner of the database grants it, or "
                                 "sample data brings stores along (File ▸ Load sample data)."));
                      else
                          showContent();
                      updateStatus();
                  });
}

void TenantsPage::clear()
{
    m_request.cancel();
    m_model->setStores({});
}

void TenantsPage::updateStatus()
{
    const int all = m_model->rowCount();
    const int shown = m_proxy->rowCount();
    if (all == 0)
        setStatus({});
    else if (shown == all)
        setStatus(all == 1 ? tr("1 store") : tr("%1 stores").arg(format::count(all)));
    else
        setStatus(tr("%1 of %2 stores").arg(format::count(shown), format::count(all)));
}

void TenantsPage::chooseCurrent()
{
    const QModelIndex current = m_view->currentIndex();
    if (current.isValid())
        emit storeRequested(current.data(cell::Key).toString());
}

QString TenantsPage::help() const
{
    return tr("All stores that this login may see, with their figures. Enter or a double click chooses a "
              "store: the "
              "pages under Store then show its customers, products and sales. Figures that the login is not "
              "told read "
              "“not shown”.");
}

bool TenantsPage::focusFilter()
{
    m_filter->setFocus();
    m_filter->selectAll();
    return true;
}
