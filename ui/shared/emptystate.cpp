// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/emptystate.h"

#include "ui/shared/theme.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

EmptyState::EmptyState(Theme &theme, QWidget *parent)
    : QWidget(parent)
    , m_theme(theme)
    , m_icon(new QLabel(this))
    , m_title(new QLabel(this))
    , m_reason(new QLabel(this))
    , m_action(new QPushButton(this))
{
    m_title->setObjectName(u"emptyTitle"_s);
    m_reason->setObjectName(u"emptyReason"_s);
    m_reason->setWordWrap(true);
    m_reason->setAlignment(Qt::AlignHCenter);
    m_reason->setProperty("secondary", true);
    m_reason->setTextFormat(Qt::PlainText);
    m_title->setTextFormat(Qt::PlainText);
    m_action->setObjectName(u"emptyAction"_s);
    m_action->setProperty("primary", true);
    m_action->hide();

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 24, 24, 24);
    layout->setSpacing(8);
    layout->addStretch(2);
    layout->addWidget(m_icon, 0, Qt::AlignHCenter);
    layout->addSpacing(4);
    layout->addWidget(m_title, 0, Qt::AlignHCenter);
    auto *row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(m_reason, 6);
    row->addStretch(1);
    layout->addLayout(row);
    layout->addSpacing(8);
    layout->addWidget(m_action, 0, Qt::AlignHCenter);
    layout->addStretch(3);

    connect(m_action, &QPushButton::clicked, this, &EmptyState::actionRequested);
    connect(&theme, &Theme::changed, this, &EmptyState::applyTheme);
}

void EmptyState::show(const QString &icon, const QString &title, const QString &reason, const QString &action)
{
    m_iconName = icon;
    m_title->setText(title);
    m_reason->setText(reason);
    m_action->setText(action);
    m_action->setAccessibleDescription(reason);
    m_action->setVisible(!action.isEmpty());
    applyTheme();
}

void EmptyState::applyTheme()
{
    m_title->setFont(m_theme.font(1.15, QFont::DemiBold));
    m_reason->setMaximumWidth(m_theme.px(520));
    m_icon->setPixmap(
        m_theme.pixmap(m_iconName, m_theme.px(32), m_theme.tokens().control, devicePixelRatioF()));
}
