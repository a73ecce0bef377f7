// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shared/uicontext.h"

#include <QObject>

class QDialog;

/// While a production database is open: red frame and word on the window, and on each of its dialogs as it
/// is shown, whoever made it. The word is text, so that it does not depend on colour.
class ProductionGuard final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ProductionGuard)

public:
    /// `frame` is what is drawn round the content of `window`.
    ProductionGuard(const UiContext &ui, QWidget *frame, QWidget *window);

    /// After each change of the connection. `viewing`: through another role, which frames the window too.
    void update(bool viewing);
    bool active() const { return m_active; }

    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void mark(QDialog *dialog) const;
    static void unmark(QDialog *dialog);

    const UiContext m_ui;
    QWidget *const m_frame;
    QWidget *const m_window;
    bool m_active = false;
};
