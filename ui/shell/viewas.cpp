// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/viewas.h"

#include "app/appcontext.h"
#include "ui/shared/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

using namespace Qt::StringLiterals;

ViewAs::ViewAs(const UiContext &ui, QWidget *parent)
    : QFrame(parent)
    , m_ui(ui)
    , m_icon(new QLabel(this))
    , m_text(new QLabel(this))
    , m_opening(this)
    , m_roles(this)
{
    setObjectName(u"viewAs"_s);
    setProperty("banner", u"view"_s);
    m_text->setObjectName(u"viewAsText"_s);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    const auto button = [this](const QString &name, const QString &text, bool flat) {
        auto *made = new QPushButton(text, this);
        made->setObjectName(name);
        made->setProperty("flat", flat);
        return made;
    };
    QPushButton *rights = button(u"viewAsRights"_s, tr("Rights and plans"), true);
    QPushButton *proof = button(u"viewAsProve"_s, tr("Prove isolation"), true);
    QPushButton *leaving = button(u"viewAsLeave"_s, tr("Leave the view"), false);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(16, 4, 12, 4);
    layout->setSpacing(8);
    layout->addWidget(m_icon);
    layout->addWidget(m_text, 1);
    layout->addWidget(rights);
    layout->addWidget(proof);
    layout->addWidget(leaving);
    connect(rights, &QPushButton::clicked, this, [this] { emit rightsRequested(m_role); });
    connect(proof, &QPushButton::clicked, this, [this] { emit proofRequested(m_role); });
    connect(leaving, &QPushButton::clicked, this, &ViewAs::leave);
    connect(&ui.theme, &Theme::changed, this, &ViewAs::present);
    connect(&ui.app.pool, &ConnectionPool::databaseChanged, this, &ViewAs::follow);
    present();
}

void ViewAs::askRoles()
{
    m_roles.run([this](const CancelToken &token) { return m_ui.app.isolation.roles(token); },
                [this](const Result<QList<WorkingRole>> &roles) {
                    if (roles)
                        emit rolesKnown(*roles);
                    else
                        emit refused(roles.error());
                });
}

void ViewAs::start(const QString &role)
{
    if (!active())
        m_own = m_ui.app.pool.login();
    Login view = m_own;
    view.profile.role = role;
    view.profile.readOnly = true;
    open(view);
}

void ViewAs::leave()
{
    if (active())
        open(m_own);
}

void ViewAs::open(const Login &login)
{
    m_opening.run(
        [&](const CancelToken &token) { return m_ui.app.pool.open(login.profile, login.password, token); },
        [this](const Result<Capabilities> &opened) {
            if (!opened && opened.error().kind != ErrorKind::Cancelled)
                emit refused(opened.error());
        });
}

/// What the pool is on now is a view of the own connection, that one again, or another, which ends the view.
void ViewAs::follow()
{
    const bool asked = m_opening.running(); // its answer comes after this
    if (!active() && !asked)
        return;
    const Profile now = m_ui.app.pool.profile();
    const Profile &own = m_own.profile;
    const bool same = now.name == own.name && now.conninfo == own.conninfo;
    const bool view = same && now.readOnly && (now.role != own.role || !own.readOnly);
    m_role = view && (asked || now.role == m_role) ? now.role : QString();
    present();
    if (asked && same)
        emit entered();
    else if (!asked && !active())
        m_own = {};
}

void ViewAs::present()
{
    m_icon->setPixmap(m_ui.theme.pixmap(u"view-visible"_s, m_ui.theme.px(16), m_ui.theme.tokens().accent,
                                        devicePixelRatioF()));
    m_text->setText(tr("You see what “%1” sees, and nothing can be changed meanwhile.").arg(m_role));
    setVisible(active());
}
