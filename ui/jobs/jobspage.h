// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/local/localstore.h"
#include "ui/shared/request.h"
#include "ui/shell/page.h"

class JobModel;
class QComboBox;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSortFilterProxyModel;
class TableView;

/// What runs and what ran, of the window, the command line and timers, and the log of each.
class JobsPage final : public Page
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(JobsPage)

public:
    JobsPage(const UiContext &ui, QWidget *parent);

    QString help() const override;
    bool focusFilter() override;

protected:
    void load() override;
    void clear() override {} // jobs belong to this program, not to a connection

private:
    void rowChanged();
    void updateStatus();
    int currentRow() const; ///< of the model, -1 for none

    JobModel *m_model;
    TableView *m_view;
    QPlainTextEdit *m_log;
    QPushButton *m_cancel;
    QPushButton *m_again;
    QPushButton *m_copy;
    QLineEdit *m_filter;
    QComboBox *m_state;
    QSortFilterProxyModel *m_proxy;
    Request<QList<JobRecord>> m_request;
};
