// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/recordmodel.h"

#include "app/core/format.h"
#include "ui/shared/cellrole.h"
#include "ui/shared/currency.h"
#include "ui/shared/inwords.h"

#include <QCryptographicHash>
#include <QJsonDocument>
#include <QLocale>
#include <QTimeZone>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

// More than any screen shows of a cell; the details have the rest.
constexpr qsizetype longestCell = 400;
// The first page is to be there at once; further ones are read while there is something to look at.
constexpr int furtherRows = 500;
constexpr int aheadRows = 100;

bool isNumber(ColumnType type)
{
    return type == ColumnType::Integer || type == ColumnType::Decimal || type == ColumnType::Money;
}

QString emptyText()
{
    return RecordModel::tr("empty", "a text without characters");
}

/// A value, as the database writes it, as people read it in a cell.
QString shownText(const ColumnDef &def, QByteArrayView value)
{
    const QLocale locale;
    switch (def.type) {
    case ColumnType::Integer:
        return format::count(value.toLongLong(), locale);
    case ColumnType::Decimal:
    case ColumnType::Money:
        return format::decimal(value.toDouble(), def.decimals, locale);
    case ColumnType::Boolean:
        return value.startsWith('t') ? RecordModel::tr("Yes") : RecordModel::tr("No");
    case ColumnType::Date:
        return locale.toString(QDate::fromString(QString::fromLatin1(value), Qt::ISODate),
                               QLocale::ShortFormat);
    case ColumnType::Tags: {
        const QStringList tags = parseTextArray(value);
        return tags.isEmpty() ? emptyText() : tags.join(u", "_s);
    }
    default:
        break;
    }
    if (value.isEmpty())
        return emptyText();
    // Four bytes a character at most: what is cut off here would not be seen.
    QString text = QString::fromUtf8(value.first(std::min(value.size(), longestCell * 4))).left(longestCell);
    for (QChar &character : text)
        if (character == u'\n' || character == u'\r' || character == u'\t')
            character = u' ';
    return def.coded ? inWords(text) : text;
}

} // namespace

QString columnHeading(const ColumnDef &column, const QTimeZone &zone)
{
    if (column.type == ColumnType::Money)
        return u"%1, %2"_s.arg(column.title, currency());
    if (column.type == ColumnType::Timestamp)
        return u"%1 (%2)"_s.arg(column.title, zone.abbreviation(QDateTime::currentDateTime()));
    return column.title;
}

RecordModel::RecordModel(const TableDef &table, QObject *parent)
    : QAbstractTableModel(parent)
    , m_table(table)
    , m_sortColumn(table.column(table.sort))
    , m_sortOrder(table.descending ? Qt::DescendingOrder : Qt::AscendingOrder)
    , m_request(this)
{
    QByteArrayList names;
    for (const ColumnDef &column : table.columns)
        names += column.name;
    setProperty("layout",
                QCryptographicHash::hash(names.join(','), QCryptographicHash::Sha256).toHex().left(8));
}

void RecordModel::load(PageSource source, const QString &parentKey)
{
    m_source = std::move(source);
    m_parentKey = parentKey;
    request(Ask::First);
}

void RecordModel::clear()
{
    m_edits = {};
    clearRows();
}

void RecordModel::clearRows()
{
    const bool wasLoading = loading();
    m_request.cancel();
    m_source = {};
    beginResetModel();
    m_parts.clear();
    m_count = 0;
    m_offset = 0;
    m_next.clear();
    m_previous.clear();
    m_loaded = false;
    m_failed = false;
    endResetModel();
    if (wasLoading)
        emit loadingChanged(false);
}

void RecordModel::setSort(int column, Qt::SortOrder order)
{
    if (column < 0 || column >= m_table.columns.size() || !m_table.columns[column].sortable)
        return;
    m_sortColumn = column;
    m_sortOrder = order;
}

void RecordModel::sortBy(int column, Qt::SortOrder order)
{
    if (column < 0 || column >= m_table.columns.size() || !m_table.columns[column].sortable)
        return;
    setSort(column, order);
    toStart();
}

void RecordModel::toStart()
{
    if (m_source)
        request(Ask::First);
}

void RecordModel::toEnd()
{
    if (m_source)
        request(Ask::Last);
}

void RecordModel::showing(int first, int last)
{
    if (last >= m_count - aheadRows && canFetchMore({}))
        request(Ask::Next);
    else if (first < aheadRows && canFetchPrevious())
        request(Ask::Previous);
}

BrowseRequest RecordModel::question() const
{
    BrowseRequest request;
    request.table = m_table.name;
    if (m_sortColumn >= 0) {
        request.sort = m_table.columns[m_sortColumn].name;
        request.descending = m_sortOrder == Qt::DescendingOrder;
    }
    request.parent = m_parentKey;
    request.filters = m_filters;
    return request;
}

void RecordModel::request(Ask ask)
{
    BrowseRequest request = question();
    request.backwards = ask == Ask::Last || ask == Ask::Previous;
    if (ask == Ask::Next || ask == Ask::Previous) {
        request.after = ask == Ask::Next ? m_next : m_previous;
        request.limit = furtherRows;
    }
    m_failed = false;
    m_request.run([this, request](const CancelToken &token) { return m_source(request, token); },
                  [this, ask](Result<RecordPage> result) { accept(std::move(result), ask); });
    emit loadingChanged(true);
}

void RecordModel::accept(Result<RecordPage> result, Ask ask)
{
    if (!result) {
        m_failed = true;
        emit loadingChanged(false);
        emit failed(result.error());
        return;
    }
    m_now = QDateTime::currentDateTime();
    const int count = result->rows.count();
    const bool anew = ask == Ask::First || ask == Ask::Last;
    const bool before = ask == Ask::Previous;
    if (anew) {
        beginResetModel();
        m_parts.clear();
        m_count = 0;
        m_edits.forgetSaved();
    } else if (count > 0) {
        const int first = before ? 0 : m_count;
        beginInsertRows({}, first, first + count - 1);
    }
    if (count > 0) {
        Part part{result->rows, m_count, result->previous, result->next};
        if (before)
            m_parts.push_front(std::move(part));
        else
            m_parts.push_back(std::move(part));
    }
    m_count += count;
    if (before)
        renumber();
    if (anew || before)
        m_previous = result->previous;
    if (anew || !before)
        m_next = result->next;
    if (anew)
        m_offset = ask == Ask::First || m_previous.isEmpty() ? 0 : -1;
    else if (before && m_offset >= 0)
        m_offset = std::max<qint64>(m_offset - count, 0); // rows may have come or gone before it
    if (before && m_previous.isEmpty())
        m_offset = 0;
    m_loaded = true;
    if (anew)
        endResetModel();
    else if (count > 0)
        endInsertRows();
    dropFar(ask);
    emit loadingChanged(false);
    if (anew)
        emit firstPageShown();
}

/// Lets go of the pages on the side that is not read, in whole pages, since a page knows where to go on from
/// its ends.
void RecordModel::dropFar(Ask ask)
{
    while (m_count > windowRows && m_parts.size() > 2) {
        const bool front = ask == Ask::Next;
        const int rows = front ? m_parts.front().rows.count() : m_parts.back().rows.count();
        const int first = front ? 0 : m_count - rows;
        beginRemoveRows({}, first, first + rows - 1);
        if (front) {
            m_parts.pop_front();
            m_previous = m_parts.front().previous;
            if (m_offset >= 0)
                m_offset += rows;
        } else {
            m_parts.pop_back();
            m_next = m_parts.back().next;
        }
        m_count -= rows;
        renumber();
        endRemoveRows();
    }
}

void RecordModel::renumber()
{
    int first = 0;
    for (Part &part : m_parts) {
        part.first = first;
        first += part.rows.count();
    }
}

bool RecordModel::canFetchMore(const QModelIndex &parent) const
{
    return !parent.isValid() && m_loaded && !m_failed && !m_next.isEmpty() && !loading();
}

void RecordModel::fetchMore(const QModelIndex &parent)
{
    if (canFetchMore(parent))
        request(Ask::Next);
}

bool RecordModel::canFetchPrevious() const
{
    return m_loaded && !m_failed && !m_previous.isEmpty() && !loading();
}

void RecordModel::fetchPrevious()
{
    if (canFetchPrevious())
        request(Ask::Previous);
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

int RecordModel::rowOf(const QString &wanted) const
{
    for (int row = 0; row < m_count; ++row)
        if (key(row) == wanted)
            return row;
    return -1;
}

QString RecordModel::heading(int row) const
{
    QString first;
    for (int column = 0; column < m_table.columns.size(); ++column) {
        const ColumnDef &def = m_table.columns[column];
        // A name says more than a number.
        if (def.name == "product_name" || def.name == "receipt_number")
            return fullText(row, column);
        if (def.name == "last_name")
            return u"%1 %2"_s.arg(first, fullText(row, column)).trimmed();
        if (first.isEmpty() && def.shown && def.type == ColumnType::Text)
            first = fullText(row, column);
    }
    return first;
}

std::optional<QString> RecordModel::value(int row, int column) const
{
    if (const RecordEdits::Value *edited = m_edits.instead(key(row), m_table.columns[column].name))
        return *edited;
    const auto [rows, r] = at(row);
    return rows.isNull(r, column) ? std::nullopt : std::optional(rows.text(r, column));
}

ExportTable RecordModel::exported(const QList<int> &rows, const QList<int> &columns) const
{
    ExportTable table;
    for (const int column : columns) {
        const ColumnDef &def = m_table.columns[column];
        table.columns.append({QString::fromUtf8(def.name), def.type, def.decimals});
    }
    for (const int row : rows) {
        QList<std::optional<QString>> values;
        for (const int column : columns)
            values.append(value(row, column));
        table.rows.append(values);
    }
    return table;
}

void RecordModel::setZone(const QTimeZone &zone)
{
    m_zone = zone;
    if (m_count > 0)
        emit dataChanged(index(0, 0), index(m_count - 1, columnCount() - 1));
    emit headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
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
    const ColumnDef &def = m_table.columns[column];
    if (!m_edits.isEmpty() || editable(column))
        if (const RecordEdits::Value *edited = m_edits.instead(key(row), def.name))
            return *edited ? shownText(def, edited->value().toUtf8()) : tr("null", "a missing value");
    const auto [rows, r] = at(row);
    if (rows.isNull(r, column))
        return tr("null", "a missing value");
    if (def.type == ColumnType::Timestamp)
        return format::relative(rows.timestamp(r, column), m_now);
    return shownText(def, rows.bytes(r, column));
}

QString RecordModel::fullText(int row, int column) const
{
    const ColumnDef &def = m_table.columns[column];
    if (const RecordEdits::Value *edited = m_edits.instead(key(row), def.name)) {
        const bool text = def.type == ColumnType::Text;
        return *edited ? text && !def.coded ? edited->value() : display(row, column) : QString();
    }
    const auto [rows, r] = at(row);
    if (rows.isNull(r, column))
        return {};
    switch (def.type) {
    case ColumnType::Timestamp:
        return format::exact(rows.timestamp(r, column).toTimeZone(m_zone));
    case ColumnType::Json: {
        const QByteArrayView bytes = rows.bytes(r, column);
        const QJsonDocument json = QJsonDocument::fromJson(QByteArray(bytes.data(), bytes.size()));
        return json.isNull() ? rows.text(r, column) : QString::fromUtf8(json.toJson()).trimmed();
    }
    case ColumnType::Text:
    case ColumnType::Uuid:
        return def.coded ? inWords(rows.text(r, column)) : rows.text(r, column);
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
    const auto pending = [&] { return !m_edits.isEmpty() && m_edits.pending(key(row), def.name); };
    switch (role) {
    case Qt::DisplayRole:
        return display(row, column);
    case Qt::EditRole:
        return editText(row, column);
    case cell::Raw:
        return raw(row, column);
    case cell::Key:
        return key(row);
    case cell::Icon:
        return pending() ? QVariant(u"document-edit"_s) : QVariant();
    case cell::Choices:
        return def.type == ColumnType::Boolean ? QVariant(QStringList{tr("Yes"), tr("No")})
               : def.choices.isEmpty()         ? QVariant()
                                               : QVariant(def.choices);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((isNumber(def.type) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case Qt::ToolTipRole:
        if (pending())
            return tr("Changed and not saved. Before: %1")
                .arg(rows.isNull(r, column) ? tr("no value") : shownText(def, rows.bytes(r, column)));
        if (rows.isNull(r, column))
            return tr("No value");
        if (def.type == ColumnType::Timestamp)
            return fullText(row, column);
        return {};
    case Qt::AccessibleTextRole: {
        if (!value(row, column))
            return tr("no value");
        const QString text = def.type == ColumnType::Timestamp ? fullText(row, column) : display(row, column);
        const QString whole = def.type == ColumnType::Money ? text + u' ' + currency() : text;
        return pending() ? tr("%1, changed and not saved").arg(whole) : whole;
    }
    case cell::ToneRole: {
        if (pending())
            return static_cast<int>(cell::Tone::Accent);
        const bool nothing = rows.isNull(r, column) || rows.bytes(r, column).isEmpty() ||
                             (def.type == ColumnType::Tags && rows.bytes(r, column) == "{}") ||
                             (def.type == ColumnType::Boolean && !rows.boolean(r, column));
        return static_cast<int>(nothing ? cell::Tone::Muted : cell::Tone::Normal);
    }
    default:
        return {};
    }
}

/// What an editor begins with, in the words that setData() reads.
QString RecordModel::editText(int row, int column) const
{
    const std::optional<QString> current = value(row, column);
    const ColumnDef &def = m_table.columns[column];
    if (!current || def.type == ColumnType::Text)
        return current.value_or(QString());
    if (def.type == ColumnType::Tags)
        return browsefilter::joined(parseTextArray(current->toUtf8()));
    if (!isNumber(def.type))
        return shownText(def, current->toUtf8());
    QLocale locale;
    locale.setNumberOptions(QLocale::OmitGroupSeparator);
    return def.type == ColumnType::Integer ? locale.toString(current->toLongLong())
                                           : locale.toString(current->toDouble(), 'f', def.decimals);
}

void RecordModel::setEditable(const QList<QByteArray> &columns)
{
    m_editable = columns;
}

bool RecordModel::editable(int column) const
{
    return column >= 0 && column < m_table.columns.size() &&
           m_editable.contains(m_table.columns[column].name);
}

Qt::ItemFlags RecordModel::flags(const QModelIndex &index) const
{
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    return index.isValid() && editable(index.column()) ? flags | Qt::ItemIsEditable : flags;
}

bool RecordModel::setData(const QModelIndex &index, const QVariant &typed, int role)
{
    if (role != Qt::EditRole || !checkIndex(index, CheckIndexOption::IndexIsValid) ||
        !editable(index.column()))
        return false;
    QString text = typed.toString();
    // An editor that was opened and left as it was: what was no value does not become an empty text, and no
    // value another spelling of itself.
    if (text == editText(index.row(), index.column()))
        return false;
    const ColumnDef &def = m_table.columns[index.column()];
    if (def.type == ColumnType::Boolean)
        text = text == tr("Yes") ? u"t"_s : text == tr("No") ? u"f"_s : text;
    return change(index, text);
}

bool RecordModel::setNull(const QModelIndex &index)
{
    return checkIndex(index, CheckIndexOption::IndexIsValid) && editable(index.column()) && change(index, {});
}

bool RecordModel::change(const QModelIndex &index, const std::optional<QString> &typed)
{
    const ColumnDef &def = m_table.columns[index.column()];
    const auto checked = BrowseService::checked(def, typed);
    if (!checked) {
        emit refused(checked.error());
        return false;
    }
    const auto [rows, r] = at(index.row());
    const std::optional<QString> read =
        rows.isNull(r, index.column()) ? std::nullopt : std::optional(rows.text(r, index.column()));
    m_edits.set(key(index.row()), def.name, read, *checked);
    emit dataChanged(index, index);
    emit editsChanged();
    return true;
}

void RecordModel::edit(const std::function<void(RecordEdits &)> &change)
{
    change(m_edits);
    if (m_count > 0)
        emit dataChanged(index(0, 0), index(m_count - 1, columnCount() - 1));
    emit editsChanged();
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
        return columnHeading(def, m_zone);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((isNumber(def.type) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case cell::Sortable:
        return def.sortable;
    case cell::Raw:
        return def.name;
    case Qt::ToolTipRole:
        if (def.type == ColumnType::Timestamp)
            return tr("Column %1, times of %2.")
                .arg(QString::fromUtf8(def.name), QString::fromUtf8(m_zone.id()));
        return def.sortable ? tr("Column %1. Click to sort.").arg(QString::fromUtf8(def.name))
                            : tr("Column %1. No index serves this order, so it cannot be sorted by.")
                                  .arg(QString::fromUtf8(def.name));
    default:
        return {};
    }
}
