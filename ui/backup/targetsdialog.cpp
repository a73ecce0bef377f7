// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backup/targetsdialog.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "app/services/backupupload.h"
#include "ui/backup/targetdialog.h"
#include "ui/shared/theme.h"
#include "ui/shell/prompt.h"

#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;

namespace {

QString keyText(const UploadTarget &target)
{
    const QString place = target.secretPlace();
    return place == u"none"      ? TargetsDialog::tr("none needed")
           : place == u"file"    ? target.secretFile
           : place == u"keyring" ? TargetsDialog::tr("in the keyring")
                                 : TargetsDialog::tr("missing");
}

} // namespace

TargetsDialog::TargetsDialog(const UiContext &ui, QWidget *parent)
    : ListDialog(ui, u"targets"_s, tr("Upload targets"), {tr("Name"), tr("Where"), tr("Off-site"), tr("Key")},
                 640, parent)
    , m_add(addButton(u"addTarget"_s, tr("&Add…")))
    , m_edit(addButton(u"editTarget"_s, tr("&Edit…")))
    , m_try(addButton(u"tryTarget"_s, tr("&Try")))
    , m_remove(addButton(u"removeTarget"_s, tr("&Remove…")))
    , m_request(this)
    , m_tryRequest(this)
    , m_keyRequest(this)
{
    connect(m_tree, &QTreeWidget::currentItemChanged, this, &TargetsDialog::updateButtons);
    connect(m_tree, &QTreeWidget::itemActivated, m_edit, &QPushButton::click);
    connect(m_add, &QPushButton::clicked, this, [this] { edit({}); });
    connect(m_edit, &QPushButton::clicked, this, [this] {
        if (const std::optional<UploadTarget> target = selected())
            edit(*target);
    });
    connect(m_try, &QPushButton::clicked, this, &TargetsDialog::tryIt);
    connect(m_remove, &QPushButton::clicked, this, &TargetsDialog::confirmRemoval);
    m_note->setText(tr("Copies of backups go there, by Upload the newest to and by schedules."));
    updateButtons();
    load();
}

void TargetsDialog::load(const QString &name)
{
    m_request.run(
        [&targets = m_ui.app.uploadTargets](const CancelToken &) {
            return QtConcurrent::run([&targets]() -> Result<QList<Listed>> {
                const Result<QList<UploadTarget>> all = targets.all();
                if (!all)
                    return all.error();
                QList<Listed> listed;
                for (const UploadTarget &target : *all)
                    listed.append({target, target.offSite()});
                return listed;
            });
        },
        [this, name](const Result<QList<Listed>> &listed) {
            if (!listed)
                m_note->setText(listed.error().text());
            m_listed = listed ? *listed : QList<Listed>();
            m_tree->clear();
            for (const auto &[target, offSite] : std::as_const(m_listed)) {
                auto *item = new QTreeWidgetItem(
                    m_tree, {target.name, target.text(), offSite ? tr("yes") : tr("no"), keyText(target)});
                if (target.secretPlace() == u"missing")
                    item->setForeground(3, m_ui.theme.colour(cell::Tone::Bad));
                item->setToolTip(0, u"retail-admin backup upload newest --to "_s + target.name);
                if (m_tree->topLevelItemCount() == 1 || target.name == name)
                    m_tree->setCurrentItem(item);
            }
            updateButtons();
        });
}

std::optional<UploadTarget> TargetsDialog::selected() const
{
    const int row = m_tree->indexOfTopLevelItem(m_tree->currentItem());
    return row < 0 || row >= m_listed.size() ? std::nullopt : std::optional(m_listed[row].target);
}

void TargetsDialog::updateButtons()
{
    const bool any = m_tree->currentItem();
    m_edit->setEnabled(any);
    m_remove->setEnabled(any);
    m_try->setEnabled(any && !m_tryRequest.running());
}

void TargetsDialog::edit(const UploadTarget &former)
{
    auto *dialog = new TargetDialog(m_ui, former, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &TargetDialog::saved, this, [this, former](const UploadTarget &target) {
        m_note->setText(tr("%1 is saved. Try tells whether it answers.").arg(target.name));
        load(target.name);
        forgetKey(former);
    });
    dialog->open();
}

void TargetsDialog::tryIt()
{
    const std::optional<UploadTarget> target = selected();
    if (!target)
        return;
    m_tryRequest.run(
        [target = *target](const CancelToken &token) {
            return QtConcurrent::run([target, token] { return backup::countOnTarget(target, true, token); });
        },
        [this, name = target->name](const Result<int> &count) {
            m_note->setText(count ? tr("%1 answers: %2.")
                                        .arg(name, format::counted(*count, tr("backup is there"),
                                                                   tr("backups are there")))
                                  : count.error().text());
            updateButtons();
        });
    m_note->setText(tr("Looking at %1…").arg(target->text()));
    updateButtons();
}

void TargetsDialog::confirmRemoval()
{
    const std::optional<UploadTarget> target = selected();
    if (!target)
        return;
    QStringList told{tr("The copies on %1 stay.").arg(target->text())};
    if (target->secretPlace() == u"file")
        told += tr("So does the file of its key, %1.").arg(target->secretFile);
    else if (target->secretPlace() == u"keyring")
        told += tr("Its key is taken out of the keyring, unless another target needs it.");
    const QList<Schedule> schedules = m_ui.app.schedules.all();
    for (const Schedule &schedule : schedules)
        if (schedule.kind == u"upload" && schedule.arguments.contains(target->name))
            told +=
                tr("The schedule “%1”, %2, goes there and will fail.").arg(schedule.title(), schedule.when());
    m_ui.prompt.confirm(this, tr("Remove the target “%1”?").arg(target->name), told.join(u' '), tr("Remove"),
                        [this, name = target->name](bool yes) {
                            if (yes)
                                remove(name);
                        });
}

void TargetsDialog::remove(const QString &name)
{
    const Result<UploadTarget> removed = m_ui.app.uploadTargets.remove(name);
    m_note->setText(removed ? tr("%1 is removed. The copies on %2 stay.").arg(name, removed->text())
                            : removed.error().text());
    if (removed)
        forgetKey(*removed);
    load();
}

/// A key that no target needs any more does not stay in the keyring.
void TargetsDialog::forgetKey(const UploadTarget &former)
{
    const QString key = m_ui.app.uploadTargets.strayKey(former);
    if (key.isEmpty())
        return;
    m_keyRequest.run([this, key](const CancelToken &) { return m_ui.app.secrets.remove(key); },
                     [this, key](const Result<void> &taken) {
                         if (!taken && taken.error().kind != ErrorKind::NotFound)
                             m_note->setText(tr("The entry “%1” could not be taken out of the keyring: %2")
                                                 .arg(key, taken.error().message));
                     });
}
