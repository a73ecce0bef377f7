// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/access/accesspage.h"
#include "ui/audit/auditpage.h"
#include "ui/backup/backupspage.h"
#include "ui/browse/browsepage.h"
#include "ui/browse/customerspage.h"
#include "ui/browse/salespage.h"
#include "ui/jobs/jobspage.h"
#include "ui/maintenance/maintenancepage.h"
#include "ui/overview/overviewpage.h"
#include "ui/performance/activitypage.h"
#include "ui/performance/indexespage.h"
#include "ui/performance/queriespage.h"
#include "ui/performance/settingspage.h"
#include "ui/performance/tablespage.h"
#include "ui/search/qualitypage.h"
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

QString maintenanceUnavailable(const Capabilities &can)
{
    return can.owner || can.ops || can.dba || can.superuser || can.monitor
               ? QString()
               : PageRegistry::tr(
                     "This login may not look at the database's maintenance: operations, owners and "
                     "database administrators can.");
}

QString accessUnavailable(const Capabilities &can)
{
    return can.owner || can.superuser
               ? QString()
               : PageRegistry::tr("Who may enter which store is for owners and operations (the rights of "
                                  "retail_owner). Your own password: File ▸ Change my password.");
}

} // namespace

QList<PageInfo> allPages()
{
    const auto title = [](const char *text) { return PageRegistry::tr(text); };
    return {
        {u"tenants"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Tenants")), PageGroup::Store, u"store"_s,
         make<TenantsPage>},
        {u"overview"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Overview")), PageGroup::Store,
         u"view-statistics"_s, make<OverviewPage>, rowsUnavailable},
        {u"customers"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Customers")), PageGroup::Store,
         u"system-users"_s, make<CustomersPage>, rowsUnavailable},
        {u"products"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Products")), PageGroup::Store, u"package"_s,
         browse("products"), rowsUnavailable},
        {u"sales"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Sales")), PageGroup::Store,
         u"amarok_cart_view"_s, make<SalesPage>, rowsUnavailable},
        {u"items"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Items sold")), PageGroup::Store,
         u"view-list-details"_s, browse("sales_transaction_items"), rowsUnavailable},
        {u"categories"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Categories")), PageGroup::Store, u"tag"_s,
         browse("product_categories"), rowsUnavailable},
        {u"embeddings"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Embeddings")), PageGroup::Store,
         u"distribute-graph"_s, browse("product_embeddings"), rowsUnavailable},
        {u"search"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Search")), PageGroup::Store, u"edit-find"_s,
         make<SearchPage>, rowsUnavailable},
        {u"audit"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Audit log")), PageGroup::Store,
         u"view-list-details"_s, make<AuditLogPage>, rowsUnavailable},
        {u"queries"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Queries")), PageGroup::Database,
         u"view-statistics"_s, make<QueriesPage>},
        {u"indexes"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Indexes")), PageGroup::Database,
         u"view-sort-ascending"_s, make<IndexesPage>},
        {u"tables"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Tables")), PageGroup::Database, u"table"_s,
         make<TablesPage>},
        {u"activity"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Activity")), PageGroup::Database,
         u"speedometer"_s, make<ActivityPage>},
        {u"settings"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Settings")), PageGroup::Database,
         u"settings-configure"_s, make<SettingsPage>},
        {u"search-quality"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Search quality")), PageGroup::Database,
         u"edit-find-replace"_s, make<QualityPage>},
        {u"backups"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Backups")), PageGroup::Operations,
         u"document-save"_s, make<BackupsPage>, backupsUnavailable},
        {u"maintenance"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Maintenance")), PageGroup::Operations,
         u"run-build-clean"_s, make<MaintenancePage>, maintenanceUnavailable},
        {u"access"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Access")), PageGroup::Operations,
         u"object-locked"_s, make<AccessPage>, accessUnavailable},
        {u"jobs"_s, title(QT_TRANSLATE_NOOP("PageRegistry", "Jobs")), PageGroup::Operations,
         u"view-history"_s, make<JobsPage>},
    };
}
