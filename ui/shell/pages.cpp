// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/browse/browsepage.h"
#include "ui/browse/salespage.h"
#include "ui/jobs/jobspage.h"
#include "ui/search/searchpage.h"
#include "ui/shell/pageregistry.h"
#include "ui/tenants/tenantspage.h"

using namespace Qt::StringLiterals;

namespace {

template <typename P>
Page *make(const UiContext &ui, QWidget *parent)
{
    return new P(ui, parent);
}

std::function<Page *(const UiContext &, QWidget *)> browse(QByteArray table)
{
    return
        [table](const UiContext &ui, QWidget *parent) -> Page * { return new BrowsePage(ui, table, parent); };
}

} // namespace

QList<PageInfo> allPages()
{
    const auto title = [](const char *text) { return PageRegistry::tr(text); };
    return {
        {u"tenants"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Tenants")), PageGroup::Store, u"store"_s,
         make<TenantsPage>},
        {u"customers"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Customers")), PageGroup::Store,
         u"system-users"_s, browse("customers"), rowsUnavailable},
        {u"products"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Products")), PageGroup::Store, u"package"_s,
         browse("products"), rowsUnavailable},
        {u"sales"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Sales")), PageGroup::Store,
         u"amarok_cart_view"_s, make<SalesPage>, rowsUnavailable},
        {u"search"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Search")), PageGroup::Store, u"edit-find"_s,
         make<SearchPage>, rowsUnavailable},
        {u"jobs"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Jobs")), PageGroup::Operations,
         u"view-history"_s, make<JobsPage>},
    };
}
