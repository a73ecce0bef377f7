// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/customerservice.h"
#include "ui/browse/browsepage.h"

class QPushButton;

/// The store's customers; all that is known about the current one as a file, and their erasure.
class CustomersPage final : public BrowsePage
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(CustomersPage)

public:
    CustomersPage(const UiContext &ui, QWidget *parent);

protected:
    void clear() override;
    void rowChanged(int row) override;

private:
    void exportCurrent();
    void askWhy();
    void plan(const QString &store, const QString &customer, const QString &reason);
    void erase(const QString &store, const CustomerFacts &facts, const QString &reason);
    void told(const Result<QString> &done);
    void updateButtons();

    CustomerService m_service;
    QPushButton *m_export;
    QPushButton *m_erase;
    QString m_customer; // id of the current row
    Request<CustomerFacts> m_factsRequest;
    Request<ErasureReport> m_eraseRequest;
    Request<QString> m_exportRequest;
};
