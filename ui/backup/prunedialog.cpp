// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backup/prunedialog.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "app/core/shellcommand.h"
#include "ui/shared/theme.h"

#include <QFormLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;

PruneDialog::PruneDialog(const UiContext &ui, const QString &folder, QWidget *parent)
    : QDialog(parent)
    , m_ui(ui)
    , m_folder(folder)
    , m_days(new QSpinBox(this))
    , m_last(new QSpinBox(this))
    , m_daily(new QSpinBox(this))
    , m_weekly(new QSpinBox(this))
    , m_monthly(new QSpinBox(this))
    , m_text(new QPlainTextEdit(this))
    , m_sum(new QLabel(this))
    , m_start(new QPushButton(this))
    , m_request(this)
{
    setObjectName(u"pruneDialog"_s);
    setWindowTitle(tr("Remove old backups"));
    auto *form = new QFormLayout;
    form->setSpacing(8);
    for (const auto &[box, name, label, value] :
         {std::tuple{m_days, u"keepDays"_s, tr("Keep all of the last &days"), 30},
          std::tuple{m_last, u"keepLast"_s, tr("Keep the &last good ones"), 3},
          std::tuple{m_daily, u"keepDaily"_s, tr("Keep one a da&y, days"), 0},
          std::tuple{m_weekly, u"keepWeekly"_s, tr("Keep one a &week, weeks"), 0},
          std::tuple{m_monthly, u"keepMonthly"_s, tr("Keep one a &month, months"), 0}}) {
        box->setObjectName(name);
        box->setRange(0, 10'000);
        box->setValue(value);
        form->addRow(label, box);
        connect(box, &QSpinBox::valueChanged, this, &PruneDialog::makePlan);
    }
    m_text->setObjectName(u"prunePlan"_s);
    m_text->setAccessibleName(tr("The plan"));
    m_text->setReadOnly(true);
    m_text->setTabChangesFocus(true);
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setMinimumSize(ui.theme.px(620), ui.theme.px(200));
    m_text->setFont(ui.theme.fixedFont());
    m_sum->setWordWrap(true);
    m_start->setObjectName(u"startPrune"_s);
    m_start->setAutoDefault(false);
    auto *cancel = new QPushButton(tr("Cancel"), this);
    cancel->setObjectName(u"pruneCancel"_s);
    cancel->setDefault(true);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(m_start);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 16, 24, 16);
    layout->setSpacing(12);
    layout->addLayout(form);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_sum);
    layout->addLayout(buttons);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_start, &QPushButton::clicked, this, &PruneDialog::start);
    makePlan();
}

void PruneDialog::makePlan()
{
    m_start->setEnabled(false);
    m_start->setText(tr("Remove"));
    const backup::KeepRules rules{m_last->value(), m_daily->value(), m_weekly->value(), m_monthly->value(),
                                  m_days->value()};
    m_request.run(
        [folder = m_folder, rules](const CancelToken &) {
            return QtConcurrent::run(
                [folder, rules] { return Result<backup::PrunePlan>(backup::planPrune(folder, rules)); });
        },
        [this](const Result<backup::PrunePlan> &plan) {
            if (!plan)
                return;
            m_plan = *plan;
            m_text->setPlainText(m_plan.items.isEmpty() ? tr("There is no backup in %1.").arg(m_folder)
                                                        : m_plan.text());
            m_sum->setText(
                tr("Never removed: the newest good backup of each database, what is newer, and everything of "
                   "a database without a good one. Before anything goes the newest good one is read again."));
            m_start->setText((m_plan.removed() == 1 ? tr("&Remove 1 backup (%1)")
                                                    : tr("&Remove %1 backups (%2)").arg(m_plan.removed()))
                                 .arg(format::bytes(m_plan.removedBytes())));
            m_start->setEnabled(m_plan.removed() > 0);
        });
}

void PruneDialog::start()
{
    const auto number = [](const QSpinBox *box) { return QString::number(box->value()); };
    m_ui.app.jobs.start(
        {u"prune"_s, tr("Remove old backups"), m_folder,
         shellCommand({u"backup"_s, u"prune"_s, u"--dir"_s, m_folder, u"--days"_s, number(m_days),
                       u"--keep-last"_s, number(m_last), u"--keep-daily"_s, number(m_daily),
                       u"--keep-weekly"_s, number(m_weekly), u"--keep-monthly"_s, number(m_monthly)})},
        [plan = m_plan](JobContext &job) { return backup::prune(plan, job); });
    accept();
}
