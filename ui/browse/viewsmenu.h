// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

#include <QToolButton>

#include <functional>

class LocalStore;

/// The named views of one table of one store, kept on this desktop: choose one, save what is shown as one,
/// remove one.
class ViewsMenu final : public QToolButton
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ViewsMenu)

public:
    /// `body` tells what is shown now, in the words of the page that gets it back through chosen().
    ViewsMenu(LocalStore &store, std::function<QString()> body, QWidget *parent = nullptr);

    void setScope(const QString &scope) { m_scope = scope; }

signals:
    void chosen(const QString &body);
    void failed(const Error &error);

private:
    void fill();
    void save();
    void tell(const Result<void> &done);

    LocalStore &m_store;
    const std::function<QString()> m_body;
    QString m_scope;
};
