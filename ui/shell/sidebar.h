// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QListView>

class PageRegistry;
class Theme;

/// The pages of the window, under headings of who uses them.
class SideBar final : public QListView
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SideBar)

public:
    SideBar(Theme &theme, PageRegistry &registry, QWidget *parent = nullptr);

    void setCurrentPage(const QString &id);

signals:
    void pageChosen(const QString &id);

protected:
    void currentChanged(const QModelIndex &current, const QModelIndex &previous) override;

private:
    void applyTheme();

    Theme &m_theme;
    PageRegistry &m_registry;
};
