// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backup/scheduledialog.h"

#include "app/appcontext.h"
#include "app/core/shellcommand.h"
#include "ui/shared/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTimeEdit>
#include <QVBoxLayout>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;

ScheduleDialog::ScheduleDialog(const UiContext &ui, const QString &folder, QWidget *parent)
    : QDialog(parent)
    , m_ui(ui)
    , m_kind(new QComboBox(this))
    , m_profile(new QComboBox(this))
    , m_day(new QComboBox(this))
    , m_time(new QTimeEdit(QTime(2, 0), this))
    , m_folder(new QLineEdit(folder, this))
    , m_target(new QComboBox(this))
    , m_try(new QCheckBox(tr("Try &now whether it can log in without me"), this))
    , m_command(new QLabel(this))
    , m_add(new QPushButton(tr("&Add"), this))
    , m_request(this)
{
    setObjectName(u"scheduleDialog"_s);
    setWindowTitle(tr("Add a schedule"));
    m_kind->setObjectName(u"scheduleKind"_s);
    for (const QString &kind : ScheduleRequest::kinds()) {
        Schedule named;
        named.kind = kind;
        m_kind->addItem(named.title(), kind);
    }
    m_profile->setObjectName(u"scheduleProfile"_s);
    for (const Profile &profile : ui.app.profiles.all())
        m_profile->addItem(profile.name);
    m_profile->setCurrentIndex(m_profile->findText(ui.app.pool.profile().name));
    m_day->setObjectName(u"scheduleDay"_s);
    m_day->addItem(tr("Every day"));
    for (int day = 1; day <= 7; ++day)
        m_day->addItem(locale().standaloneDayName(day));
    m_time->setObjectName(u"scheduleTime"_s);
    m_time->setDisplayFormat(u"HH:mm"_s);
    m_folder->setObjectName(u"scheduleFolder"_s);
    m_target->setObjectName(u"scheduleTarget"_s);
    if (const Result<QList<UploadTarget>> targets = ui.app.uploadTargets.all(); targets)
        for (const UploadTarget &target : *targets)
            m_target->addItem(target.name);
    m_try->setObjectName(u"scheduleTry"_s);
    m_try->setChecked(true);
    m_command->setObjectName(u"scheduleCommand"_s);
    m_command->setWordWrap(true);
    m_command->setTextFormat(Qt::PlainText);
    m_command->setMinimumWidth(ui.theme.px(460));
    m_add->setObjectName(u"scheduleAdd"_s);
    m_add->setDefault(true);
    auto *cancel = new QPushButton(tr("Cancel"), this);
    cancel->setAutoDefault(false);

    auto *form = new QFormLayout;
    form->setSpacing(8);
    form->addRow(tr("&What"), m_kind);
    form->addRow(tr("&Connection"), m_profile);
    form->addRow(tr("&Day"), m_day);
    form->addRow(tr("&Time"), m_time);
    form->addRow(tr("&Folder of the backups"), m_folder);
    form->addRow(tr("&Upload to"), m_target);
    form->addRow(QString(), m_try);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(m_add);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 16, 24, 16);
    layout->setSpacing(12);
    layout->addLayout(form);
    layout->addWidget(m_command);
    layout->addStretch();
    layout->addLayout(buttons);

    for (QComboBox *box : {m_kind, m_profile, m_day, m_target})
        connect(box, &QComboBox::currentIndexChanged, this, &ScheduleDialog::update);
    connect(m_time, &QTimeEdit::timeChanged, this, &ScheduleDialog::update);
    connect(m_folder, &QLineEdit::textChanged, this, &ScheduleDialog::update);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_add, &QPushButton::clicked, this, &ScheduleDialog::add);
    update();
}

ScheduleRequest ScheduleDialog::asked() const
{
    ScheduleRequest request;
    request.kind = m_kind->currentData().toString();
    request.profile = m_profile->currentText();
    request.at = m_time->time();
    request.weekday = m_day->currentIndex();
    if (m_folder->isEnabled())
        request.folder = m_folder->text().trimmed();
    if (m_target->isEnabled())
        request.target = m_target->currentText();
    return request;
}

/// A long text must not be squeezed in by the form.
void ScheduleDialog::say(const QString &text)
{
    m_command->setText(text);
    layout()->activate();
    resize(width(), std::max(height(), layout()->totalHeightForWidth(width())));
}

void ScheduleDialog::update()
{
    const QString kind = m_kind->currentData().toString();
    m_folder->setEnabled(kind != u"maintenance");
    m_target->setEnabled(kind == u"upload");
    QString problem;
    Result<Schedule> schedule = Error{};
    if (m_profile->currentIndex() < 0)
        problem = tr("Choose a connection. One that is not listed is to be saved as a profile first: a timer "
                     "finds it by its name.");
    else if (m_folder->isEnabled() && m_folder->text().trimmed().isEmpty())
        problem = tr("Name the folder of the backups.");
    else if (m_target->isEnabled() && m_target->count() == 0)
        problem = tr("No target is set up: More ▸ Upload targets… on the Backups page sets one up.");
    else if (schedule = asked().schedule(m_ui.app.profiles); !schedule)
        problem = schedule.error().message;
    m_add->setEnabled(problem.isEmpty() && !m_request.running());
    if (!problem.isEmpty()) {
        say(problem);
        return;
    }
    QString text = tr("This machine runs, %1 in its local time:\n%2")
                       .arg(schedule->when(), shellCommand(schedule->arguments));
    if (const Result<Schedule> former = m_ui.app.schedules.byName(schedule->name()); former)
        text += u"\n\n"_s + tr("It takes the place of this one, %1:\n%2")
                                .arg(former->when(), shellCommand(former->arguments));
    say(text);
}

void ScheduleDialog::add()
{
    const ScheduleRequest request = asked();
    Result<Schedule> schedule = request.schedule(m_ui.app.profiles);
    if (!schedule)
        return;
    if (const Result<Schedule> former = m_ui.app.schedules.byName(schedule->name()); former)
        schedule->cron = former->cron;
    m_request.run(
        [&app = m_ui.app, request, schedule = *schedule,
         tries = m_try->isChecked()](const CancelToken &token) {
            return QtConcurrent::run(
                [&app, request, schedule, tries, token]() -> Result<scheduleunit::Installed> {
                    if (tries)
                        if (const Result<void> reached =
                                request.tryUnattended(app.profiles, app.uploadTargets, token);
                            !reached)
                            return reached.error();
                    return scheduleunit::add(app.schedules, schedule, QCoreApplication::applicationFilePath(),
                                             token);
                });
        },
        [this, schedule = *schedule](const Result<scheduleunit::Installed> &done) {
            if (!done) {
                setFormEnabled(true);
                update();
                say(done.error().text());
                return;
            }
            emit added(schedule, *done);
            accept();
        });
    setFormEnabled(false);
    say(tr("Trying…"));
}

void ScheduleDialog::setFormEnabled(bool on)
{
    for (QWidget *widget :
         std::initializer_list<QWidget *>{m_kind, m_profile, m_day, m_time, m_folder, m_target, m_try, m_add})
        widget->setEnabled(on);
}
