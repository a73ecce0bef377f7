// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/browseservice.h"
#include "ui/shared/request.h"
#include "ui/shell/page.h"

class DetailsPane;
class QSplitter;
class QToolButton;
class RecordModel;
class TableView;

/// One table of the chosen store: rows in a grid that reads on as it is scrolled, all columns of the current
/// row beside it.
class BrowsePage : public Page
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(BrowsePage)

public:
    BrowsePage(const UiContext &ui, const QByteArray &table, QWidget *parent);

    QString help() const override;
    bool focusFilter() override;

protected:
    void load() override;
    void clear() override;
    void resizeEvent(QResizeEvent *event) override;
    /// The current row is another one; -1 when there is none.
    virtual void rowChanged(int row);

    RecordModel &model() { return *m_model; }
    bool busy() const; ///< rows or their count are under way
    /// Puts a widget under the grid.
    void addBelow(QWidget *widget);

private:
    void updateStatus();
    void pageShown();

    const TableDef m_table;
    RecordModel *m_model;
    TableView *m_view;
    DetailsPane *m_details;
    QSplitter *m_columns;
    QSplitter *m_rows;
    QToolButton *m_detailsButton;
    bool m_detailsByHand = false; // the user decided, not the width
    Request<RowCount> m_countRequest;
    RowCount m_count;
    bool m_counted = false;
};

/// Where a model of this table gets its pages: the browse service, for the store that is chosen now.
std::function<QFuture<Result<RecordPage>>(const BrowseRequest &, const CancelToken &)>
pagesOfCurrentStore(AppContext &app);

/// All columns of a row of the model for the details pane.
void showDetails(DetailsPane &pane, const RecordModel &model, int row);
