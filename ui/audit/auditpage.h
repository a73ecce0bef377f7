// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/auditservice.h"
#include "ui/shared/request.h"
#include "ui/shell/page.h"

class AuditFilterBar;
class AuditModel;
class ChartPanel;
class DiffModel;
class QLabel;
class QPushButton;
class TableView;

/// Who changed what in the store: entries with their filters, what one of them changed, activity over time,
/// and evidence to hand on.
class AuditLogPage final : public Page
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(AuditLogPage)

public:
    AuditLogPage(const UiContext &ui, QWidget *parent);

    QString help() const override;
    bool focusFilter() override;
    bool exportShown() override;
    void showExample() override;
    /// "record", a table and an id: the history of one row.
    void open(const QStringList &words) override;
    QStringList words() const override;

protected:
    void load() override;
    void clear() override;

private:
    void loadMore(const QString &after);
    void loadActivity(const AuditFilter &asked);
    void showEntry(int row);
    void showHistory();
    void exportEvidence();
    void updateStatus();

    AuditFilterBar *m_filter;
    AuditModel *m_model;
    TableView *m_view;
    DiffModel *m_diff;
    TableView *m_diffView;
    QLabel *m_heading;
    QLabel *m_origin;
    QPushButton *m_history;
    ChartPanel *m_chart;
    AuditFilter m_asked; // of the rows that are shown
    Request<AuditPage> m_request;
    Request<QList<AuditActivity>> m_activityRequest;
};
