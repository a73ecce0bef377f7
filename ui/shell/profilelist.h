// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/profile.h"

#include <QListView>

class QStandardItemModel;
class Theme;

/// The profiles that fit what is typed. What looks like a connection string is offered as a target of its
/// own.
class ProfileList final : public QListView
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ProfileList)

public:
    explicit ProfileList(Theme &theme, QWidget *parent = nullptr);

    void setProfiles(const QList<Profile> &profiles);
    void filter(const QString &typed);
    bool select(const QString &profile);
    /// A profile's name or a connection string; empty when nothing is chosen.
    QString currentTarget() const;

    bool eventFilter(QObject *watched, QEvent *event) override;

signals:
    void currentTargetChanged();

protected:
    void currentChanged(const QModelIndex &current, const QModelIndex &previous) override;

private:
    QList<Profile> m_profiles;
    QStandardItemModel *m_model;
};
