// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/profilemenu.h"

#include "app/appcontext.h"
#include "ui/shell/profileeditor.h"
#include "ui/shell/prompt.h"

#include <QFile>
#include <QFileDialog>
#include <QMenu>
#include <QSaveFile>

using namespace Qt::StringLiterals;

ProfileMenu::ProfileMenu(const UiContext &ui, QWidget *parent)
    : QToolButton(parent)
    , m_ui(ui)
    , m_forget(this)
{
    setObjectName(u"profileMenu"_s);
    setText(tr("&Profiles"));
    setAccessibleName(tr("Make, change, import and export profiles"));
    setPopupMode(InstantPopup);
    auto *menu = new QMenu(this);
    const auto add = [this, menu](const QString &name, const QString &text, bool onCurrent, auto slot) {
        QAction *action = menu->addAction(text);
        action->setObjectName(name);
        connect(action, &QAction::triggered, this, slot);
        if (onCurrent)
            m_onCurrent.append(action);
    };
    add(u"profileNew"_s, tr("&New…"), false, [this] { edit({}, false); });
    add(u"profileEdit"_s, tr("&Edit…"), true, [this] {
        if (const Result<Profile> profile = m_ui.app.profiles.byName(m_current))
            edit(*profile, true);
        else
            emit failed(profile.error());
    });
    add(u"profileDuplicate"_s, tr("&Duplicate…"), true, [this] { duplicate(); });
    add(u"profileRemove"_s, tr("&Remove…"), true, [this] { remove(); });
    menu->addSeparator();
    add(u"profileImportFound"_s, tr("&Import from pg_service.conf and ~/.pgpass"), false,
        [this] { importFound(); });
    add(u"profileImportFile"_s, tr("Import a &file…"), false, [this] { askFile(false); });
    add(u"profileExport"_s, tr("E&xport without secrets…"), true, [this] { askFile(true); });
    setMenu(menu);
    setCurrent({});
}

void ProfileMenu::setCurrent(const QString &name)
{
    m_current = m_ui.app.profiles.byName(name) ? name : QString();
    for (QAction *action : std::as_const(m_onCurrent))
        action->setEnabled(!m_current.isEmpty());
}

void ProfileMenu::edit(const Profile &profile, bool saved)
{
    auto *editor = new ProfileEditor(m_ui, profile, saved, window());
    connect(editor, &ProfileEditor::profileSaved, this,
            [this, saved, from = profile.name](const QString &name) {
                if (saved && name != from)
                    movePassword(from, name);
                emit changed(name);
            });
    editor->open();
}

/// A later profile of the former name must not find it: it is removed there even when the new name cannot
/// keep it.
void ProfileMenu::movePassword(const QString &from, const QString &to)
{
    SecretStore &secrets = m_ui.app.secrets;
    const auto forget = [&secrets, from] { (void)secrets.remove(from); };
    whenAnswered(this, secrets.read(from), [this, &secrets, to, forget](const Result<QString> &password) {
        if (!password || password->isEmpty())
            forget();
        else
            whenAnswered(this, secrets.write(to, *password), [forget](const Result<void> &) { forget(); });
    });
}

void ProfileMenu::duplicate()
{
    Result<Profile> profile = m_ui.app.profiles.byName(m_current);
    if (!profile) {
        emit failed(profile.error());
        return;
    }
    profile->name = tr("%1 copy").arg(profile->name);
    edit(*profile, false);
}

void ProfileMenu::remove()
{
    m_ui.prompt.confirm(
        window(), tr("Remove the profile “%1”?").arg(m_current),
        tr("Its password is removed from the keyring too. The database itself is not touched."),
        tr("Remove the profile"), [this, name = m_current](bool yes) {
            if (!yes)
                return;
            if (const Result<void> removed = m_ui.app.profiles.remove(name); !removed) {
                emit failed(removed.error());
                return;
            }
            // Where there is no keyring there is nothing in it.
            m_forget.run([&](const CancelToken &) { return m_ui.app.secrets.remove(name); },
                         [](const Result<void> &) {});
            emit changed({});
        });
}

void ProfileMenu::importFound()
{
    const QList<Profile> found = importableProfiles(m_ui.app.profiles.all());
    for (const Profile &profile : found)
        if (const Result<void> saved = m_ui.app.profiles.save(profile); !saved) {
            emit failed(saved.error());
            return;
        }
    if (found.isEmpty()) {
        emit said(tr("Nothing new is in pg_service.conf and the pass file."));
        return;
    }
    emit changed(found.first().name);
    emit said(found.size() == 1
                  ? tr("1 profile imported, marked as production until you say otherwise; no password was "
                       "copied.")
                  : tr("%1 profiles imported, marked as production until you say otherwise; no password was "
                       "copied.")
                        .arg(found.size()));
}

void ProfileMenu::askFile(bool forSaving)
{
    auto *dialog = new QFileDialog(window(), forSaving ? tr("Export the profile") : tr("Import a profile"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setNameFilter(tr("Profiles (*.json)"));
    dialog->setAcceptMode(forSaving ? QFileDialog::AcceptSave : QFileDialog::AcceptOpen);
    dialog->setDefaultSuffix(u"json"_s);
    if (forSaving)
        dialog->selectFile(m_current + u".json"_s);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, forSaving](const QString &path) { forSaving ? exportTo(path) : importFile(path); });
    dialog->open();
}

void ProfileMenu::importFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        emit failed({ErrorKind::Io, tr("%1 cannot be read.").arg(path), {}, file.errorString()});
        return;
    }
    const Result<Profile> profile = importProfile(file.readAll());
    if (!profile) {
        emit failed(profile.error());
        return;
    }
    edit(*profile, false); // looked at before it is saved
}

void ProfileMenu::exportTo(const QString &path)
{
    const Result<Profile> profile = m_ui.app.profiles.byName(m_current);
    if (!profile) {
        emit failed(profile.error());
        return;
    }
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(exportProfile(*profile)) < 0 || !file.commit()) {
        emit failed({ErrorKind::Io, tr("%1 cannot be written.").arg(path),
                     tr("Check the folder and the space on its disk."), file.errorString()});
        return;
    }
    emit said(tr("Exported to %1: without password, pass file and keyring.").arg(path));
}
