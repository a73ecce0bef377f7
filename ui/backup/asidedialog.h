// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/restorejob.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QDialog>

class QLabel;
class QPushButton;
class QTreeWidget;

/// Databases that swaps set aside, and halves of restores that were killed: undo the swap, or drop one.
class AsideDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(AsideDialog)

public:
    AsideDialog(const UiContext &ui, QWidget *parent);

private:
    void load();
    void updateButtons();
    const restore::DatabaseFacts *selected() const;
    void undo();
    void drop();

    const UiContext m_ui;
    QTreeWidget *m_tree;
    QLabel *m_note;
    QPushButton *m_undo;
    QPushButton *m_drop;
    QList<restore::DatabaseFacts> m_databases;
    Request<QList<restore::DatabaseFacts>> m_request;
    Request<restore::UndoPlan> m_planRequest;
};
