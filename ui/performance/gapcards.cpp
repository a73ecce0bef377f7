// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/gapcards.h"

#include "ui/shared/theme.h"

#include <QClipboard>
#include <QFrame>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

GapCards::GapCards(Theme &theme, QWidget *parent)
    : QWidget(parent)
    , m_theme(theme)
    , m_layout(new QVBoxLayout(this))
{
    m_layout->setContentsMargins(16, 0, 16, 8);
    m_layout->setSpacing(8);
    hide();
}

void GapCards::show(const QList<StatementGap> &gaps)
{
    QStringList titles;
    for (const StatementGap &gap : gaps)
        titles.append(gap.title + gap.sql);
    if (titles == m_shown)
        return;
    m_shown = titles;
    while (QLayoutItem *item = m_layout->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
    for (const StatementGap &gap : gaps)
        m_layout->addWidget(card(gap));
    setVisible(!gaps.isEmpty());
}

QWidget *GapCards::card(const StatementGap &gap)
{
    auto *frame = new QFrame(this);
    frame->setObjectName(u"gapCard"_s);
    frame->setProperty("banner", u"warning"_s);
    auto *grid = new QGridLayout(frame);
    grid->setContentsMargins(12, 8, 12, 8);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(4);
    const auto label = [&](const QString &text) {
        auto *made = new QLabel(text, frame);
        made->setWordWrap(true);
        made->setTextFormat(Qt::PlainText);
        made->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        return made;
    };
    auto *title = label(gap.title);
    title->setFont(m_theme.font(1.0, QFont::DemiBold));
    grid->addWidget(title, 0, 0, 1, 2);
    grid->addWidget(label(gap.reason), 1, 0, 1, 2);
    auto *sql = label(gap.sql);
    sql->setObjectName(u"gapSql"_s);
    sql->setFont(m_theme.fixedFont());
    grid->addWidget(sql, 2, 0);
    auto *copy = new QToolButton(frame);
    copy->setObjectName(u"gapCopy"_s);
    copy->setText(tr("Copy"));
    copy->setToolTip(tr("Copy the statement"));
    copy->setAccessibleName(tr("Copy the statement that mends: %1").arg(gap.title));
    connect(copy, &QToolButton::clicked, this,
            [text = gap.sql] { QGuiApplication::clipboard()->setText(text); });
    grid->addWidget(copy, 2, 1, Qt::AlignTop | Qt::AlignRight);
    auto *who = label(gap.who);
    who->setProperty("secondary", true);
    grid->addWidget(who, 3, 0, 1, 2);
    grid->setColumnStretch(0, 1);
    return frame;
}
