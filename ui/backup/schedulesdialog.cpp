// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backup/schedulesdialog.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/backup/scheduledialog.h"
#include "ui/shared/theme.h"
#include "ui/shell/prompt.h"

#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;

SchedulesDialog::SchedulesDialog(const UiContext &ui, const QString &folder, QWidget *parent)
    : ListDialog(ui, u"schedules"_s, tr("Schedules"),
                 {tr("What"), tr("Connection"), tr("When"), tr("Next"), tr("Last"), tr("How it went")}, 720,
                 parent)
    , m_folder(folder)
    , m_add(addButton(u"addSchedule"_s, tr("&Add…")))
    , m_remove(addButton(u"removeSchedule"_s, tr("&Remove…")))
    , m_request(this)
    , m_removeRequest(this)
{
    connect(m_tree, &QTreeWidget::currentItemChanged, this, &SchedulesDialog::updateButtons);
    connect(m_add, &QPushButton::clicked, this, &SchedulesDialog::add);
    connect(m_remove, &QPushButton::clicked, this, &SchedulesDialog::remove);
    m_note->setText(tr("They run as you, with this machine's timers, also when this window is closed."));
    updateButtons();
    load();
}

void SchedulesDialog::load()
{
    m_request.run(
        [&schedules = m_ui.app.schedules](const CancelToken &) {
            return QtConcurrent::run([&schedules] {
                return Result<QList<ScheduleState>>(schedules.states(QDateTime::currentDateTimeUtc()));
            });
        },
        [this](const Result<QList<ScheduleState>> &states) {
            m_states = states ? *states : QList<ScheduleState>();
            m_tree->clear();
            const QDateTime now = QDateTime::currentDateTimeUtc();
            for (const ScheduleState &state : std::as_const(m_states)) {
                auto *item = new QTreeWidgetItem(
                    m_tree, {state.schedule.title(),
                             state.schedule.profile.isEmpty() ? u"–"_s : state.schedule.profile,
                             state.schedule.when(), format::relative(state.next, now),
                             state.last.isValid() ? format::relative(state.last, now) : u"–"_s,
                             state.text.isEmpty() ? outcomeName(state.outcome)
                                                  : outcomeName(state.outcome) + u": "_s + state.text});
                const bool off = !scheduleunit::isEnabled(state.schedule);
                if (off)
                    item->setText(5, tr("%1; its timer is not enabled").arg(item->text(5)));
                if (state.bad() || off)
                    item->setForeground(5, m_ui.theme.colour(cell::Tone::Bad));
                item->setToolTip(0, u"retail-admin schedule run "_s + state.schedule.name());
            }
            if (m_tree->topLevelItemCount() > 0)
                m_tree->setCurrentItem(m_tree->topLevelItem(0));
            updateButtons();
        });
}

void SchedulesDialog::updateButtons()
{
    m_remove->setEnabled(m_tree->currentItem() && !m_removeRequest.running());
}

/// What is left to the user for it to run is said with the commands, to be copied.
void SchedulesDialog::tell(const QString &sentence, const scheduleunit::Installed &done)
{
    m_note->setText((QStringList(sentence) + done.notes + done.commands).join(u'\n'));
}

void SchedulesDialog::add()
{
    auto *dialog = new ScheduleDialog(m_ui, m_folder, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ScheduleDialog::added, this,
            [this](const Schedule &schedule, const scheduleunit::Installed &done) {
                tell(done.active ? tr("%1 runs %2.").arg(schedule.title(), schedule.when())
                                 : tr("%1 is kept, and does not run yet.").arg(schedule.title()),
                     done);
                load();
            });
    dialog->open();
}

void SchedulesDialog::remove()
{
    const int row = m_tree->indexOfTopLevelItem(m_tree->currentItem());
    if (row < 0 || row >= m_states.size())
        return;
    const Schedule schedule = m_states[row].schedule;
    m_ui.prompt.confirm(
        this, tr("Remove this schedule?"),
        tr("%1 (%2) then no longer runs by itself. Backups that were made stay.")
            .arg(schedule.title(), schedule.when()),
        tr("Remove"), [this, schedule](bool yes) {
            if (!yes)
                return;
            m_removeRequest.run(
                [&schedules = m_ui.app.schedules, name = schedule.name()](const CancelToken &token) {
                    return QtConcurrent::run(
                        [&schedules, name, token] { return scheduleunit::remove(schedules, name, token); });
                },
                [this, schedule](const Result<scheduleunit::Installed> &removed) {
                    if (removed)
                        tell(tr("%1 no longer runs by itself.").arg(schedule.title()), *removed);
                    else
                        m_note->setText(removed.error().text());
                    load();
                });
            updateButtons();
        });
}
