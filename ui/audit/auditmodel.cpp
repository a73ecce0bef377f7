// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/audit/auditmodel.h"

#include "app/core/format.h"
#include "app/services/browsetables.h"
#include "ui/shared/cellrole.h"
#include "ui/shared/inwords.h"

#include <QJsonDocument>

#include <algorithm>

using namespace Qt::StringLiterals;

QString AuditModel::actionTitle(const QString &action)
{
    if (action == "INSERT"_L1)
        return tr("Added");
    if (action == "UPDATE"_L1)
        return tr("Changed");
    if (action == "DELETE"_L1)
        return tr("Deleted");
    if (action == "store_context_set"_L1)
        return tr("Store chosen");
    return inWords(action);
}

QString AuditModel::tableTitle(const QString &table)
{
    if (const TableDef *def = browseTable(table.toUtf8()))
        return def->title;
    return table == "security_context"_L1 ? tr("Store choice") : inWords(table);
}

QString AuditModel::columnTitle(const QString &table, const QString &column)
{
    const TableDef *def = browseTable(table.toUtf8());
    const int index = def ? def->column(column.toUtf8()) : -1;
    return index < 0 ? column : def->columns[index].title;
}

void AuditModel::clear()
{
    beginResetModel();
    m_entries.clear();
    m_next.clear();
    m_asked = false;
    endResetModel();
}

void AuditModel::append(const AuditPage &page)
{
    m_now = QDateTime::currentDateTime();
    m_asked = false;
    m_next = page.next;
    if (page.rows.count() == 0)
        return;
    const int first = static_cast<int>(m_entries.size());
    beginInsertRows({}, first, first + page.rows.count() - 1);
    for (int row = 0; row < page.rows.count(); ++row) {
        const auto json = [&](int column) {
            return QJsonDocument::fromJson(page.rows.bytes(row, column).toByteArray()).object();
        };
        m_entries.append({page.rows.text(row, 0), page.rows.timestamp(row, 1), page.rows.text(row, 2),
                          page.rows.text(row, 3), page.rows.text(row, 4), page.rows.text(row, 5), json(6),
                          json(7), json(8)});
    }
    endInsertRows();
}

int AuditModel::rowOf(const QString &id) const
{
    const auto found = std::find_if(m_entries.cbegin(), m_entries.cend(),
                                    [&](const Entry &entry) { return entry.id == id; });
    return found == m_entries.cend() ? -1 : static_cast<int>(found - m_entries.cbegin());
}

QString AuditModel::changes(const Entry &entry)
{
    if (entry.action != "UPDATE"_L1)
        return {};
    QStringList columns = entry.after.keys();
    columns.removeOne(u"updated_at"_s);
    for (QString &column : columns)
        column = columnTitle(entry.table, column);
    return columns.join(u", "_s);
}

int AuditModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

int AuditModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant AuditModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Entry &entry = m_entries[index.row()];
    if (role == Qt::ToolTipRole)
        return index.column() == Time ? format::exact(entry.time.toLocalTime())
                                      : data(index, Qt::DisplayRole);
    if (role == cell::ToneRole && index.column() == Action)
        return static_cast<int>(entry.action == "DELETE"_L1 ? cell::Tone::Bad : cell::Tone::Normal);
    if (role == cell::Key)
        return entry.record;
    if (role != Qt::DisplayRole && role != cell::Raw)
        return {};
    switch (index.column()) {
    case Time:
        if (role == cell::Raw)
            return entry.time;
        return format::relative(entry.time, m_now);
    case Action:
        return actionTitle(entry.action);
    case Table:
        return tableTitle(entry.table);
    case Changed:
        return changes(entry);
    case Person:
        return entry.user;
    case Record:
        return entry.record.isEmpty() ? entry.metadata.value("key"_L1).toVariant() : QVariant(entry.record);
    default:
        return {};
    }
}

QVariant AuditModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == cell::Sortable)
        return false;
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Time:
        return tr("Time");
    case Action:
        return tr("Action");
    case Table:
        return tr("Table");
    case Changed:
        return tr("Changed columns");
    case Person:
        return tr("Person");
    default:
        return tr("Row");
    }
}

bool AuditModel::canFetchMore(const QModelIndex &parent) const
{
    return !parent.isValid() && !m_next.isEmpty() && !m_asked;
}

void AuditModel::fetchMore(const QModelIndex &parent)
{
    if (!canFetchMore(parent))
        return;
    m_asked = true;
    emit wantsMore(m_next);
}
