// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/roletools.h"

#include "app/appcontext.h"
#include "ui/shell/commandpalette.h"
#include "ui/shell/isolationdialog.h"
#include "ui/shell/notifier.h"
#include "ui/shell/rightsdialog.h"
#include "ui/shell/viewas.h"

using namespace Qt::StringLiterals;

namespace {

QString kindText(WorkingRole::Kind kind)
{
    switch (kind) {
    case WorkingRole::Kind::Manager:
        return RoleTools::tr("store manager");
    case WorkingRole::Kind::Application:
        return RoleTools::tr("application");
    case WorkingRole::Kind::Dba:
        break;
    }
    return RoleTools::tr("database administrator");
}

} // namespace

RoleTools::RoleTools(const UiContext &ui, ViewAs &view, CommandPalette &palette, Notifier &notifier,
                     QWidget *window)
    : QObject(window)
    , m_ui(ui)
    , m_view(view)
    , m_palette(palette)
    , m_notifier(notifier)
    , m_window(window)
{
    connect(&view, &ViewAs::rolesKnown, this, &RoleTools::offer);
    connect(&view, &ViewAs::proofRequested, this, &RoleTools::showProof);
    connect(&view, &ViewAs::rightsRequested, this, [this](const QString &role) { showRights(role, true); });
    connect(&view, &ViewAs::refused, this, [this](const Error &error) {
        m_notifier.say(Notifier::Kind::Bad,
                       error.hint.isEmpty() ? error.message : error.message + u' ' + error.hint);
    });
}

bool RoleTools::connected()
{
    if (m_ui.app.pool.state() == ConnectionPool::State::Open)
        return true;
    m_notifier.say(Notifier::Kind::Information, tr("Connect to a database first (File ▸ Connect)."));
    return false;
}

void RoleTools::viewAs()
{
    if (connected())
        ask(Purpose::View);
}

void RoleTools::studyRights()
{
    if (!connected())
        return;
    if (m_view.active())
        showRights(m_view.role(), true);
    else
        ask(Purpose::Study);
}

void RoleTools::proveIsolation()
{
    if (!connected())
        return;
    const Capabilities can = m_ui.app.pool.capabilities();
    if (m_view.active())
        showProof(m_view.role());
    else if (can.role != can.login)
        showProof(can.role); // the profile's own
    else if (!can.bypassRls)
        showProof({});
    else
        ask(Purpose::Prove); // no policy binds this login: as whom?
}

void RoleTools::ask(Purpose purpose)
{
    m_purpose = purpose;
    m_view.askRoles();
}

void RoleTools::offer(const QList<WorkingRole> &roles)
{
    QList<CommandPalette::Entry> entries;
    if (m_purpose == Purpose::View && m_view.active())
        entries.append({tr("Leave the view of %1").arg(m_view.role()),
                        {},
                        u"view-hidden"_s,
                        {},
                        [this] { m_view.leave(); },
                        {}});
    for (const WorkingRole &role : roles) {
        const QString note = role.login ? kindText(role.kind) : tr("%1, a group").arg(kindText(role.kind));
        const auto add = [&](const QString &title, const QString &icon, const std::function<void()> &run) {
            entries.append({title.arg(role.name), note, icon, {}, run, role.name});
        };
        // Who is no member sees the rights and plans instead of the rows.
        if (m_purpose == Purpose::Prove && role.takeable)
            add(tr("Prove the isolation of %1"), u"checkmark"_s,
                [this, name = role.name] { showProof(name); });
        else if (m_purpose == Purpose::View && role.takeable)
            add(tr("View as %1"), u"view-visible"_s, [this, name = role.name] { m_view.start(name); });
        else if (m_purpose != Purpose::Prove)
            add(tr("Rights and plans of %1"), u"documentinfo"_s,
                [this, role] { showRights(role.name, role.takeable); });
    }
    if (entries.isEmpty()) {
        m_notifier.say(Notifier::Kind::Information,
                       tr("This login is a member of no other role, so it can look through none. The owner "
                          "of the database can: GRANT … TO %1;")
                           .arg(m_ui.app.pool.capabilities().login));
        return;
    }
    const QString what = m_purpose == Purpose::Prove  ? tr("Prove the isolation of which role?")
                         : m_purpose == Purpose::View ? tr("View as which role?")
                                                      : tr("Rights and plans of which role?");
    m_palette.open(what, entries);
}

void RoleTools::showProof(const QString &role)
{
    auto *dialog = new IsolationDialog(m_ui, role, m_window);
    dialog->open();
}

void RoleTools::showRights(const QString &role, bool asRole)
{
    auto *dialog = new RightsDialog(m_ui, role, asRole, m_window);
    dialog->show();
}
