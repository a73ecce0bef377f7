// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/local/localstore.h"
#include "ui/shared/request.h"
#include "ui/shell/page.h"

class JobModel;
class QPlainTextEdit;
class QPushButton;
class TableView;

/// What runs, what ran, and the log of each.
class JobsPage final : public Page
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(JobsPage)

public:
    JobsPage(const UiContext &ui, QWidget *parent);

    QString help() const override;

protected:
    void load() override;
    void clear() override {} // jobs belong to this program, not to a connection

private:
    void rowChanged();

    JobModel *m_model;
    TableView *m_view;
    QPlainTextEdit *m_log;
    QPushButton *m_cancel;
    Request<QList<JobRecord>> m_request;
};
