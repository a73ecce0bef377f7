// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/recordmodel.h"

#include "app/core/format.h"
#include "ui/shared/cellrole.h"
#include "ui/shared/currency.h"

#include <QJsonDocument>
#include <QLocale>
#include <QTimeZone>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

// More than any screen shows of a cell; the details have the rest.
constexpr qsizetype longestCell = 400;

bool isNumber(ColumnType type)
{
    return type == ColumnType::Integer || type == ColumnType::Decimal || type == ColumnType::Money;
}

} // namespace

QString columnHeading(const ColumnDef &column)
{
    if (column.type == ColumnType::Money)
        return u"%1, %2"_s.arg(column.title, currency());
    if (column.type == ColumnType::Timestamp)
        return u"%1 (%2)"_s.arg(column.title,
                                QTimeZone::systemTimeZone().abbreviation(QDateTime::currentDateTime()));
    return column.title;
}

RecordModel::RecordModel(const TableDef &table, QObject *parent)
    : QAbstractTableModel(parent)
    , m_table(table)
    , m_sortColumn(table.column(table.sort))
    , m_sortOrder(table.descending ? Qt::DescendingOrder : Qt::AscendingOrder)
    , m_request(this)
{
}

void RecordModel::load(PageSource source, const QString &parentKey)
{
    m_source = std::move(source);
    m_parentKey = parentKey;
    request({});
}

void RecordModel::clear()
{
    const bool wasLoading = loading();
    m_request.cancel();
    m_source = {};
    beginResetModel();
    m_parts.clear();
    m_count = 0;
    m_next.clear();
    m_loaded = false;
    m_failed = false;
    endResetModel();
    if (wasLoading)
        emit loadingChanged(false);
}

void RecordModel::sortBy(int column, Qt::SortOrder order)
{
    if (column < 0 || column >= m_table.columns.size() || !m_table.columns[column].sortable)
        return;
    m_sortColumn = column;
    m_sortOrder = order;
    if (m_source)
        request({});
}

void RecordModel::request(const QString &after)
{
    BrowseRequest request;
    request.table = m_table.name;
    if (m_sortColumn >= 0) {
        request.sort = m_table.columns[m_sortColumn].name;
        request.descending = m_sortOrder == Qt::DescendingOrder;
    }
    request.after = after;
    request.parent = m_parentKey;
    m_failed = false;
    m_request.run(
        [this, request](const CancelToken &token) { return m_source(request, token); },
        [this, first = after.isEmpty()](Result<RecordPage> result) { accept(std::move(result), first); });
    emit loadingChanged(true);
}

void RecordModel::accept(Result<RecordPage> result, bool first)
{
    if (!result) {
        m_failed = true;
        emit loadingChanged(false);
        emit failed(result.error());
        return;
    }
    m_now = QDateTime::currentDateTime();
    const int count = result->rows.count();
    if (first) {
        beginResetModel();
        m_parts.clear();
        m_count = 0;
    } else if (count > 0) {
        beginInsertRows({}, m_count, m_count + count - 1);
    }
    if (count > 0)
        m_parts.push_back({result->rows, m_count});
    m_count += count;
    m_next = result->next;
    m_loaded = true;
    if (first)
        endResetModel();
    else if (count > 0)
        endInsertRows();
    emit loadingChanged(false);
    if (first)
        emit firstPageShown();
}

bool RecordModel::canFetchMore(const QModelIndex &parent) const
{
    return !parent.isValid() && m_loaded && !m_failed && !m_next.isEmpty() && !loading();
}

void RecordModel::fetchMore(const QModelIndex &parent)
{
    if (canFetchMore(parent))
        request(m_next);
}

int RecordModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_count;
}

int RecordModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_table.columns.size());
}

RecordModel::Cell RecordModel::at(int row) const
{
    const auto after = std::upper_bound(m_parts.begin(), m_parts.end(), row,
                                        [](int wanted, const Part &part) { return wanted < part.first; });
    const Part &part = *std::prev(after);
    return {part.rows, row - part.first};
}

QString RecordModel::key(int row) const
{
    const int column = m_table.column(m_table.key);
    const Cell cell = at(row);
    return column < 0 ? QString() : cell.rows.text(cell.row, column);
}

QVariant RecordModel::raw(int row, int column) const
{
    const auto [rows, r] = at(row);
    if (rows.isNull(r, column))
        return {};
    switch (m_table.columns[column].type) {
    case ColumnType::Integer:
        return rows.integer(r, column);
    case ColumnType::Decimal:
    case ColumnType::Money:
        return rows.number(r, column);
    case ColumnType::Boolean:
        return rows.boolean(r, column);
    case ColumnType::Timestamp:
        return rows.timestamp(r, column);
    case ColumnType::Date:
        return QDate::fromString(rows.text(r, column), Qt::ISODate);
    case ColumnType::Tags:
        return rows.textArray(r, column);
    default:
        return rows.text(r, column);
    }
}

QString RecordModel::display(int row, int column) const
{
    const auto [rows, r] = at(row);
    if (rows.isNull(r, column))
        return tr("null", "a missing value");
    const ColumnDef &def = m_table.columns[column];
    const QLocale locale;
    switch (def.type) {
    case ColumnType::Integer:
        return format::count(rows.integer(r, column), locale);
    case ColumnType::Decimal:
    case ColumnType::Money:
        return format::decimal(rows.number(r, column), def.decimals, locale);
    case ColumnType::Boolean:
        return rows.boolean(r, column) ? tr("Yes") : tr("No");
    case ColumnType::Timestamp:
        return format::relative(rows.timestamp(r, column), m_now);
    case ColumnType::Date:
        return locale.toString(QDate::fromString(rows.text(r, column), Qt::ISODate), QLocale::ShortFormat);
    case ColumnType::Tags: {
        const QStringList tags = rows.textArray(r, column);
        return tags.isEmpty() ? tr("empty", "a text without characters") : tags.join(u", "_s);
    }
    default:
        break;
    }
    const QByteArrayView bytes = rows.bytes(r, column);
    if (bytes.isEmpty())
        return tr("empty", "a text without characters");
    // Four bytes a character at most: what is cut off here would not be seen.
    QString text = QString::fromUtf8(bytes.first(std::min(bytes.size(), longestCell * 4))).left(longestCell);
    for (QChar &character : text)
        if (character == u'\n' || character == u'\r' || character == u'\t')
            character = u' ';
    return text;
}

QString RecordModel::fullText(int row, int column) const
{
    const auto [rows, r] = at(row);
    if (rows.isNull(r, column))
        return {};
    switch (m_table.columns[column].type) {
    case ColumnType::Timestamp:
        return format::exact(rows.timestamp(r, column).toLocalTime());
    case ColumnType::Json: {
        const QByteArrayView bytes = rows.bytes(r, column);
        const QJsonDocument json = QJsonDocument::fromJson(QByteArray(bytes.data(), bytes.size()));
        return json.isNull() ? rows.text(r, column) : QString::fromUtf8(json.toJson()).trimmed();
    }
    case ColumnType::Text:
    case ColumnType::Uuid:
        return rows.text(r, column);
    default:
        return display(row, column);
    }
}

QVariant RecordModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const int row = index.row();
    const int column = index.column();
    const auto [rows, r] = at(row);
    const ColumnDef &def = m_table.columns[column];
    switch (role) {
    case Qt::DisplayRole:
        return display(row, column);
    case cell::Raw:
        return raw(row, column);
    case cell::Key:
        return key(row);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((isNumber(def.type) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case Qt::ToolTipRole:
        if (rows.isNull(r, column))
            return tr("No value");
        if (def.type == ColumnType::Timestamp)
            return fullText(row, column);
        return {};
    case Qt::AccessibleTextRole: {
        if (rows.isNull(r, column))
            return tr("no value");
        const QString text = def.type == ColumnType::Timestamp ? fullText(row, column) : display(row, column);
        return def.type == ColumnType::Money ? text + u' ' + currency() : text;
    }
    case cell::ToneRole: {
        const bool nothing = rows.isNull(r, column) || rows.bytes(r, column).isEmpty() ||
                             (def.type == ColumnType::Tags && rows.bytes(r, column) == "{}") ||
                             (def.type == ColumnType::Boolean && !rows.boolean(r, column));
        return static_cast<int>(nothing ? cell::Tone::Muted : cell::Tone::Normal);
    }
    default:
        return {};
    }
}

QVariant RecordModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical)
        return role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
    if (section < 0 || section >= m_table.columns.size())
        return {};
    const ColumnDef &def = m_table.columns[section];
    switch (role) {
    case Qt::DisplayRole:
        return columnHeading(def);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((isNumber(def.type) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case cell::Sortable:
        return def.sortable;
    case cell::Raw:
        return def.name;
    case Qt::ToolTipRole:
        return def.sortable ? tr("Column %1. Click to sort.").arg(QString::fromUtf8(def.name))
                            : tr("Column %1. No index serves this order, so it cannot be sorted by.")
                                  .arg(QString::fromUtf8(def.name));
    default:
        return {};
    }
}
