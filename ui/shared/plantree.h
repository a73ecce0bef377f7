// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/plan.h"

#include <QAbstractItemModel>
#include <QHash>
#include <QTreeView>

class Theme;

/// The nodes of a plan as a tree of cells.
class PlanModel final : public QAbstractItemModel
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PlanModel)

public:
    enum Column { Node, Share, Own, Rows, Estimated, Off, Loops, Blocks, Conditions, ColumnCount };
    enum Role { ShareRole = Qt::UserRole + 100 };

    explicit PlanModel(QObject *parent = nullptr)
        : QAbstractItemModel(parent)
    {
    }

    void setPlan(const QueryPlan &plan);
    void clear();
    const QueryPlan &plan() const { return m_plan; }
    QModelIndex indexOf(const QList<int> &path) const;

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &index) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    struct Place
    {
        const PlanNode *parent = nullptr;
        int row = 0;
    };

    void place(const PlanNode &node);
    QString text(const PlanNode &node, int column) const;

    QueryPlan m_plan;
    bool m_filled = false;
    QHash<const PlanNode *, Place> m_places;
};

/// A plan, the heat of each node as a bar; the arrow keys walk it.
class PlanTree final : public QTreeView
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PlanTree)

public:
    explicit PlanTree(Theme &theme, QWidget *parent = nullptr);
    ~PlanTree() override;

    void setPlan(const QueryPlan &plan);
    void clear();
    void select(const QList<int> &path);
    PlanModel *planModel() const { return m_model; }

private:
    PlanModel *m_model;
};
