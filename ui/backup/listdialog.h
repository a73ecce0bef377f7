// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shared/uicontext.h"

#include <QDialog>

class QHBoxLayout;
class QLabel;
class QPushButton;
class QTreeWidget;

/// A short list, a note below it, and what one can do with a row: what the dialogs of the Backups page that
/// manage something share.
class ListDialog : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ListDialog)

protected:
    /// `name` begins the names of the dialog's parts: "schedules" has "schedulesTree". `width` in pixels of a
    /// theme that is not enlarged.
    ListDialog(const UiContext &ui, const QString &name, const QString &title, const QStringList &columns,
               int width, QWidget *parent);

    /// Left of Close, in the order of the calls.
    QPushButton *addButton(const QString &name, const QString &text);

    const UiContext m_ui;
    QTreeWidget *m_tree;
    QLabel *m_note;

private:
    QHBoxLayout *m_buttons;
};
