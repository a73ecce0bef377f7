// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QList>

#include <functional>

class QLabel;
class QLineEdit;
class QListView;
class QStandardItemModel;
class Theme;

/// A list over the window that is narrowed by typing: stores, pages, commands. Enter runs the first, Esc
/// leaves.
class CommandPalette final : public QFrame
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(CommandPalette)

public:
    struct Entry
    {
        QString title;
        QString note; ///< at the right, dim: a place, a key
        QString icon;
        QColor mark; ///< a store's colour instead of the icon
        std::function<void()> run;
        QString words; ///< further words to be found by
    };

    CommandPalette(Theme &theme, QWidget *window);

    /// Returns the number of this opening.
    int open(const QString &placeholder, QList<Entry> entries);
    /// New entries for that opening, unless it was left or something else is asked by now; what was typed
    /// stays.
    void setEntries(int opening, QList<Entry> entries);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void leave();
    void filter();
    void place();
    void runCurrent();

    Theme &m_theme;
    int m_opening = 0;
    QList<Entry> m_entries;
    QLineEdit *m_edit;
    QListView *m_list;
    QLabel *m_none;
    QStandardItemModel *m_model;
};
