// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/figuretile.h"

#include "ui/shared/elidedlabel.h"
#include "ui/shared/theme.h"

#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

FigureTile::FigureTile(Theme &theme, const QString &name, const QString &caption, QWidget *parent)
    : QFrame(parent)
    , m_theme(theme)
    , m_caption(new ElidedLabel(this))
    , m_figure(new ElidedLabel(this))
    , m_note(new QLabel(this))
    , m_action(new QPushButton(this))
{
    setObjectName(name);
    setProperty("tile", true);
    m_caption->setText(caption);
    m_caption->setProperty("secondary", true);
    m_figure->setObjectName(u"figure"_s);
    m_note->setProperty("secondary", true);
    m_note->setWordWrap(true);
    m_note->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    for (QLabel *label : {m_caption, m_figure, m_note})
        label->setTextFormat(Qt::PlainText);
    m_action->setObjectName(name + u"Action"_s);
    m_action->setFlat(true);
    m_action->hide();

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 8);
    layout->setSpacing(2);
    layout->addWidget(m_caption);
    layout->addWidget(m_figure);
    layout->addWidget(m_note, 1);
    layout->addWidget(m_action, 0, Qt::AlignLeft);

    connect(m_action, &QPushButton::clicked, this, &FigureTile::actionRequested);
    connect(&theme, &Theme::changed, this, &FigureTile::applyTheme);
    setFigure(u"–"_s, {});
}

void FigureTile::setFigure(const QString &figure, const QString &note, cell::Tone tone)
{
    m_figure->setText(figure);
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
    m_tone = tone;
    setAccessibleName(u"%1: %2. %3"_s.arg(m_caption->text(), figure, note));
    applyTheme();
}

void FigureTile::setAction(const QString &text)
{
    m_action->setText(text);
    m_action->setAccessibleName(u"%1: %2"_s.arg(m_caption->text(), text));
    m_action->setVisible(!text.isEmpty());
}

QString FigureTile::caption() const
{
    return m_caption->text();
}

QString FigureTile::figure() const
{
    return m_figure->text();
}

void FigureTile::applyTheme()
{
    m_caption->setFont(m_theme.font(0.9));
    m_note->setFont(m_theme.font(0.85));
    m_figure->setFont(m_theme.font(1.5, QFont::DemiBold));
    QPalette palette = m_figure->palette();
    palette.setColor(QPalette::WindowText, m_theme.colour(m_tone));
    m_figure->setPalette(palette);
}
