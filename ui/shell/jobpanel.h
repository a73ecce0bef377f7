// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/local/localstore.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QWidget>

class ElidedLabel;
class Job;
class JobModel;
class QLabel;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;
class QToolButton;
class TableView;

/// The strip at the bottom: what runs, how far it is, Cancel, the result of the last; unfolds into the list
/// of this run's jobs with the log of each.
class JobPanel final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(JobPanel)

public:
    explicit JobPanel(const UiContext &ui, QWidget *parent = nullptr);

private:
    void update();
    void countToday();
    void showLog();
    void applyTheme();
    Job *shownJob() const; ///< the newest that runs, else the newest at all

    const UiContext m_ui;
    JobModel *m_model;
    QWidget *m_unfolded;
    TableView *m_list;
    QPlainTextEdit *m_log;
    QLabel *m_icon;
    ElidedLabel *m_text;
    QProgressBar *m_bar;
    QPushButton *m_cancel;
    QLabel *m_today;
    QToolButton *m_fold;
    Request<QList<JobRecord>> m_request;
};
