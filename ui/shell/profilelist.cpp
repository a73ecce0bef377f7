// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/profilelist.h"

#include "ui/shared/fuzzy.h"
#include "ui/shared/theme.h"

#include <QApplication>
#include <QKeyEvent>
#include <QPainter>
#include <QStandardItemModel>
#include <QStyledItemDelegate>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

enum Role { TargetRole = Qt::UserRole + 1, WhereRole, BadgeRole, ColourRole };

class ProfileDelegate final : public QStyledItemDelegate
{
public:
    ProfileDelegate(const Theme &theme, QObject *parent)
        : QStyledItemDelegate(parent)
        , m_theme(theme)
    {
    }

    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const override
    {
        const QFontMetrics name(m_theme.font(1.0, QFont::DemiBold));
        const QFontMetrics where(m_theme.font(0.9));
        return {m_theme.px(200), name.height() + where.height() + m_theme.px(12)};
    }

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const Tokens &t = m_theme.tokens();
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const QRect row = option.rect.adjusted(0, 1, 0, -1);
        painter->setPen(Qt::NoPen);
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        if (selected || option.state.testFlag(QStyle::State_MouseOver)) {
            painter->setBrush(selected ? t.selection : t.hover);
            painter->drawRoundedRect(row, m_theme.px(4), m_theme.px(4));
        }
        if (selected && option.state.testFlag(QStyle::State_HasFocus)) {
            painter->setPen(QPen(t.accent, 2));
            painter->setBrush(Qt::NoBrush);
            painter->drawRoundedRect(row.adjusted(1, 1, -1, -1), m_theme.px(4), m_theme.px(4));
        }
        const bool enabled = option.state.testFlag(QStyle::State_Enabled);
        const auto place = [&](const QRect &rect) {
            return QStyle::visualRect(option.direction, option.rect, rect);
        };
        const Qt::Alignment left = QStyle::visualAlignment(option.direction, Qt::AlignLeft);
        QRect text = row.adjusted(m_theme.px(12), m_theme.px(4), -m_theme.px(12), -m_theme.px(4));
        if (const auto colour = index.data(ColourRole).value<QColor>(); colour.isValid()) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(colour);
            painter->drawRoundedRect(
                place(QRect(row.left() + m_theme.px(4), text.top() + 2, m_theme.px(3), text.height() - 4)), 1,
                1);
        }
        const QFont nameFont = m_theme.font(1.0, QFont::DemiBold);
        const QFont whereFont = m_theme.font(0.9);
        const QFontMetrics nameMetrics(nameFont);
        const QString badge = index.data(BadgeRole).toString();
        painter->setFont(whereFont);
        if (!badge.isEmpty()) {
            const int width = painter->fontMetrics().horizontalAdvance(badge);
            painter->setPen(index.data(BadgeRole + 100).toBool() ? t.bad : t.secondary);
            painter->drawText(place(QRect(text.right() - width, text.top(), width + 1, text.height())),
                              Qt::AlignVCenter | left, badge);
            text.setRight(text.right() - width - m_theme.px(12));
        }
        painter->setFont(nameFont);
        painter->setPen(enabled ? t.text : t.disabled);
        painter->drawText(place(QRect(text.left(), text.top(), text.width(), nameMetrics.height())),
                          Qt::AlignVCenter | left,
                          nameMetrics.elidedText(index.data().toString(), Qt::ElideRight, text.width()));
        painter->setFont(whereFont);
        painter->setPen(enabled ? t.secondary : t.disabled);
        painter->drawText(place(QRect(text.left(), text.top() + nameMetrics.height(), text.width(),
                                      text.height() - nameMetrics.height())),
                          Qt::AlignVCenter | left,
                          painter->fontMetrics().elidedText(index.data(WhereRole).toString(), Qt::ElideMiddle,
                                                            text.width()));
        painter->restore();
    }

private:
    const Theme &m_theme;
};

bool looksLikeConninfo(const QString &text)
{
    return text.contains(u'=') || text.contains("://"_L1);
}

} // namespace

ProfileList::ProfileList(Theme &theme, QWidget *parent)
    : QListView(parent)
    , m_model(new QStandardItemModel(this))
{
    setAccessibleName(tr("Profiles"));
    setModel(m_model);
    setItemDelegate(new ProfileDelegate(theme, this));
    setFrameShape(NoFrame);
    setMouseTracking(true);
    setEditTriggers(NoEditTriggers);
    setVerticalScrollMode(ScrollPerPixel);
    setMinimumHeight(theme.px(96));
    connect(&theme, &Theme::changed, this, &QListView::doItemsLayout);
}

void ProfileList::setProfiles(const QList<Profile> &profiles)
{
    m_profiles = profiles;
    filter({});
}

void ProfileList::filter(const QString &typed)
{
    const QString before = currentTarget();
    const QString text = typed.trimmed();
    m_model->clear();
    const auto add = [this](const QString &name, const QString &target, const QString &where,
                            const QString &badge) {
        auto *item = new QStandardItem(name);
        item->setData(target, TargetRole);
        item->setData(where, WhereRole);
        item->setData(badge, BadgeRole);
        item->setData(u"%1, %2 %3"_s.arg(name, where, badge), Qt::AccessibleTextRole);
        m_model->appendRow(item);
        return item;
    };
    if (looksLikeConninfo(text)) {
        // The text itself is not repeated: it may hold a password.
        add(tr("Connect with this connection string"), text,
            tr("As libpq reads it, with service file and PG* variables"), {});
    } else {
        std::vector<std::pair<int, const Profile *>> hits;
        for (const Profile &profile : m_profiles)
            if (const int score = fuzzyScore(text, profile.name + u' ' + profile.target()); score >= 0)
                hits.emplace_back(score, &profile);
        if (!text.isEmpty())
            std::stable_sort(hits.begin(), hits.end(),
                             [](const auto &a, const auto &b) { return a.first > b.first; });
        for (const auto &[score, profile] : hits) {
            QStringList badges;
            if (profile->environment == Environment::Production)
                badges.append(tr("PRODUCTION"));
            else if (profile->environment == Environment::Test)
                badges.append(tr("Test"));
            if (profile->readOnly)
                badges.append(tr("Read only"));
            QStandardItem *item = add(profile->name, profile->name, profile->target(), badges.join(u" · "_s));
            item->setData(profile->environment == Environment::Production, BadgeRole + 100);
            item->setData(QColor(profile->colour), ColourRole);
        }
        if (m_profiles.isEmpty() && text.isEmpty())
            add(tr("PG* variables and defaults"), u"dbname="_s, tr("What psql would connect to here"), {});
    }
    if (!select(before) && m_model->rowCount() > 0)
        setCurrentIndex(m_model->index(0, 0));
    emit currentTargetChanged();
}

bool ProfileList::select(const QString &profile)
{
    for (int row = 0; row < m_model->rowCount(); ++row)
        if (!profile.isEmpty() && m_model->index(row, 0).data(TargetRole).toString() == profile) {
            setCurrentIndex(m_model->index(row, 0));
            return true;
        }
    return false;
}

QString ProfileList::currentTarget() const
{
    return currentIndex().data(TargetRole).toString();
}

void ProfileList::currentChanged(const QModelIndex &current, const QModelIndex &previous)
{
    QListView::currentChanged(current, previous);
    emit currentTargetChanged();
}

bool ProfileList::eventFilter(QObject *, QEvent *event)
{
    if (event->type() != QEvent::KeyPress)
        return false;
    const int key = static_cast<QKeyEvent *>(event)->key();
    if (key != Qt::Key_Up && key != Qt::Key_Down)
        return false;
    QApplication::sendEvent(this, event);
    return true;
}
