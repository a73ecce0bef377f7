// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/notifier.h"

#include "ui/shared/theme.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

using namespace Qt::StringLiterals;

Notifier::Notifier(Theme &theme, QWidget *parent)
    : QFrame(parent)
    , m_theme(theme)
    , m_icon(new QLabel(this))
    , m_text(new QLabel(this))
    , m_action(new QPushButton(this))
    , m_close(new QToolButton(this))
{
    setObjectName(u"notifier"_s);
    m_text->setObjectName(u"notifierText"_s);
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_action->setObjectName(u"notifierAction"_s);
    m_action->setProperty("flat", true);
    m_close->setObjectName(u"notifierClose"_s);
    m_close->setAccessibleName(tr("Dismiss the message"));
    m_close->setToolTip(m_close->accessibleName());

    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(16, 4, 8, 4);
    layout->setSpacing(8);
    layout->addWidget(m_icon);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_action);
    layout->addWidget(m_close);

    connect(m_close, &QToolButton::clicked, this, &Notifier::dismiss);
    connect(m_action, &QPushButton::clicked, this, [this] {
        const auto action = m_onAction;
        dismiss();
        if (action)
            action();
    });
    connect(&theme, &Theme::changed, this, &Notifier::applyTheme);
    applyTheme();
    hide();
}

void Notifier::say(Kind kind, const QString &text, const QString &action, std::function<void()> onAction)
{
    m_kind = kind;
    m_onAction = std::move(onAction);
    m_text->setText(text);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
    applyTheme();
    show();
    QAccessibleEvent event(m_text, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

void Notifier::amend(const QString &text, const QString &action, std::function<void()> onAction)
{
    m_onAction = std::move(onAction);
    m_text->setText(text);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
}

void Notifier::dismiss()
{
    m_onAction = {};
    hide();
}

QString Notifier::text() const
{
    return isHidden() ? QString() : m_text->text();
}

void Notifier::applyTheme()
{
    static const char *const names[] = {"information", "good", "warning", "bad"};
    static const char *const icons[] = {"state-information", "dialog-ok-apply", "state-warning",
                                        "state-error"};
    const auto index = static_cast<int>(m_kind);
    const Tokens &t = m_theme.tokens();
    const QColor colours[] = {t.accent, t.good, t.warning, t.bad};
    setStyleProperty(this, "banner", QString::fromLatin1(names[index]));
    m_icon->setPixmap(m_theme.pixmap(QString::fromLatin1(icons[index]), m_theme.px(16), colours[index],
                                     devicePixelRatioF()));
    m_close->setIcon(m_theme.icon(u"close"_s));
    m_close->setIconSize({m_theme.px(16), m_theme.px(16)});
}
