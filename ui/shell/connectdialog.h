// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "ui/shared/uicontext.h"

#include <QDialog>

class ConnectAttempt;
class ConnectSteps;
class ErrorPanel;
class ProfileList;
class ProfileMenu;
class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;

/// Chooses a profile or takes a connection string, connects without blocking, shows how far it came and, in a
/// sentence, why it came no further. Closes itself on success; accepted() then means "connected".
class ConnectDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ConnectDialog)

public:
    explicit ConnectDialog(const UiContext &ui, QWidget *parent = nullptr);

    /// Shows the dialog with the profiles as they are now, this one first.
    void choose(const QString &preferred = {});
    /// Shows what another try for this target ended with.
    void showFailure(const QString &target, const Error &error, ConnectStep at);

    void reject() override;

signals:
    void sandboxRequested();
    void notRemembered(const QString &why);

private:
    void connectNow();
    void failed(const Error &error);
    void setRunning(bool running);
    void showPassword();
    void takePassword(const QString &password);
    void applyTheme();
    void targetChanged();
    QString target() const;

    const UiContext m_ui;
    ConnectAttempt *m_attempt;
    QLabel *m_title;
    QLineEdit *m_search;
    ProfileMenu *m_menu;
    QLabel *m_news;
    ProfileList *m_profiles;
    QWidget *m_passwordRow;
    QLineEdit *m_password;
    QCheckBox *m_remember;
    ConnectSteps *m_steps;
    ErrorPanel *m_error;
    QPushButton *m_sandbox;
    QPushButton *m_cancel;
    QPushButton *m_connect;
};
