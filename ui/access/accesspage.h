// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/accessservice.h"
#include "app/services/storeservice.h"
#include "ui/shared/listmodel.h"
#include "ui/shared/request.h"
#include "ui/shell/page.h"

#include <optional>

class QPushButton;
class QTabWidget;
class TableView;

/// People and stores for the owner: who may log in, what they may enter, which stores there are. Each change
/// is planned, shown with its SQL, typed, and carried out as shown.
class AccessPage final : public Page
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(AccessPage)

public:
    AccessPage(const UiContext &ui, QWidget *parent);

    QString help() const override;

protected:
    void load() override;
    void clear() override;

private:
    using Plan = std::function<QFuture<Result<AccessChange>>(const CancelToken &)>;

    QWidget *tab(TableView *view, const QList<QPushButton *> &buttons);
    QPushButton *button(const QString &name, const QString &text, void (AccessPage::*slot)());
    const Person *person() const;
    const StoreSummary *store() const;
    bool busy() const;
    void updateStatus();
    void updateButtons();
    void newManager();
    void grant();
    void revoke();
    void lock();
    void addStore();
    void toggleStore();
    void propose(const Plan &plan, std::function<void()> afterwards = {});
    void handOver(const AccessChange &change);
    void carryOut(const AccessChange &change, std::function<void()> afterwards);
    void offerProfile(const Profile &profile);

    AccessService m_service;
    ListModel<Person> *m_people;
    ListModel<StoreSummary> *m_stores;
    TableView *m_peopleView;
    TableView *m_storesView;
    QTabWidget *m_tabs;
    QPushButton *m_create = nullptr;
    QPushButton *m_add = nullptr;
    QPushButton *m_grant = nullptr;
    QPushButton *m_revoke = nullptr;
    QPushButton *m_lock = nullptr;
    QPushButton *m_toggle = nullptr;
    Request<QList<Person>> m_peopleRequest;
    Request<QList<StoreSummary>> m_storesRequest;
    Request<AccessChange> m_planRequest;
    Request<QString> m_applyRequest;
    QString m_done;                // what was carried out last, until the next plan or tab
    std::optional<Error> m_failed; // why it failed, as long as that
    bool m_noPeople = false;       // the page shows why, instead of its content
};
