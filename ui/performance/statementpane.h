// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/performanceservice.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QWidget>

class DetailsPane;
class QLabel;
class QToolButton;
class SqlView;

/// One statement: its whole text, every figure, and who runs it at the moment.
class StatementPane final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StatementPane)

public:
    StatementPane(const UiContext &ui, QWidget *parent = nullptr);

    void show(const StatementStat &statement, const StatementList &list);
    void clear();
    /// Asks for the whole text and sends it with explainRequested().
    void explain();

signals:
    void explainRequested(const QString &sql);
    void historyRequested(const QString &queryId, const QString &line);
    void resetRequested(const StatementStat &statement);
    void failed(const Error &error);

private:
    void loadText();
    void loadRunning();

    const UiContext m_ui;
    StatementStat m_statement;
    SqlView *m_sql;
    QLabel *m_running;
    DetailsPane *m_figures;
    QToolButton *m_explain;
    QToolButton *m_history;
    QToolButton *m_copy;
    QToolButton *m_reset;
    Request<QString> m_textRequest;
    Request<QString> m_explainRequest;
    Request<QList<RunningStatement>> m_runningRequest;
};
