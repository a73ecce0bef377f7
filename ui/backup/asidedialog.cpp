// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backup/asidedialog.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "app/core/shellcommand.h"
#include "app/jobs/quietjob.h"
#include "ui/shared/theme.h"
#include "ui/shell/prompt.h"

#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;

namespace {
constexpr int keepDays = 7;
}

AsideDialog::AsideDialog(const UiContext &ui, QWidget *parent)
    : QDialog(parent)
    , m_ui(ui)
    , m_tree(new QTreeWidget(this))
    , m_note(new QLabel(this))
    , m_undo(new QPushButton(tr("&Undo the swap…"), this))
    , m_drop(new QPushButton(tr("&Drop…"), this))
    , m_request(this)
    , m_planRequest(this)
{
    setObjectName(u"asideDialog"_s);
    setWindowTitle(tr("Databases set aside"));
    m_tree->setObjectName(u"asideTree"_s);
    m_tree->setAccessibleName(tr("Databases set aside"));
    m_tree->setRootIsDecorated(false);
    m_tree->setHeaderLabels({tr("Database"), tr("What it is"), tr("Since"), tr("Keep until"), tr("Size")});
    m_tree->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_tree->setMinimumSize(ui.theme.px(680), ui.theme.px(200));
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    m_undo->setObjectName(u"undoSwap"_s);
    m_drop->setObjectName(u"dropAside"_s);
    m_undo->setAutoDefault(false);
    m_drop->setAutoDefault(false);
    auto *close = new QPushButton(tr("Close"), this);
    close->setObjectName(u"asideClose"_s);
    close->setDefault(true);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(m_undo);
    buttons->addWidget(m_drop);
    buttons->addStretch();
    buttons->addWidget(close);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 16, 24, 16);
    layout->setSpacing(12);
    layout->addWidget(m_tree, 1);
    layout->addWidget(m_note);
    layout->addLayout(buttons);
    connect(m_tree, &QTreeWidget::currentItemChanged, this, &AsideDialog::updateButtons);
    connect(m_undo, &QPushButton::clicked, this, &AsideDialog::undo);
    connect(m_drop, &QPushButton::clicked, this, &AsideDialog::drop);
    connect(close, &QPushButton::clicked, this, &QDialog::accept);
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
