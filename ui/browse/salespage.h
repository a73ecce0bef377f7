// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/browse/browsepage.h"

class QLabel;

/// The store's sales, and under them the items of the current one.
class SalesPage final : public BrowsePage
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SalesPage)

public:
    SalesPage(const UiContext &ui, QWidget *parent);

    QString help() const override;

protected:
    void clear() override;
    void rowChanged(int row) override;
    void setZone(const QTimeZone &zone) override;

private:
    void itemsChanged();
    void applyTheme();

    RecordModel *m_items;
    TableView *m_itemsView;
    QLabel *m_itemsTitle;
    QString m_shown; // transaction whose items are shown or under way
};
