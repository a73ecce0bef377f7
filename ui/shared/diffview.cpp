// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/diffview.h"

#include "ui/shared/cellrole.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QMap>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

void flatten(const QString &path, const QJsonValue &value, QMap<QString, QJsonValue> &out)
{
    if (value.isObject() && !value.toObject().isEmpty()) {
        const QJsonObject object = value.toObject();
        for (auto member = object.begin(); member != object.end(); ++member)
            flatten(path.isEmpty() ? member.key() : path + u'.' + member.key(), member.value(), out);
        return;
    }
    out.insert(path, value);
}

QString text(const QJsonValue &value)
{
    if (value.isUndefined())
        return u"–"_s;
    if (value.isNull())
        return u"null"_s;
    if (value.isString())
        return value.toString().isEmpty() ? u"empty"_s : value.toString();
    if (value.isBool())
        return value.toBool() ? u"true"_s : u"false"_s;
    if (value.isDouble())
        return QString::number(value.toDouble(), 'g', 15);
    const QJsonDocument document =
        value.isArray() ? QJsonDocument(value.toArray()) : QJsonDocument(value.toObject());
    return QString::fromUtf8(document.toJson(QJsonDocument::Compact));
}

} // namespace

QList<DiffLine> diffLines(const QJsonObject &before, const QJsonObject &after)
{
    QMap<QString, QJsonValue> old;
    QMap<QString, QJsonValue> now;
    if (!before.isEmpty())
        flatten({}, before, old);
    if (!after.isEmpty())
        flatten({}, after, now);
    QStringList paths = old.keys();
    for (const QString &path : now.keys())
        if (!old.contains(path))
            paths += path;
    std::sort(paths.begin(), paths.end());
    QList<DiffLine> lines;
    for (const QString &path : paths)
        lines.append({path, old.value(path, QJsonValue::Undefined), now.value(path, QJsonValue::Undefined)});
    std::stable_partition(lines.begin(), lines.end(), [](const DiffLine &line) { return line.changed(); });
    return lines;
}

void DiffModel::setLines(QList<DiffLine> lines)
{
    beginResetModel();
    m_lines = std::move(lines);
    endResetModel();
}

int DiffModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}

int DiffModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant DiffModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const DiffLine &line = m_lines[index.row()];
    const QJsonValue &value = index.column() == Before ? line.before : line.after;
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
    case cell::Raw:
        return index.column() == Path ? line.path : text(value);
    case cell::ToneRole:
        if (index.column() == Path || (line.changed() && !value.isNull() && !value.isUndefined() &&
                                       !(value.isString() && value.toString().isEmpty())))
            return static_cast<int>(cell::Tone::Normal);
        return static_cast<int>(cell::Tone::Muted);
    case Qt::AccessibleTextRole:
        return index.column() == Path && line.changed() ? tr("%1, changed").arg(line.path)
                                                        : data(index, Qt::DisplayRole);
    default:
        return {};
    }
}

QVariant DiffModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == Path ? tr("Value") : section == Before ? tr("Before") : tr("After");
}
