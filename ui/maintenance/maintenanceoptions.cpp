// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/maintenance/maintenanceoptions.h"

#include "ui/shared/flowlayout.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QTimeEdit>

using namespace Qt::StringLiterals;

MaintenanceOptions::MaintenanceOptions(QWidget *parent)
    : QWidget(parent)
    , m_parallel(new QSpinBox(this))
    , m_lockSeconds(new QSpinBox(this))
    , m_workMem(new QLineEdit(this))
    , m_until(new QCheckBox(tr("Stop &at"), this))
    , m_end(new QTimeEdit(QTime(5, 0), this))
    , m_keepGoing(new QCheckBox(tr("&Go on after an error"), this))
{
    auto *layout = new FlowLayout(this);
    const auto field = [&](const QString &name, const QString &text, QWidget *control, const QString &tip) {
        auto *pair = new QWidget(this);
        auto *row = new QHBoxLayout(pair);
        row->setContentsMargins(0, 0, 8, 0);
        row->setSpacing(8);
        auto *label = new QLabel(text, pair);
        label->setBuddy(control);
        control->setObjectName(name);
        control->setAccessibleName(QString(text).remove(u'&'));
        control->setToolTip(tip);
        label->setToolTip(tip);
        row->addWidget(label);
        row->addWidget(control);
        layout->addWidget(pair);
    };
    m_parallel->setRange(1, 8);
    m_lockSeconds->setRange(1, 3600);
    m_lockSeconds->setValue(5);
    m_lockSeconds->setSuffix(tr(" s"));
    m_workMem->setMaximumWidth(110);
    m_end->setEnabled(false);
    field(u"maintenanceParallel"_s, tr("At &once"), m_parallel,
          tr("Statements that run at the same time, each on another table"));
    field(u"maintenanceLock"_s, tr("Wait for a &lock"), m_lockSeconds,
          tr("How long one attempt waits; five more follow"));
    field(u"maintenanceMemory"_s, tr("&Memory"), m_workMem,
          tr("maintenance_work_mem of this run, such as 256MB; empty: the server's setting"));
    auto *end = new QWidget(this);
    auto *endRow = new QHBoxLayout(end);
    endRow->setContentsMargins(0, 0, 8, 0);
    endRow->setSpacing(8);
    endRow->addWidget(m_until);
    endRow->addWidget(m_end);
    layout->addWidget(end);
    layout->addWidget(m_keepGoing);
    m_until->setObjectName(u"maintenanceUntil"_s);
    m_until->setToolTip(tr("Nothing is begun after that time, and what runs then is stopped"));
    m_end->setObjectName(u"maintenanceEnd"_s);
    m_end->setAccessibleName(tr("Latest end"));
    m_end->setDisplayFormat(u"HH:mm"_s);
    m_keepGoing->setObjectName(u"maintenanceKeepGoing"_s);
    m_keepGoing->setToolTip(tr("Otherwise nothing more is begun once a task has failed"));
    connect(m_until, &QCheckBox::toggled, m_end, &QWidget::setEnabled);
}

maintenance::Options MaintenanceOptions::options() const
{
    maintenance::Options options;
    options.parallel = m_parallel->value();
    options.lockTimeoutMs = m_lockSeconds->value() * 1'000;
    options.workMem = m_workMem->text().trimmed();
    options.keepGoing = m_keepGoing->isChecked();
    if (m_until->isChecked()) {
        const QDateTime now = QDateTime::currentDateTime();
        const QDateTime today(now.date(), m_end->time());
        options.latestEnd = (today > now ? today : today.addDays(1)).toUTC();
    }
    return options;
}

void MaintenanceOptions::setServerWorkMem(const QString &size)
{
    m_workMem->setPlaceholderText(tr("server: %1").arg(size));
}
