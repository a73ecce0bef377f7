// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/restorejob.h"
#include "ui/backup/listdialog.h"
#include "ui/shared/request.h"

class QPushButton;

/// Databases that swaps set aside, and halves of restores that were killed: undo the swap, or drop one.
class AsideDialog final : public ListDialog
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

    QPushButton *m_undo;
    QPushButton *m_drop;
    QList<restore::DatabaseFacts> m_databases;
    Request<QList<restore::DatabaseFacts>> m_request;
    Request<restore::UndoPlan> m_planRequest;
};
