// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/exportservice.h"
#include "app/services/searchservice.h"
#include "ui/shared/uicontext.h"

#include <QSplitter>

class DetailsPane;
class EmptyState;
class QStackedWidget;
class SearchModel;
class TableView;

/// What was found: a table, all about its current row beside it, or why there is nothing.
class SearchResults final : public QSplitter
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SearchResults)

public:
    explicit SearchResults(const UiContext &ui, QWidget *parent = nullptr);

    void show(const SearchRequest &request, const SearchAnswer &answer);
    /// Nothing was found, or nothing asked when the request holds nothing.
    void showNothing(const SearchRequest &request);
    const SearchAnswer &answer() const;
    const SearchHit *current() const; ///< nullptr when there is none
    int weakMatches() const;          ///< at the end of the list
    /// For a file: the columns that are shown, or all.
    ExportTable exported(bool shownColumns) const;
    void setDetailsVisible(bool visible);
    void focusTable();

signals:
    void currentChanged();
    void similarRequested();
    void productRequested(const QString &productId); ///< Enter or a double click

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void fitColumns();
    void rowChanged(int row);

    const UiContext m_ui;
    SearchModel *m_model;
    TableView *m_view;
    DetailsPane *m_details;
    EmptyState *m_empty;
    QStackedWidget *m_stack;
    bool m_noDescription = false; // for lack of room
    bool m_noBrand = false;
};
