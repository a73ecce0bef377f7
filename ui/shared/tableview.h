// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableView>

class QSortFilterProxyModel;
class QMenu;
class Settings;
class Theme;

/// The table of every page: dense rows, hairlines, sorting by header where the model allows it, copying what
/// is seen, columns that stay as they were left (order, width, visibility by object name).
class TableView final : public QTableView
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TableView)

public:
    TableView(Theme &theme, Settings &settings, const QString &name, QWidget *parent = nullptr);
    ~TableView() override;

    void setModel(QAbstractItemModel *model) override;
    /// Columns that are not shown at first; to be called after setModel().
    void setInitiallyHidden(const QList<int> &columns);
    /// How narrow the column with the longest texts may get before the table scrolls sideways; its own width
    /// otherwise. To be called before setModel().
    void setLeastStretch(int width) { m_leastStretch = width; }
    void setSortIndicator(int column, Qt::SortOrder order);
    /// For a model that holds a window of its rows: what is seen stays in place when rows come or go before
    /// it, Ctrl+Home and Ctrl+End are asked of the model, and visibleRows() is told.
    void setWindowed();
    QList<int> selectedRowNumbers() const; ///< in order
    QList<int> visibleColumns() const;     ///< in visual order
    /// Widths, order and visibility of the columns. A model whose columns may change from version to version
    /// has a property "layout" that tells them apart: what was kept for others is not restored.
    QByteArray columns() const;
    void restoreColumns(const QByteArray &state);
    /// The selected rows as shown, visible columns in visual order: tab-separated and as an HTML table.
    void copySelection();
    void copyCell();

signals:
    /// A sortable header was clicked.
    void sortRequested(int column, Qt::SortOrder order);
    void currentRowChanged(int row); ///< -1 when there is none
    void currentCellChanged(const QModelIndex &index);
    void visibleRows(int first, int last);
    void startRequested();
    void endRequested();
    /// The menu of a heading is about to show: further actions go into it.
    void headerMenuOpening(int column, QMenu *menu);

protected slots:
    void rowsAboutToBeRemoved(const QModelIndex &parent, int start, int end) override;
    void rowsInserted(const QModelIndex &parent, int start, int end) override;

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void currentChanged(const QModelIndex &current, const QModelIndex &previous) override;

private:
    void applyTheme();
    void headerClicked(int section);
    void headerMenu(const QPoint &position);
    void rowsArrived();
    void keepPlace(int rows);
    void tellVisible();
    enum class Fit { Anew, Grow };
    void fitColumns(Fit fit);
    int leastWidth(int column, int textLimit) const;
    int textLimit() const;
    void stretch();
    void saveColumns();

    Theme &m_theme;
    Settings &m_settings;
    QList<int> m_initiallyHidden;
    struct Wanted
    {
        int width = 0;
        bool number = false;
    };
    QList<Wanted> m_wanted; // by the columns' contents
    int m_stretchColumn = -1;
    int m_leastStretch = 0; // 0: as wide as its texts
    int m_sortColumn = -1;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
    bool m_windowed = false;
    int m_removedBefore = 0;  // rows that are going above what is seen
    bool m_adjusting = false; // widths are set by us, not by the user
    bool m_fitted = false;
    bool m_restored = false;
};

/// Shows `model` in the view through a proxy that sorts by cell::Raw and filters by text in any column,
/// sorted by `column` at first. The proxy belongs to the view.
QSortFilterProxyModel *showSorted(TableView &view, QAbstractItemModel *model, int column,
                                  Qt::SortOrder order = Qt::AscendingOrder);
