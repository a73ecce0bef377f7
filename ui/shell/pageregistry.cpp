// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/pageregistry.h"

#include <QKeySequence>

using namespace Qt::StringLiterals;

namespace {

QString groupTitle(PageGroup group)
{
    switch (group) {
    case PageGroup::Store:
        return PageRegistry::tr("Store");
    case PageGroup::Database:
        return PageRegistry::tr("Database");
    case PageGroup::Operations:
        return PageRegistry::tr("Operations");
    }
    return {};
}

} // namespace

QString rowsUnavailable(const Capabilities &can)
{
    // Policies leave a DBA's login no row of any store; the Tenants page still tells it the counts.
    const bool seesRows = can.owner || can.ops || can.manager || can.superuser || can.bypassRls;
    return can.dba && !seesRows
               ? PageRegistry::tr(
                     "This login is a database administrator's: it sees counts, but no rows of a store.")
               : QString();
}

PageRegistry::PageRegistry(QList<PageInfo> pages, QObject *parent)
    : QAbstractListModel(parent)
    , m_pages(std::move(pages))
{
    for (const PageGroup group : {PageGroup::Store, PageGroup::Database, PageGroup::Operations}) {
        bool headed = false;
        for (int i = 0; i < m_pages.size(); ++i) {
            if (m_pages[i].group != group)
                continue;
            if (!std::exchange(headed, true))
                m_rows.append({-1, group});
            m_rows.append({i, group});
        }
    }
}

const PageInfo *PageRegistry::page(const QString &id) const
{
    for (const PageInfo &info : m_pages)
        if (info.id == id)
            return &info;
    return nullptr;
}

QModelIndex PageRegistry::indexOf(const QString &id) const
{
    for (int row = 0; row < m_rows.size(); ++row)
        if (m_rows[row].page >= 0 && m_pages[m_rows[row].page].id == id)
            return index(row);
    return {};
}

bool PageRegistry::usable(const QString &id) const
{
    return page(id) && !m_reasons.contains(id);
}

void PageRegistry::setCapabilities(const Capabilities &capabilities)
{
    m_reasons.clear();
    for (const PageInfo &info : m_pages)
        if (info.unavailable)
            if (const QString reason = info.unavailable(capabilities); !reason.isEmpty())
                m_reasons.insert(info.id, reason);
    emit dataChanged(index(0), index(rowCount() - 1));
}

int PageRegistry::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant PageRegistry::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row &row = m_rows[index.row()];
    if (row.page < 0) {
        if (role == Qt::DisplayRole || role == Qt::AccessibleTextRole)
            return groupTitle(row.group);
        return role == HeadingRole ? QVariant(true) : QVariant();
    }
    const PageInfo &info = m_pages[row.page];
    switch (role) {
    case Qt::DisplayRole:
        return info.title;
    case IdRole:
        return info.id;
    case IconRole:
        return info.icon;
    case HeadingRole:
        return false;
    case Qt::ToolTipRole:
        if (const auto reason = m_reasons.constFind(info.id); reason != m_reasons.cend())
            return *reason;
        if (row.page < 9)
            return tr("%1 (%2)").arg(
                info.title, QKeySequence(u"Ctrl+%1"_s.arg(row.page + 1)).toString(QKeySequence::NativeText));
        return info.title;
    case Qt::AccessibleDescriptionRole:
        return m_reasons.value(info.id);
    default:
        return {};
    }
}

Qt::ItemFlags PageRegistry::flags(const QModelIndex &index) const
{
    if (!index.isValid())
        return Qt::NoItemFlags;
    const Row &row = m_rows[index.row()];
    if (row.page < 0 || m_reasons.contains(m_pages[row.page].id))
        return Qt::NoItemFlags;
    return Qt::ItemIsEnabled | Qt::ItemIsSelectable;
}
