// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/advicepanel.h"

#include "ui/shared/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>

using namespace Qt::StringLiterals;

AdvicePanel::AdvicePanel(Theme &theme, QWidget *parent)
    : QWidget(parent)
    , m_theme(theme)
    , m_heading(new QLabel(this))
    , m_text(new QLabel(this))
    , m_sql(new QPlainTextEdit(this))
    , m_note(new QLabel(this))
    , m_copy(new QPushButton(tr("Copy SQL"), this))
    , m_actions(new QHBoxLayout)
{
    setProperty("surface", true);
    setAttribute(Qt::WA_StyledBackground);
    for (QLabel *label : {m_heading, m_text, m_note}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    m_note->setProperty("secondary", true);
    m_sql->setObjectName(u"adviceSql"_s);
    m_sql->setAccessibleName(tr("Statement"));
    m_sql->setReadOnly(true);
    m_sql->setTabChangesFocus(true);
    m_copy->setObjectName(u"copySql"_s);
    m_copy->setAccessibleDescription(tr("Copies the statement"));
    connect(m_copy, &QPushButton::clicked, this,
            [this] { qApp->clipboard()->setText(m_sql->toPlainText()); });

    m_actions->setContentsMargins(16, 4, 16, 8);
    m_actions->setSpacing(8);
    m_actions->addWidget(m_copy);
    m_actions->addStretch();

    auto *inside = new QWidget(this);
    auto *texts = new QVBoxLayout(inside);
    texts->setContentsMargins(16, 12, 16, 4);
    texts->setSpacing(8);
    texts->addWidget(m_heading);
    texts->addWidget(m_text);
    texts->addWidget(m_sql);
    texts->addWidget(m_note);
    texts->addStretch();
    // A long reason scrolls: the table above keeps its height.
    auto *area = new QScrollArea(this);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setWidget(inside);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(area, 1);
    layout->addLayout(m_actions);    // not scrolled away
    setMinimumHeight(theme.px(190)); // heading, reason, statement and the buttons below them

    connect(&theme, &Theme::changed, this, &AdvicePanel::applyTheme);
    applyTheme();
    clear({});
}

void AdvicePanel::applyTheme()
{
    m_heading->setFont(m_theme.font(1, QFont::DemiBold));
    m_sql->setFont(m_theme.fixedFont());
}

void AdvicePanel::show(const QString &heading, const QString &text, const QString &sql, const QString &note)
{
    m_heading->setText(heading);
    m_heading->setVisible(!heading.isEmpty());
    m_text->setText(text);
    m_text->setVisible(!text.isEmpty());
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
    if (sql != m_sql->toPlainText())
        m_sql->setPlainText(sql);
    m_sql->setVisible(!sql.isEmpty());
    m_copy->setVisible(!sql.isEmpty());
    const int lines = std::min(6, int(sql.count(u'\n')) + 1 + int(sql.size()) / 100);
    m_sql->setFixedHeight(m_sql->fontMetrics().lineSpacing() * lines + m_theme.px(24));
}

void AdvicePanel::addAction(QPushButton *button)
{
    m_actions->insertWidget(m_actions->count() - 1, button);
}
