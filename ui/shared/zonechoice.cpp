// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/zonechoice.h"

#include "app/core/settings.h"

#include <QActionGroup>
#include <QInputDialog>
#include <QMenu>

using namespace Qt::StringLiterals;

namespace {

const Setting<QString> zoneKind{"browse/zone", QStringLiteral("local")}; // local, utc, store

QString storeKey(const QString &store)
{
    return u"zone-"_s + store;
}

} // namespace

ZoneChoice::ZoneChoice(Settings &settings, QWidget *parent)
    : QToolButton(parent)
    , m_settings(settings)
{
    setObjectName(u"zoneChoice"_s);
    setAccessibleName(tr("Time zone of the times shown"));
    setPopupMode(InstantPopup);
    auto *menu = new QMenu(this);
    setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, &ZoneChoice::fill);
    setText(QString::fromUtf8(zone().id()));
}

void ZoneChoice::setStore(const QString &storeId)
{
    m_store = storeId;
    setText(QString::fromUtf8(zone().id()));
}

QTimeZone ZoneChoice::storeZone() const
{
    return QTimeZone(m_settings.state(storeKey(m_store)));
}

QTimeZone ZoneChoice::zone() const
{
    const QString kind = m_settings.get(zoneKind);
    if (kind == u"utc")
        return QTimeZone::utc();
    if (const QTimeZone stores = storeZone(); kind == u"store" && stores.isValid())
        return stores;
    return QTimeZone::systemTimeZone();
}

void ZoneChoice::fill()
{
    menu()->clear();
    const QString kind = m_settings.get(zoneKind);
    auto *group = new QActionGroup(menu());
    const auto add = [&](const QString &name, const QString &text) {
        QAction *action = menu()->addAction(text);
        action->setObjectName(u"zone-"_s + name);
        action->setCheckable(true);
        action->setChecked(kind == name);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, name] { choose(name); });
    };
    add(u"local"_s, tr("This computer's time (%1)").arg(QString::fromUtf8(QTimeZone::systemTimeZoneId())));
    add(u"utc"_s, tr("UTC"));
    const QTimeZone stores = storeZone();
    if (stores.isValid())
        add(u"store"_s, tr("The store's time (%1)").arg(QString::fromUtf8(stores.id())));
    menu()->addSeparator();
    QAction *ask = menu()->addAction(stores.isValid() ? tr("Change the store's time zone…")
                                                      : tr("Set the store's time zone…"));
    ask->setEnabled(!m_store.isEmpty());
    connect(ask, &QAction::triggered, this, &ZoneChoice::askStoreZone);
}

void ZoneChoice::choose(const QString &kind)
{
    m_settings.set(zoneKind, kind);
    setText(QString::fromUtf8(zone().id()));
    emit changed();
}

void ZoneChoice::askStoreZone()
{
    QStringList zones;
    for (const QByteArray &id : QTimeZone::availableTimeZoneIds())
        zones.append(QString::fromUtf8(id));
    auto *dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("The store's time zone"));
    dialog->setLabelText(tr("Times are shown as the clocks of the store showed them. Zone:"));
    dialog->setComboBoxItems(zones);
    dialog->setComboBoxEditable(true);
    const QTimeZone known = storeZone();
    dialog->setTextValue(QString::fromUtf8(known.isValid() ? known.id() : QTimeZone::systemTimeZoneId()));
    connect(dialog, &QInputDialog::textValueSelected, this, [this](const QString &name) {
        if (!QTimeZone(name.toUtf8()).isValid())
            return;
        m_settings.setState(storeKey(m_store), name.toUtf8());
        choose(u"store"_s);
    });
    dialog->open();
}
