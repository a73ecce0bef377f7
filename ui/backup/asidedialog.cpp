// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backup/asidedialog.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "app/core/shellcommand.h"
#include "app/jobs/quietjob.h"
#include "ui/shell/prompt.h"

#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;

namespace {
constexpr int keepDays = 7;
}

AsideDialog::AsideDialog(const UiContext &ui, QWidget *parent)
    : ListDialog(ui, u"aside"_s, tr("Databases set aside"),
                 {tr("Database"), tr("What it is"), tr("Since"), tr("Keep until"), tr("Size")}, 680, parent)
    , m_undo(addButton(u"undoSwap"_s, tr("&Undo the swap…")))
    , m_drop(addButton(u"dropAside"_s, tr("&Drop…")))
    , m_request(this)
    , m_planRequest(this)
{
    connect(m_tree, &QTreeWidget::currentItemChanged, this, &AsideDialog::updateButtons);
    connect(m_undo, &QPushButton::clicked, this, &AsideDialog::undo);
    connect(m_drop, &QPushButton::clicked, this, &AsideDialog::drop);
    updateButtons();
    load();
}

void AsideDialog::load()
{
    m_note->setText(tr("Loading…"));
    m_request.run(
        [login = m_ui.app.pool.login()](const CancelToken &token) {
            return QtConcurrent::run([login, token] { return restore::leftDatabases(login, token); });
        },
        [this](const Result<QList<restore::DatabaseFacts>> &found) {
            m_note->setText(!found ? found.error().message
                            : found->isEmpty()
                                ? tr("No swap has set a database aside, and no restore was left half-way.")
                                : tr("Nothing is dropped by itself, also not after its day."));
            if (!found)
                return;
            m_databases = *found;
            for (const restore::DatabaseFacts &each : *found) {
                const bool aside = each.mark.state == restore::Mark::State::SetAside;
                new QTreeWidgetItem(
                    m_tree,
                    {each.name,
                     aside ? tr("%1 before a swap").arg(each.mark.of) : tr("half of a killed restore"),
                     format::exact(each.mark.since.toLocalTime()),
                     aside ? format::exact(each.mark.keepUntil.toLocalTime()) : u"–"_s,
                     format::bytes(each.bytes)});
            }
            updateButtons();
        });
}

const restore::DatabaseFacts *AsideDialog::selected() const
{
    const int row = m_tree->indexOfTopLevelItem(m_tree->currentItem());
    return row >= 0 && row < m_databases.size() ? &m_databases[row] : nullptr;
}

void AsideDialog::updateButtons()
{
    const restore::DatabaseFacts *one = selected();
    m_undo->setEnabled(one && one->mark.state == restore::Mark::State::SetAside);
    m_drop->setEnabled(one);
}

void AsideDialog::undo()
{
    const QString of = selected()->mark.of;
    const Login login = m_ui.app.pool.login();
    m_planRequest.run(
        [login, of](const CancelToken &token) {
            return QtConcurrent::run([login, of, token] {
                QuietJob job(token);
                return restore::planUndo(login, of, keepDays, job);
            });
        },
        [this, login, of](const Result<restore::UndoPlan> &plan) {
            if (!plan) {
                m_note->setText(plan.error().message);
                return;
            }
            m_ui.prompt.confirmTyped(
                this, tr("Undo the swap of %1?").arg(of), plan->text(), of, tr("Undo the swap"),
                [this, login, plan = *plan](bool yes) {
                    if (!yes)
                        return;
                    m_ui.app.jobs.start({u"undo"_s, tr("Undo the swap of %1").arg(plan.live.name),
                                         plan.target,
                                         shellCommand(QStringList{u"restore"_s, u"--undo"_s, plan.live.name} +
                                                      login.profile.words()),
                                         false},
                                        [login, plan](JobContext &job) {
                                            return restore::undo(login, plan, plan.live.name, job);
                                        });
                    accept();
                });
        });
}

void AsideDialog::drop()
{
    const restore::DatabaseFacts one = *selected();
    const Login login = m_ui.app.pool.login();
    m_ui.prompt.confirmTyped(
        this, tr("Drop %1 for good?").arg(one.name),
        tr("%1 on %2. After this the swap cannot be undone.")
            .arg(format::bytes(one.bytes), login.profile.target()),
        one.name, tr("Drop"), [this, login, one](bool yes) {
            if (!yes)
                return;
            m_ui.app.jobs.start(
                {u"drop"_s, tr("Drop %1").arg(one.name), login.profile.target(),
                 shellCommand(QStringList{u"restore"_s, u"--drop"_s, one.name} + login.profile.words()),
                 false},
                [login, name = one.name](JobContext &job) {
                    return restore::dropLeft(login, name, name, job);
                });
            accept();
        });
}
