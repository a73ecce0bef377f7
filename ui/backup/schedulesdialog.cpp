// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backup/schedulesdialog.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/backup/scheduledialog.h"
#include "ui/shared/theme.h"
#include "ui/shell/prompt.h"

#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;

SchedulesDialog::SchedulesDialog(const UiContext &ui, const QString &folder, QWidget *parent)
    : QDialog(parent)
    , m_ui(ui)
    , m_folder(folder)
    , m_tree(new QTreeWidget(this))
    , m_note(new QLabel(this))
    , m_add(new QPushButton(tr("&Add…"), this))
    , m_remove(new QPushButton(tr("&Remove…"), this))
    , m_request(this)
    , m_removeRequest(this)
{
    setObjectName(u"schedulesDialog"_s);
    setWindowTitle(tr("Schedules"));
    m_tree->setObjectName(u"schedulesTree"_s);
    m_tree->setAccessibleName(tr("Schedules"));
    m_tree->setRootIsDecorated(false);
    m_tree->setHeaderLabels(
        {tr("What"), tr("Connection"), tr("When"), tr("Next"), tr("Last"), tr("How it went")});
    m_tree->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_tree->setMinimumSize(ui.theme.px(720), ui.theme.px(200));
    m_note->setObjectName(u"schedulesNote"_s);
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_add->setObjectName(u"addSchedule"_s);
    m_remove->setObjectName(u"removeSchedule"_s);
    m_add->setAutoDefault(false);
    m_remove->setAutoDefault(false);
    auto *close = new QPushButton(tr("Close"), this);
    close->setObjectName(u"schedulesClose"_s);
    close->setDefault(true);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(m_add);
    buttons->addWidget(m_remove);
    buttons->addStretch();
    buttons->addWidget(close);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 16, 24, 16);
    layout->setSpacing(12);
    layout->addWidget(m_tree, 1);
    layout->addWidget(m_note);
    layout->addLayout(buttons);
    connect(m_tree, &QTreeWidget::currentItemChanged, this, &SchedulesDialog::updateButtons);
    connect(m_add, &QPushButton::clicked, this, &SchedulesDialog::add);
    connect(m_remove, &QPushButton::clicked, this, &SchedulesDialog::remove);
    connect(close, &QPushButton::clicked, this, &QDialog::accept);
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
