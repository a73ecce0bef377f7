// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/browseservice.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QFrame>

class QLabel;
class QPushButton;
class RecordModel;

/// What is changed and not saved in a grid, and what to do with it: save all in one transaction, take the
/// last step back, give all up. Where somebody else changed the same value, both are shown to choose from.
class EditBar final : public QFrame
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(EditBar)

public:
    EditBar(const UiContext &ui, RecordModel &model, QWidget *parent = nullptr);

    void save();
    void undo();
    bool saving() const { return m_request.running(); }
    /// Another store or database: an answer that is under way is not for what is shown.
    void forget();

signals:
    void failed(const Error &error);
    void saved(int cells);
    void left(); ///< the focus is to go back to the rows

private:
    void showState();
    void settle(const QList<EditConflict> &conflicts);

    const UiContext m_ui;
    RecordModel &m_model;
    QLabel *m_text;
    QPushButton *m_save;
    QPushButton *m_undo;
    QPushButton *m_discard;
    Request<SaveResult> m_request;
};
