// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/errorpanel.h"

#include "ui/shared/theme.h"

#include <QClipboard>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace {

QString detailsText(const Error &error)
{
    QStringList lines;
    if (!error.sqlstate.isEmpty())
        lines.append(u"SQLSTATE "_s + error.sqlstate);
    if (!error.where.isEmpty())
        lines.append(error.where);
    if (!error.detail.isEmpty())
        lines.append(error.detail);
    return lines.join(u'\n');
}

} // namespace

ErrorPanel::ErrorPanel(Theme &theme, QWidget *parent)
    : QWidget(parent)
    , m_theme(theme)
    , m_icon(new QLabel(this))
    , m_message(new QLabel(this))
    , m_hint(new QLabel(this))
    , m_action(new QPushButton(this))
    , m_fold(new QToolButton(this))
    , m_copy(new QToolButton(this))
    , m_details(new QLabel(this))
    , m_spaceAbove(new QWidget(this))
    , m_spaceBelow(new QWidget(this))
{
    setObjectName(u"errorPanel"_s);
    m_message->setObjectName(u"errorMessage"_s);
    m_hint->setObjectName(u"errorHint"_s);
    m_details->setObjectName(u"errorDetails"_s);
    m_action->setObjectName(u"errorAction"_s);
    m_fold->setObjectName(u"errorFold"_s);
    m_copy->setObjectName(u"errorCopy"_s);
    for (QLabel *label : {m_message, m_hint, m_details}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    m_hint->setProperty("secondary", true);
    m_details->setProperty("secondary", true);
    m_fold->setText(tr("Show &details"));
    m_fold->setCheckable(true);
    m_copy->setText(tr("Cop&y details"));
    m_copy->setAccessibleDescription(tr("Copies the whole error text"));

    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(4);
    buttons->addWidget(m_action);
    buttons->addWidget(m_fold);
    buttons->addWidget(m_copy);
    buttons->addStretch();

    auto *grid = new QGridLayout(this);
    grid->setContentsMargins(16, 12, 16, 12);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(8);
    grid->addWidget(m_spaceAbove, 0, 0);
    grid->addWidget(m_icon, 1, 1, Qt::AlignTop);
    grid->addWidget(m_message, 1, 2);
    grid->addWidget(m_hint, 2, 2);
    grid->addLayout(buttons, 3, 2);
    grid->addWidget(m_details, 4, 2);
    grid->addWidget(m_spaceBelow, 5, 0);
    grid->setColumnStretch(2, 6);
    setCentred(true);
    m_action->hide();
    m_details->hide();

    connect(m_action, &QPushButton::clicked, this, &ErrorPanel::actionRequested);
    connect(m_fold, &QToolButton::toggled, this, [this](bool open) {
        m_details->setVisible(open);
        m_fold->setText(open ? tr("Hide &details") : tr("Show &details"));
        emit folded();
    });
    connect(m_copy, &QToolButton::clicked, this, [this] {
        QStringList parts{m_message->text()};
        for (const QLabel *label : {m_hint, m_details})
            if (!label->text().isEmpty())
                parts.append(label->text());
        QGuiApplication::clipboard()->setText(parts.join(u'\n'));
    });
    connect(&theme, &Theme::changed, this, &ErrorPanel::applyTheme);
    applyTheme();
}

void ErrorPanel::setCentred(bool centred)
{
    auto *grid = qobject_cast<QGridLayout *>(layout());
    grid->setColumnStretch(0, centred ? 1 : 0);
    grid->setColumnStretch(3, centred ? 1 : 0);
    grid->setRowStretch(0, centred ? 2 : 0);
    grid->setRowStretch(5, centred ? 3 : 0);
    m_spaceAbove->setVisible(centred);
    m_spaceBelow->setVisible(centred);
}

void ErrorPanel::show(const Error &error, const QString &action)
{
    m_message->setText(error.message);
    m_hint->setText(error.hint);
    m_hint->setVisible(!error.hint.isEmpty());
    const QString details = detailsText(error);
    m_details->setText(details);
    m_fold->setChecked(false);
    m_details->hide();
    m_fold->setVisible(!details.isEmpty());
    m_copy->setVisible(!details.isEmpty());
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
}

void ErrorPanel::applyTheme()
{
    m_message->setFont(m_theme.font(1.0, QFont::DemiBold));
    m_details->setFont(m_theme.fixedFont());
    m_icon->setPixmap(
        m_theme.pixmap(u"state-error"_s, m_theme.px(22), m_theme.tokens().bad, devicePixelRatioF()));
}
