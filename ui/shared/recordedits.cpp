// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/recordedits.h"

void RecordEdits::put(const QString &key, const QByteArray &column, const std::optional<CellEdit> &edit)
{
    if (edit) {
        m_pending[key].insert(column, *edit);
        return;
    }
    const auto row = m_pending.find(key);
    if (row == m_pending.end())
        return;
    row->remove(column);
    if (row->isEmpty())
        m_pending.erase(row);
}

void RecordEdits::set(const QString &key, const QByteArray &column, const Value &read, const Value &value)
{
    std::optional<CellEdit> before;
    if (pending(key, column))
        before = m_pending[key][column];
    Value old = read;
    if (before)
        old = before->old;
    else if (const auto row = m_saved.constFind(key); row != m_saved.constEnd() && row->contains(column))
        old = row->value(column);
    if (before ? before->value == value : old == value)
        return;
    m_steps.append({key, column, before});
    put(key, column, old == value ? std::nullopt : std::optional(CellEdit{column, old, value}));
}

bool RecordEdits::undo()
{
    if (m_steps.isEmpty())
        return false;
    const Step step = m_steps.takeLast();
    put(step.key, step.column, step.before);
    return true;
}

void RecordEdits::discard()
{
    m_pending.clear();
    m_steps.clear();
}

int RecordEdits::cells() const
{
    qsizetype count = 0;
    for (const auto &row : m_pending)
        count += row.size();
    return static_cast<int>(count);
}

bool RecordEdits::pending(const QString &key, const QByteArray &column) const
{
    const auto row = m_pending.constFind(key);
    return row != m_pending.constEnd() && row->contains(column);
}

const RecordEdits::Value *RecordEdits::instead(const QString &key, const QByteArray &column) const
{
    if (const auto row = m_pending.constFind(key); row != m_pending.constEnd())
        if (const auto cell = row->constFind(column); cell != row->constEnd())
            return &cell->value;
    if (const auto row = m_saved.constFind(key); row != m_saved.constEnd())
        if (const auto cell = row->constFind(column); cell != row->constEnd())
            return &*cell;
    return nullptr;
}

QList<RowEdit> RecordEdits::toSave() const
{
    QList<RowEdit> all;
    for (auto row = m_pending.cbegin(); row != m_pending.cend(); ++row)
        all.append({row.key(), row->values()});
    return all;
}

void RecordEdits::saved(const QList<RowEdit> &sent)
{
    for (const RowEdit &row : sent)
        for (const CellEdit &cell : row.cells) {
            m_saved[row.key][cell.column] = cell.value;
            if (!pending(row.key, cell.column))
                continue;
            const Value now = m_pending[row.key][cell.column].value;
            put(row.key, cell.column,
                now == cell.value ? std::nullopt : std::optional(CellEdit{cell.column, cell.value, now}));
        }
    // What was saved cannot be undone; what came meanwhile can, a cell a step.
    m_steps.clear();
    for (auto row = m_pending.cbegin(); row != m_pending.cend(); ++row)
        for (const CellEdit &cell : *row)
            m_steps.append({row.key(), cell.column, std::nullopt});
}

void RecordEdits::resolve(const EditConflict &conflict, bool keepMine)
{
    const QByteArray &column = conflict.mine.column;
    if (conflict.gone) {
        m_pending.remove(conflict.key);
    } else {
        const Value *now = instead(conflict.key, column);
        const Value mine = now ? *now : conflict.mine.value;
        m_saved[conflict.key][column] = conflict.theirs;
        put(conflict.key, column,
            keepMine && conflict.theirs != mine ? std::optional(CellEdit{column, conflict.theirs, mine})
                                                : std::nullopt);
    }
    m_steps.clear(); // steps before it lead to values that are gone
}
