// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/browsefilter.h"
#include "ui/shared/uicontext.h"
#include "ui/shell/page.h"

#include <QObject>

class QAction;
class QMenu;
class RecordModel;
class TableView;

/// The page that shows a table's rows.
QString pageOfTable(QByteArrayView table);

/// What can be done with the current value and row of a grid: filter by it, follow its references both ways,
/// see its history, copy it as CSV, JSON or INSERT. The actions are the grid's own, so that they are in its
/// menu and have their keys.
class GridActions final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(GridActions)

public:
    GridActions(const UiContext &ui, TableView &view, RecordModel &model);

    /// The related rows, for a button of its own.
    QMenu *related() const { return m_related; }

signals:
    void filterWanted(const ColumnFilter &filter);
    void filterEditorWanted(const QByteArray &column);
    void placeWanted(const Place &place);

private:
    enum class TextFormat { Csv, Json, Insert };

    QAction *add(const QString &name, const QString &text, const QKeySequence &key,
                 void (GridActions::*slot)());
    void changeValue();
    void filterByValue();
    void leaveOut();
    void filterColumn();
    void history();
    void similar();
    void setNull();
    void fillRelated();
    void copyAs(TextFormat format);

    const UiContext m_ui;
    TableView &m_view;
    RecordModel &m_model;
    QMenu *m_related;
};
