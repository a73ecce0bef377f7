// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/maintenanceservice.h"
#include "ui/shared/detailspane.h"

#include <QAbstractTableModel>

/// The tasks of a plan in the order in which they will run: ticked or not, and what became of those that ran.
class MaintenanceModel final : public QAbstractTableModel
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(MaintenanceModel)

public:
    enum Column { Title, Why, Size, Time, State, ColumnCount };

    explicit MaintenanceModel(QObject *parent = nullptr)
        : QAbstractTableModel(parent)
    {
    }

    /// The plan ticks; a tick given or taken by hand stays with the task's id, as does its place.
    void setTasks(const QList<maintenance::Task> &tasks);
    /// After a run: what is done is for the next plan to tick; what failed keeps its tick.
    void forgetDone();
    void clear();
    const maintenance::Task &task(int row) const { return m_rows[row].task; }
    int rowOf(const QString &id) const; ///< -1 when there is none
    QList<maintenance::Task> ticked() const;
    /// Changes places with the neighbour; the row it is in then.
    int move(int row, int by);
    /// While a run is under way its tasks cannot be ticked or moved.
    void setLocked(bool locked);
    /// Shows what the report says about its tasks.
    void showReport(const maintenance::Report &report);
    /// All that is told of a task; `problem` is why it must not run now, or empty.
    QList<DetailsPane::Field> details(int row, const QString &problem) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;

signals:
    void ticksChanged();

private:
    struct Row
    {
        maintenance::Task task;
        std::optional<bool> byHand;
        std::optional<maintenance::Outcome> outcome;

        bool ticked() const { return byHand.value_or(task.chosen); }
    };
    QString display(const Row &row, int column) const;

    QList<Row> m_rows;
    bool m_locked = false;
};

/// What a run tells of a task: "running · scanning heap 43 %", "done in 0:07".
QString stateText(const maintenance::Outcome &outcome);
