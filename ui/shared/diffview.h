// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QJsonObject>

/// One value that two states of a row differ in, or have alike. `path` goes into JSON: "metadata.colour".
struct DiffLine
{
    QString path;
    QJsonValue before; ///< Undefined where there was none
    QJsonValue after;

    bool changed() const { return before != after; }
};

/// All values of both sides, those that differ first, JSON taken apart down to its plain values.
QList<DiffLine> diffLines(const QJsonObject &before, const QJsonObject &after);

/// Two states of a row beside each other: column, before, after. For a TableView.
class DiffModel final : public QAbstractTableModel
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(DiffModel)

public:
    enum Column { Path, Before, After, ColumnCount };

    explicit DiffModel(QObject *parent = nullptr)
        : QAbstractTableModel(parent)
    {
    }

    void setLines(QList<DiffLine> lines);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    QList<DiffLine> m_lines;
};
