// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/isolationservice.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QFrame>

class QLabel;

/// The strip above the pages while the window looks through another role, with the way out. The view is the
/// same connection opened again with the role taken inside read-only transactions: what every page then shows
/// is what the server gives that role, and it refuses every write.
class ViewAs final : public QFrame
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ViewAs)

public:
    explicit ViewAs(const UiContext &ui, QWidget *parent = nullptr);

    bool active() const { return !m_role.isEmpty(); }
    QString role() const { return m_role; }

    void start(const QString &role);
    void leave();
    /// Asks which roles there are; rolesKnown() answers.
    void askRoles();

signals:
    /// The pool is on the view, or back; pages are to be loaded anew.
    void entered();
    void refused(const Error &error);
    void rolesKnown(const QList<WorkingRole> &roles);
    void rightsRequested(const QString &role);
    void proofRequested(const QString &role);

private:
    void open(const Login &login);
    void follow();
    void present();

    const UiContext m_ui;
    QLabel *m_icon;
    QLabel *m_text;
    Login m_own;    // what to return to
    QString m_role; // empty: no view
    Request<Capabilities> m_opening;
    Request<QList<WorkingRole>> m_roles;
};
