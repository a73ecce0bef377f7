// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/browseservice.h"

#include <QDialog>

class QComboBox;
class RecordModel;

/// Somebody else changed the same values: for each, what was seen, what is there now and what was typed, and
/// which of them is to stay. Nothing is saved before that is decided.
class ConflictDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ConflictDialog)

public:
    ConflictDialog(const RecordModel &model, const QList<EditConflict> &conflicts, QWidget *parent);

signals:
    void settled(const QList<bool> &keepMine);

private:
    QList<QComboBox *> m_choices;
};
