// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/storebar.h"

#include "app/appcontext.h"
#include "ui/shared/elidedlabel.h"
#include "ui/shared/plaintip.h"
#include "ui/shared/theme.h"

#include <QHBoxLayout>
#include <QKeySequence>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace {

QPixmap chip(const Theme &theme, const QColor &colour, qreal ratio)
{
    const int size = theme.px(16);
    QPixmap pixmap(QSize(qRound(size * ratio), qRound(size * ratio)));
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawRoundedRect(QRectF(1, 1, size - 2, size - 2), theme.px(4), theme.px(4));
    return pixmap;
}

QLabel *badge(const QString &name, const char *kind, QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setObjectName(name);
    label->setProperty("badge", QString::fromLatin1(kind));
    label->hide();
    return label;
}

} // namespace

StoreBar::StoreBar(const UiContext &ui, QWidget *parent)
    : QWidget(parent)
    , m_ui(ui)
    , m_store(new QPushButton(this))
    , m_connection(new ElidedLabel(this))
    , m_readOnly(badge(u"readOnlyBadge"_s, "neutral", this))
    , m_standby(badge(u"standbyBadge"_s, "neutral", this))
    , m_bypass(badge(u"bypassBadge"_s, "warning", this))
    , m_production(badge(u"productionBadge"_s, "bad", this))
    , m_viewAs(new QToolButton(this))
    , m_palette(new QPushButton(this))
{
    setObjectName(u"storeBar"_s);
    m_store->setObjectName(u"storeButton"_s);
    m_store->setAccessibleName(tr("Choose a store"));
    m_connection->setObjectName(u"connectionLabel"_s);
    m_connection->setProperty("secondary", true);
    m_readOnly->setText(tr("Read only"));
    m_readOnly->setToolTip(
        tr("Every transaction of this profile is read-only. The choice of a store is not audited."));
    m_standby->setText(tr("Standby"));
    m_standby->setToolTip(
        tr("This server follows another one and takes no changes. The choice of a store is not audited."));
    m_bypass->setText(tr("Row security bypassed"));
    m_bypass->setToolTip(
        tr("This login owns the tables or may bypass row security. The program still asks for one "
           "store at a time, but the database would not stop it from reading others."));
    m_production->setText(tr("PRODUCTION"));
    m_viewAs->setObjectName(u"viewAsButton"_s);
    m_viewAs->setAccessibleName(tr("View as another role"));
    m_viewAs->setToolTip(tr("View as: see what a store manager or another role sees"));
    m_palette->setObjectName(u"paletteButton"_s);
    m_palette->setText(tr("Store or command   %1")
                           .arg(QKeySequence(Qt::CTRL | Qt::Key_K).toString(QKeySequence::NativeText)));
    m_palette->setAccessibleName(tr("Find a store or a command"));

    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 6, 12, 8);
    layout->setSpacing(8);
    layout->addWidget(m_store);
    auto *line = new QFrame(this);
    line->setProperty("hairlineVertical", true);
    layout->addWidget(line);
    layout->addSpacing(4);
    layout->addWidget(m_production);
    layout->addWidget(m_connection, 1);
    layout->addWidget(m_viewAs);
    layout->addWidget(m_readOnly);
    layout->addWidget(m_standby);
    layout->addWidget(m_bypass);
    layout->addWidget(m_palette);

    connect(m_store, &QPushButton::clicked, this, &StoreBar::storePickerRequested);
    connect(m_palette, &QPushButton::clicked, this, &StoreBar::paletteRequested);
    connect(m_viewAs, &QToolButton::clicked, this, &StoreBar::viewAsRequested);
    connect(&ui.theme, &Theme::changed, this, &StoreBar::update);
    connect(&ui.app.stores, &StoreService::currentChanged, this, &StoreBar::update);
    connect(&ui.app.pool, &ConnectionPool::stateChanged, this, &StoreBar::update);
    update();
}

void StoreBar::setChoosing(bool choosing)
{
    m_choosing = choosing;
    update();
}

void StoreBar::update()
{
    const ConnectionPool::State state = m_ui.app.pool.state();
    const bool connected = state == ConnectionPool::State::Open ||
                           state == ConnectionPool::State::Reconnecting ||
                           state == ConnectionPool::State::Stopped;
    const StoreSummary &store = m_ui.app.stores.current();
    const bool chosen = m_ui.app.stores.hasCurrent();

    QString text = tr("No store chosen");
    if (m_choosing)
        text = tr("Asking for the store…");
    else if (chosen)
        text = store.location.isEmpty() ? store.name : u"%1 · %2"_s.arg(store.location, store.name);
    // Room for the connection on a narrow window; an ampersand in a name is no access key.
    text = m_store->fontMetrics().elidedText(text, Qt::ElideRight, m_ui.theme.px(320)).replace(u'&', u"&&"_s);
    m_store->setText(text + u"  ▾"_s);
    m_store->setToolTip(chosen
                            ? plainTip(tr("%1, %2\nStore %3").arg(store.name, store.location, store.storeId))
                            : tr("Choose the store that the pages under Store show"));
    m_store->setAccessibleDescription(chosen ? tr("Chosen: %1").arg(store.name) : tr("No store is chosen"));
    m_store->setEnabled(connected && !m_choosing && state != ConnectionPool::State::Stopped);
    m_viewAs->setEnabled(state == ConnectionPool::State::Open);
    m_viewAs->setIcon(m_ui.theme.icon(u"view-visible"_s));
    m_viewAs->setIconSize({m_ui.theme.px(16), m_ui.theme.px(16)});
    const QColor colour = chosen ? m_ui.theme.storeColour(store.storeId) : m_ui.theme.tokens().control;
    QIcon icon;
    for (const qreal ratio : {1.0, 2.0})
        icon.addPixmap(chip(m_ui.theme, colour, ratio));
    m_store->setIcon(icon);
    m_store->setIconSize({m_ui.theme.px(16), m_ui.theme.px(16)});

    const Profile profile = m_ui.app.pool.profile();
    const Capabilities can = m_ui.app.pool.capabilities();
    if (connected) {
        const QString role =
            can.role.isEmpty() || can.role == can.login ? can.login : u"%1 / %2"_s.arg(can.login, can.role);
        QString where =
            tr("%1 on %2 · %3")
                .arg(can.database, profile.name.isEmpty() ? profile.target() : profile.name, role);
        if (state == ConnectionPool::State::Reconnecting)
            where += u" · "_s + tr("reconnecting…");
        else if (state == ConnectionPool::State::Stopped)
            where += u" · "_s + tr("stopped");
        m_connection->setText(where);
        m_connection->setAccessibleName(tr("Connection: %1").arg(where));
    } else {
        m_connection->setText(state == ConnectionPool::State::Connecting ? tr("Connecting…")
                                                                         : tr("Not connected"));
    }
    m_readOnly->setVisible(connected && profile.readOnly);
    m_standby->setVisible(connected && can.standby);
    m_bypass->setVisible(connected && can.bypassRls);
    m_production->setVisible(connected && profile.environment == Environment::Production);
    QWidget::update();
}

void StoreBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const Tokens &t = m_ui.theme.tokens();
    painter.fillRect(rect(), t.surface);
    const int line = m_ui.theme.px(2);
    painter.fillRect(QRect(0, height() - 1, width(), 1), t.border);
    if (m_ui.app.stores.hasCurrent())
        painter.fillRect(QRect(0, height() - line, width(), line),
                         m_ui.theme.storeColour(m_ui.app.stores.current().storeId));
}
