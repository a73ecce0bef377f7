// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shared/uicontext.h"

#include <QWidget>

class ElidedLabel;
class QLabel;
class QPushButton;
class QToolButton;

/// Always in view: which store, which database, which login, and what is out of the ordinary about them.
class StoreBar final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StoreBar)

public:
    explicit StoreBar(const UiContext &ui, QWidget *parent = nullptr);

    void update();
    /// "Choosing Seattle…", until the database agrees.
    void setChoosing(bool choosing);

signals:
    void storePickerRequested();
    void paletteRequested();
    void viewAsRequested();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const UiContext m_ui;
    bool m_choosing = false;
    QPushButton *m_store;
    ElidedLabel *m_connection;
    QLabel *m_readOnly;
    QLabel *m_standby;
    QLabel *m_bypass;
    QLabel *m_production;
    QToolButton *m_viewAs;
    QPushButton *m_palette;
};
