// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/indexadvisor.h"
#include "app/services/serverhistory.h"
#include "ui/shared/listmodel.h"
#include "ui/shared/request.h"
#include "ui/shell/page.h"

class AdvicePanel;
class IndexJob;
class QLineEdit;
class QPushButton;
class QSortFilterProxyModel;
class QTabWidget;
class ServerNote;
class TableView;

/// Indexes of the database: what is wrong or missing with the statement that would mend it, and all of them
/// with their use. Asks and advises; what it changes is a maintenance job that was confirmed.
class IndexesPage final : public Page
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(IndexesPage)

public:
    IndexesPage(const UiContext &ui, QWidget *parent);

    QString help() const override;
    bool focusFilter() override;

protected:
    void load() override;
    void clear() override;

private:
    struct Advice
    {
        IndexReport report;
        QList<IndexFinding> findings;
    };

    void advise();
    void prove();
    void showAdvice(const Advice &advice);
    void showFindings();
    void showFinding();
    void showIndex();
    void updateStatus();
    QWidget *above(TableView *view, AdvicePanel *panel);

    IndexService m_service;
    ServerHistory m_history;
    IndexReport m_report;
    QList<IndexFinding> m_found; ///< without what was proven
    QList<IndexProof> m_proofs;
    bool m_advised = false;
    ServerNote *m_note;
    QTabWidget *m_tabs;
    ListModel<IndexFinding> *m_findings;
    TableView *m_findingView;
    QSortFilterProxyModel *m_findingProxy;
    AdvicePanel *m_findingPanel;
    ListModel<IndexInfo> *m_indexes;
    TableView *m_indexView;
    QSortFilterProxyModel *m_indexProxy;
    AdvicePanel *m_indexPanel;
    QLineEdit *m_filter;
    QPushButton *m_prove;
    IndexJob *m_job;
    Request<IndexReport> m_request;
    Request<Advice> m_advice;
    Request<QList<IndexProof>> m_proving;
    Request<QHash<qint64, QString>> m_definition;
};
