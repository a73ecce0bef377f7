// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/connectsteps.h"

#include "app/core/format.h"
#include "ui/shared/theme.h"

#include <QHBoxLayout>
#include <QLabel>

using namespace Qt::StringLiterals;

namespace {
constexpr ConnectStep allSteps[] = {ConnectStep::Name,           ConnectStep::Tcp,      ConnectStep::Tls,
                                    ConnectStep::Authentication, ConnectStep::Database, ConnectStep::Schema};
}

ConnectSteps::ConnectSteps(Theme &theme, QWidget *parent)
    : QWidget(parent)
    , m_time(new QLabel(this))
{
    setObjectName(u"connectSteps"_s);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    for (const ConnectStep step : allSteps) {
        auto *mark = new QLabel(this);
        auto *name = new QLabel(connectStepName(step), this);
        layout->addWidget(mark);
        layout->addWidget(name);
        layout->addSpacing(8);
        m_marks.append(mark);
        m_names.append(name);
    }
    layout->addStretch();
    m_time->setObjectName(u"connectTime"_s);
    m_time->setProperty("secondary", true);
    layout->addWidget(m_time);
    m_tick.setInterval(250);
    connect(&m_tick, &QTimer::timeout, this, [this] { show(m_state); });
    connect(&theme, &Theme::changed, this, [this] { show(m_state); });
    hide();
}

void ConnectSteps::start()
{
    m_current = ConnectStep::Name;
    m_seen = {ConnectStep::Name};
    m_clock.start();
    m_tick.start();
    setVisible(true);
    show(State::Running);
}

void ConnectSteps::reached(ConnectStep step)
{
    m_current = step;
    m_seen.append(step);
    show(State::Running);
}

void ConnectSteps::succeeded()
{
    show(State::Succeeded);
}
void ConnectSteps::failed()
{
    show(State::Failed);
}
void ConnectSteps::cancelled()
{
    show(State::Cancelled);
}

void ConnectSteps::show(State state)
{
    m_state = state;
    if (state != State::Running)
        m_tick.stop();
    const auto now = static_cast<int>(m_current);
    for (int i = 0; i < m_marks.size(); ++i) {
        const bool passed = i < now || state == State::Succeeded;
        QString mark = u"○"_s;
        QString word = tr("not reached");
        QString tone;
        if (passed && m_seen.contains(allSteps[i])) {
            mark = u"✓"_s;
            word = tr("done");
            tone = u"good"_s;
        } else if (passed) {
            mark = u"–"_s;
            word = tr("not needed");
        } else if (i == now) {
            mark = state == State::Failed ? u"✗"_s : state == State::Cancelled ? u"–"_s : u"●"_s;
            word = state == State::Failed      ? tr("failed")
                   : state == State::Cancelled ? tr("cancelled")
                                               : tr("under way");
            tone = state == State::Failed ? u"bad"_s : QString();
        }
        m_marks[i]->setText(mark);
        setStyleProperty(m_marks[i], "tone", tone);
        setStyleProperty(m_names[i], "secondary", i > now || (passed && !m_seen.contains(allSteps[i])));
        setStyleProperty(m_names[i], "tone", i == now && state == State::Failed ? u"bad"_s : QString());
        m_names[i]->setAccessibleName(u"%1: %2"_s.arg(connectStepName(allSteps[i]), word));
        m_names[i]->setToolTip(word);
    }
    const qint64 elapsed = m_clock.isValid() ? m_clock.elapsed() : 0;
    if (state == State::Cancelled)
        m_time->setText(tr("Cancelled"));
    else if (elapsed < 1000)
        m_time->setText(tr("%1 ms").arg(elapsed));
    else
        m_time->setText(tr("%1 s").arg(format::decimal(static_cast<double>(elapsed) / 1000.0, 1)));
}
