// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/isolationservice.h"
#include "ui/shared/listmodel.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QDialog>

class ErrorPanel;
class QLabel;
class QPushButton;
class TableView;

/// Proves, at once when shown, that a role reaches no other store's data: each attempt with what came of it,
/// the broken ones first.
class IsolationDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(IsolationDialog)

public:
    /// `role` empty: as the connected login.
    IsolationDialog(const UiContext &ui, const QString &role, QWidget *parent);

private:
    void prove();
    void show(const IsolationReport &report);

    const UiContext m_ui;
    const QString m_role;
    QLabel *m_verdict;
    QLabel *m_about;
    TableView *m_view;
    ErrorPanel *m_error;
    QPushButton *m_again;
    ListModel<IsolationAttempt> *m_model;
    Request<IsolationReport> m_request;
};
