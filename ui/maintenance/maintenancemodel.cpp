// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/maintenance/maintenancemodel.h"

#include "app/core/format.h"
#include "ui/shared/cellrole.h"

using namespace Qt::StringLiterals;
using namespace maintenance;

QString stateText(const Outcome &outcome)
{
    switch (outcome.state) {
    case State::Waiting:
        return MaintenanceModel::tr("waiting");
    case State::Running: {
        QString text = MaintenanceModel::tr("running");
        if (!outcome.phase.isEmpty())
            text += u" · "_s + outcome.phase;
        if (outcome.share >= 0)
            text += u" %1 %"_s.arg(qRound(outcome.share * 100));
        return text;
    }
    case State::Done:
        return MaintenanceModel::tr("done in %1").arg(format::duration(outcome.ms));
    case State::Failed:
        return MaintenanceModel::tr("failed after %1").arg(format::duration(outcome.ms));
    case State::Cancelled:
        return MaintenanceModel::tr("stopped after %1").arg(format::duration(outcome.ms));
    case State::NotRun:
        return MaintenanceModel::tr("not run");
    }
    return {};
}

void MaintenanceModel::setTasks(const QList<Task> &tasks)
{
    beginResetModel();
    QList<Row> rows;
    QHash<QString, qsizetype> places;
    for (qsizetype i = 0; i < m_rows.size(); ++i)
        places[m_rows[i].task.id()] = i;
    // What was there keeps its order among itself; the rest follows as the plan has it.
    QList<std::pair<qsizetype, Row>> kept;
    for (const Task &task : tasks) {
        const auto place = places.constFind(task.id());
        if (place != places.cend())
            kept.append({*place, {task, m_rows[*place].byHand, m_rows[*place].outcome}});
    }
    std::sort(kept.begin(), kept.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    for (const auto &[place, row] : std::as_const(kept))
        rows.append(row);
    for (const Task &task : tasks)
        if (!places.contains(task.id()))
            rows.append({task, {}, {}});
    m_rows = std::move(rows);
    endResetModel();
    emit ticksChanged();
}

void MaintenanceModel::forgetDone()
{
    for (Row &row : m_rows)
        if (row.outcome && row.outcome->state == maintenance::State::Done) {
            row.byHand.reset();
            row.task.chosen = false; // until the plan is read anew
        }
    if (!m_rows.isEmpty())
        emit dataChanged(index(0, Title), index(rowCount() - 1, Title));
    emit ticksChanged();
}

void MaintenanceModel::clear()
{
    beginResetModel();
    m_rows.clear();
    m_locked = false;
    endResetModel();
    emit ticksChanged();
}

int MaintenanceModel::rowOf(const QString &id) const
{
    for (int row = 0; row < m_rows.size(); ++row)
        if (m_rows[row].task.id() == id)
            return row;
    return -1;
}

QList<Task> MaintenanceModel::ticked() const
{
    QList<Task> tasks;
    for (const Row &row : m_rows)
        if (row.ticked())
            tasks.append(row.task);
    return tasks;
}

int MaintenanceModel::move(int row, int by)
{
    const int to = row + by;
    if (m_locked || row < 0 || row >= m_rows.size() || to < 0 || to >= m_rows.size() || by == 0)
        return row;
    beginMoveRows({}, row, row, {}, by > 0 ? to + 1 : to);
    m_rows.move(row, to);
    endMoveRows();
    return to;
}

void MaintenanceModel::setLocked(bool locked)
{
    m_locked = locked;
    if (!m_rows.isEmpty())
        emit dataChanged(index(0, 0), index(rowCount() - 1, 0));
}

void MaintenanceModel::showReport(const Report &report)
{
    const QList<Outcome> outcomes = report.outcomes();
    QHash<QString, Outcome> byId;
    for (qsizetype i = 0; i < outcomes.size(); ++i)
        byId[report.tasks()[i].id()] = outcomes[i];
    for (Row &row : m_rows)
        if (const auto outcome = byId.constFind(row.task.id()); outcome != byId.cend())
            row.outcome = *outcome;
        else
            row.outcome.reset();
    if (!m_rows.isEmpty())
        emit dataChanged(index(0, State), index(rowCount() - 1, State));
}

QList<DetailsPane::Field> MaintenanceModel::details(int row, const QString &problem) const
{
    const Task &task = m_rows[row].task;
    QList<DetailsPane::Field> fields{{tr("Statement"), QString::fromUtf8(task.sql)},
                                     {tr("Why"), task.why},
                                     {tr("Works on"), task.scope},
                                     {tr("Locks"), task.lock},
                                     {tr("Disk"), problem.isEmpty() ? task.disk : problem},
                                     {tr("Takes about"), display(m_rows[row], Time)}};
    if (const std::optional<Outcome> &outcome = m_rows[row].outcome) {
        fields.append({tr("Latest run"), stateText(*outcome)});
        if (const QString change = changeText(task, *outcome); !change.isEmpty())
            fields.append({tr("Before → after"), change});
        if (outcome->retries > 0)
            fields.append({tr("Further attempts"), QString::number(outcome->retries)});
        if (!outcome->error.message.isEmpty())
            fields.append({tr("Error"), outcome->error.text()});
        if (!outcome->note.isEmpty())
            fields.append({tr("Note"), outcome->note});
    }
    return fields;
}

int MaintenanceModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int MaintenanceModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString MaintenanceModel::display(const Row &row, int column) const
{
    switch (column) {
    case Title:
        return row.task.title;
    case Why:
        return row.task.why;
    case Size:
        return row.task.bytes > 0 ? format::bytes(row.task.bytes) : u"–"_s;
    case Time:
        return row.task.estimatedMs < 0       ? tr("not yet known")
               : row.task.estimatedMs < 1'000 ? tr("below 1 s")
                                              : format::duration(row.task.estimatedMs);
    case State:
        return row.outcome ? stateText(*row.outcome) : QString();
    default:
        return {};
    }
}

QVariant MaintenanceModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row &row = m_rows[index.row()];
    switch (role) {
    case Qt::DisplayRole:
        return display(row, index.column());
    case Qt::CheckStateRole:
        return index.column() == Title ? QVariant(row.ticked() ? Qt::Checked : Qt::Unchecked) : QVariant();
    case cell::Key:
        return row.task.id();
    case cell::Raw:
        return index.column() == Size ? QVariant(row.task.bytes) : QVariant(display(row, index.column()));
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            (index.column() == Size || index.column() == Time ? Qt::AlignRight : Qt::AlignLeft) |
            Qt::AlignVCenter);
    case Qt::ToolTipRole:
        return index.column() == Title ? QString::fromUtf8(row.task.sql) : display(row, index.column());
    case Qt::AccessibleTextRole:
        return index.column() == Title
                   ? tr("%1, %2").arg(row.task.title, row.ticked() ? tr("ticked") : tr("not ticked"))
                   : display(row, index.column());
    case cell::ToneRole: {
        cell::Tone tone = cell::Tone::Normal;
        if (index.column() == State && row.outcome) {
            using enum maintenance::State;
            tone = row.outcome->state == Done      ? cell::Tone::Good
                   : row.outcome->state == Failed  ? cell::Tone::Bad
                   : row.outcome->state == Running ? cell::Tone::Accent
                   : row.outcome->state == Waiting ? cell::Tone::Muted
                                                   : cell::Tone::Warning;
        } else if (index.column() == Time && row.task.estimatedMs < 0) {
            tone = cell::Tone::Muted;
        } else if (index.column() == Why && row.task.offer == Offer::Measured) {
            tone = cell::Tone::Warning;
        }
        return int(tone);
    }
    default:
        return {};
    }
}

bool MaintenanceModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (role != Qt::CheckStateRole || m_locked || !checkIndex(index, CheckIndexOption::IndexIsValid) ||
        index.column() != Title)
        return false;
    m_rows[index.row()].byHand = value.toInt() == Qt::Checked;
    emit dataChanged(index, index);
    emit ticksChanged();
    return true;
}

QVariant MaintenanceModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical)
        return role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((section == Size || section == Time ? Qt::AlignRight : Qt::AlignLeft) |
                                   Qt::AlignVCenter);
    const bool tip = role == Qt::ToolTipRole;
    if (role != Qt::DisplayRole && !tip)
        return {};
    switch (section) {
    case Title:
        return tip ? tr("What runs, from top to bottom. The space bar ticks.") : tr("Task");
    case Why:
        return tip ? tr("What was measured") : tr("Why");
    case Size:
        return tip ? tr("Size of what it works on, indexes included") : tr("Size");
    case Time:
        return tip ? tr("How long it took the last time, in proportion to the size then and now")
                   : tr("Takes about");
    case State:
        return tip ? tr("What became of it in the latest run") : tr("Latest run");
    default:
        return {};
    }
}

Qt::ItemFlags MaintenanceModel::flags(const QModelIndex &index) const
{
    if (!index.isValid())
        return Qt::NoItemFlags;
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    if (index.column() == Title && !m_locked)
        flags |= Qt::ItemIsUserCheckable;
    return flags;
}
