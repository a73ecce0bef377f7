// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/browseservice.h"
#include "ui/shared/exportdialog.h"
#include "ui/shared/recordedits.h"
#include "ui/shared/request.h"
#include "ui/shell/page.h"

class DetailsPane;
class EditBar;
class EmptyState;
class FilterBar;
class GridActions;
class QSplitter;
class QStackedWidget;
class QToolButton;
class RecordModel;
class TableView;
class ViewsMenu;
class ZoneChoice;

/// One table of the chosen store: filters, rows in a grid that reads on as it is scrolled, all columns of the
/// current row beside it. Where the login may, values are changed in place and saved together.
class BrowsePage : public Page
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(BrowsePage)

public:
    BrowsePage(const UiContext &ui, const QByteArray &table, QWidget *parent);

    QString help() const override;
    bool focusFilter() override;
    bool exportShown() override;
    QString unsaved() const override;
    /// Filters as --filter writes them, and "sort=COLUMN" or "sort=-COLUMN".
    void open(const QStringList &words) override;
    QStringList words() const override;

protected:
    void load() override;
    void clear() override;
    void resizeEvent(QResizeEvent *event) override;
    /// The current row is another one; -1 when there is none.
    virtual void rowChanged(int row);
    virtual void setZone(const QTimeZone &zone);

    RecordModel &model() { return *m_model; }
    bool busy() const; ///< rows or their count are under way
    /// Puts a widget under the grid.
    void addBelow(QWidget *widget);

private:
    void build();
    void connectGrid();
    void updateStatus();
    void pageShown();
    void filtersChanged();
    void count(bool exact);
    void loadEditable();
    void toEnd();
    void exportTo(const ExportDialog::Choice &choice);
    void showView(const QString &body);
    QString viewBody() const;

    const TableDef m_table;
    RecordModel *m_model;
    FilterBar *m_filters; // made before the grid, so that Tab comes to it first
    TableView *m_view;
    DetailsPane *m_details;
    GridActions *m_actions;
    EditBar *m_editBar;
    ViewsMenu *m_views;
    ZoneChoice *m_zone;
    EmptyState *m_nothing;
    QStackedWidget *m_grid;
    QSplitter *m_columns;
    QSplitter *m_rows;
    QToolButton *m_detailsButton;
    QToolButton *m_countButton;
    bool m_detailsByHand = false; // the user decided, not the width
    bool m_toEnd = false;         // the page that comes is the last one
    Request<RowCount> m_countRequest;
    Request<QList<QByteArray>> m_editableRequest;
    RowCount m_count;
    bool m_counted = false;
    bool m_counting = false;             // exactly, on request
    QString m_scope;                     // database, login, store and table of what is shown
    QHash<QString, RecordEdits> m_aside; // changes of other scopes that wait to be saved
    std::optional<Error> m_unreadable;   // a word of open() that is no filter of this table
};

/// Where a model of this table gets its pages: the browse service, for the store that is chosen now.
std::function<QFuture<Result<RecordPage>>(const BrowseRequest &, const CancelToken &)>
pagesOfCurrentStore(AppContext &app);

/// All columns of a row of the model for the details pane.
void showDetails(DetailsPane &pane, const RecordModel &model, int row);
