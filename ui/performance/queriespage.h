// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/activityservice.h"
#include "app/services/performanceservice.h"
#include "ui/shared/request.h"
#include "ui/shell/page.h"

class ExplainView;
class GapCards;
class HistoryView;
class QTabWidget;
class ServerNote;
class StatementsView;
class TopStatements;

/// Which statements cost the server what, now and over time, and how it runs them.
class QueriesPage final : public Page
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(QueriesPage)

public:
    QueriesPage(const UiContext &ui, QWidget *parent);

    QString help() const override;
    bool focusFilter() override;
    void showExample() override;

protected:
    void load() override;
    void clear() override;

private:
    void sayStandby();
    void take(const StatementList &list);
    void explain(const QString &sql);
    void showHistory(const QString &queryId, const QString &line);

    ServerNote *m_note;
    GapCards *m_gaps;
    QTabWidget *m_tabs;
    StatementsView *m_statements;
    TopStatements *m_top;
    HistoryView *m_history;
    ExplainView *m_explain;
    Request<StatementList> m_request;
    Request<ServerFacts> m_standbyRequest;
};
