// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/access/accesspage.h"

#include "app/appcontext.h"
#include "app/core/durable.h"
#include "app/core/format.h"
#include "ui/access/accesscolumns.h"
#include "ui/access/accessdialogs.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"
#include "ui/shell/prompt.h"

#include <QFileDialog>
#include <QPushButton>
#include <QTabWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

AccessPage::AccessPage(const UiContext &ui, QWidget *parent)
    : Page(ui, tr("Access"), Scope::Database, parent)
    , m_service(ui.app.pool)
    , m_people(new ListModel<Person>(
          peopleColumns(), [](const Person &p) { return p.login; }, this))
    , m_stores(new ListModel<StoreSummary>(
          accessStoreColumns(), [](const StoreSummary &s) { return s.storeId; }, this))
    , m_peopleView(new TableView(ui.theme, ui.app.settings, u"peopleTable"_s, this))
    , m_storesView(new TableView(ui.theme, ui.app.settings, u"accessStoresTable"_s, this))
    , m_tabs(new QTabWidget(this))
    , m_peopleRequest(this)
    , m_storesRequest(this)
    , m_planRequest(this)
    , m_applyRequest(this)
{
    setObjectName(u"accessPage"_s);
    m_tabs->setObjectName(u"accessTabs"_s);
    m_tabs->setDocumentMode(true);
    showSorted(*m_peopleView, m_people, 0);
    showSorted(*m_storesView, m_stores, 0);
    m_peopleView->setAccessibleName(tr("People"));
    m_storesView->setAccessibleName(tr("Stores"));
    m_create = button(u"newManager"_s, tr("&New manager…"), &AccessPage::newManager);
    m_create->setProperty("primary", true);
    m_grant = button(u"grantStore"_s, tr("&Let into a store…"), &AccessPage::grant);
    m_revoke = button(u"revokeStore"_s, tr("&Take a store away…"), &AccessPage::revoke);
    m_lock = button(u"lockLogin"_s, tr("&Revoke and lock…"), &AccessPage::lock);
    m_tabs->addTab(tab(m_peopleView, {m_create, m_grant, m_revoke, m_lock}), tr("&People"));
    m_add = button(u"addStore"_s, tr("&Add a store…"), &AccessPage::addStore);
    m_toggle = button(u"toggleStore"_s, tr("&Close store…"), &AccessPage::toggleStore);
    m_tabs->addTab(tab(m_storesView, {m_add, m_toggle}), tr("&Stores"));
    setContent(m_tabs);
    for (TableView *view : {m_peopleView, m_storesView}) {
        view->setSelectionMode(QAbstractItemView::SingleSelection);
        connect(view, &TableView::currentRowChanged, this, &AccessPage::updateButtons);
    }
    connect(m_tabs, &QTabWidget::currentChanged, this, [this] {
        m_done.clear();
        m_failed.reset();
        showContent();
        updateStatus();
    });
    updateButtons();
}

QPushButton *AccessPage::button(const QString &name, const QString &text, void (AccessPage::*slot)())
{
    auto *made = new QPushButton(text, this);
    made->setObjectName(name);
    connect(made, &QPushButton::clicked, this, slot);
    return made;
}

QWidget *AccessPage::tab(TableView *view, const QList<QPushButton *> &buttons)
{
    auto *page = new QWidget(this);
    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto *row = new QHBoxLayout;
    row->setContentsMargins(12, 8, 12, 8);
    row->setSpacing(8);
    for (QPushButton *one : buttons)
        row->addWidget(one);
    row->addStretch();
    layout->addLayout(row);
    layout->addWidget(view, 1);
    return page;
}

void AccessPage::load()
{
    showContent();
    if (m_failed)
        showFailure(*m_failed);
    setLoading(true);
    m_noPeople = false;
    m_peopleRequest.run([this](const CancelToken &token) { return m_service.people(token); },
                        [this](Result<QList<Person>> people) {
                            setLoading(busy());
                            if (!people) {
                                m_noPeople = m_people->rowCount() == 0;
                                showError(people.error(), m_noPeople);
                                return;
                            }
                            m_people->setRows(std::move(people).value());
                            if (!m_storesRequest.running())
                                updateStatus();
                            updateButtons();
                        });
    m_storesRequest.run([this](const CancelToken &token) { return m_ui.app.stores.stores(token); },
                        [this](Result<QList<StoreSummary>> stores) {
                            setLoading(busy());
                            if (stores)
                                m_stores->setRows(std::move(stores).value());
                            else if (!m_noPeople)
                                showError(stores.error(), false);
                            if (!m_peopleRequest.running())
                                updateStatus();
                            updateButtons();
                        });
}

void AccessPage::clear()
{
    m_peopleRequest.cancel();
    m_storesRequest.cancel();
    m_planRequest.cancel();
    m_people->setRows({});
    m_stores->setRows({});
    m_done.clear();
    m_failed.reset();
    updateButtons();
}

const Person *AccessPage::person() const
{
    const int row = m_people->rowOf(m_peopleView->currentIndex().data(cell::Key).toString());
    return row < 0 ? nullptr : &m_people->row(row);
}

const StoreSummary *AccessPage::store() const
{
    const int row = m_stores->rowOf(m_storesView->currentIndex().data(cell::Key).toString());
    return row < 0 ? nullptr : &m_stores->row(row);
}

bool AccessPage::busy() const
{
    return m_peopleRequest.running() || m_storesRequest.running() || m_planRequest.running() ||
           m_applyRequest.running();
}

/// What the tab that is shown holds.
void AccessPage::updateStatus()
{
    if (m_applyRequest.running()) {
        setStatus(tr("Carrying it out…"));
        return;
    }
    if (!m_done.isEmpty()) {
        setStatus(m_done);
        return;
    }
    const bool people = m_tabs->currentIndex() == 0;
    const int count = people ? m_people->rowCount() : m_stores->rowCount();
    const QString many = people ? tr("%1 logins") : tr("%1 stores");
    setStatus(count != 1 ? many.arg(format::count(count)) : people ? tr("1 login") : tr("1 store"));
}

void AccessPage::updateButtons()
{
    // One change at a time: a further one would cancel the first on the server.
    const bool idle = !m_applyRequest.running();
    m_create->setEnabled(idle);
    m_add->setEnabled(idle);
    const Person *one = idle ? person() : nullptr;
    m_grant->setEnabled(one && one->exists && !one->allStores);
    m_revoke->setEnabled(one && !one->stores.isEmpty());
    m_lock->setEnabled(one && (one->canLogin || one->allStores || !one->stores.isEmpty()));
    const StoreSummary *chosen = store();
    m_toggle->setEnabled(idle && chosen);
    m_toggle->setText(chosen && !chosen->active ? tr("&Open store…") : tr("&Close store…"));
}

void AccessPage::newManager()
{
    auto *dialog = new ManagerDialog(m_stores->rows(), this);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        const QString login = dialog->login();
        // Of the database that it is planned on.
        const Profile profile = AccessService::profileFor(m_ui.app.pool.profile(), login);
        propose(
            [this, login, password = dialog->password(), stores = dialog->stores()](
                const CancelToken &token) { return m_service.planManager(login, password, stores, token); },
            [this, profile] { offerProfile(profile); });
    });
    dialog->open();
}

void AccessPage::grant()
{
    const Person *one = person();
    if (!one)
        return;
    QStringList stores;
    for (const StoreSummary &store : m_stores->rows())
        if (!one->stores.contains(store.storeId))
            stores.append(store.storeId);
    auto *dialog = new PickStoreDialog(tr("Which store may %1 enter?").arg(one->login), stores,
                                       tr("Show the plan"), this);
    connect(dialog, &QDialog::accepted, this, [this, dialog, login = one->login] {
        propose([this, login, store = dialog->store()](const CancelToken &token) {
            return m_service.planGrant(login, store, token);
        });
    });
    dialog->open();
}

void AccessPage::revoke()
{
    const Person *one = person();
    if (!one)
        return;
    auto *dialog = new PickStoreDialog(tr("Which store does %1 lose?").arg(one->login), one->stores,
                                       tr("Show the plan"), this);
    connect(dialog, &QDialog::accepted, this, [this, dialog, login = one->login] {
        propose([this, login, store = dialog->store()](const CancelToken &token) {
            return m_service.planRevoke(login, store, token);
        });
    });
    dialog->open();
}

void AccessPage::lock()
{
    if (const Person *one = person())
        propose([this, login = one->login](const CancelToken &token) {
            return m_service.planLock(login, token);
        });
}

void AccessPage::addStore()
{
    auto *dialog = new StoreDialog(this);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        propose([this, store = dialog->store()](const CancelToken &token) {
            return m_service.planStore(store, token);
        });
    });
    dialog->open();
}

void AccessPage::toggleStore()
{
    if (const StoreSummary *chosen = store())
        propose([this, id = chosen->storeId, active = !chosen->active](const CancelToken &token) {
            return m_service.planActive(id, active, token);
        });
}

/// The plan, its word typed, and then exactly that.
void AccessPage::propose(const Plan &plan, std::function<void()> afterwards)
{
    setLoading(true);
    m_done.clear();
    m_failed.reset();
    m_planRequest.run(plan, [this, afterwards = std::move(afterwards)](const Result<AccessChange> &change) {
        setLoading(busy());
        if (!change) {
            showFailure(change.error());
            return;
        }
        if (!change->refusal.isEmpty()) {
            if (change->handOver.isEmpty())
                m_ui.prompt.inform(this, change->title, change->refusal);
            else
                handOver(*change);
            return;
        }
        QString text = change->explanation + u"\n\n"_s + change->sql();
        if (!change->handOver.isEmpty())
            text += u"\n\n"_s + tr("SQL to hand over:") + u'\n' + change->handOver;
        m_ui.prompt.confirmTyped(this, change->title + u'?', text, change->confirmWord, tr("Carry out"),
                                 [this, change = *change, afterwards](bool yes) {
                                     if (yes)
                                         carryOut(change, afterwards);
                                 });
    });
}

void AccessPage::handOver(const AccessChange &change)
{
    auto *dialog =
        new SqlDialog(m_ui.theme, change.title,
                      change.refusal.isEmpty() ? change.explanation : change.refusal, change.handOver, this);
    dialog->open();
}

void AccessPage::carryOut(const AccessChange &change, std::function<void()> afterwards)
{
    if (m_applyRequest.running())
        return;
    setLoading(true);
    m_applyRequest.run([this, change](const CancelToken &token) { return m_service.apply(change, token); },
                       [this, change, afterwards = std::move(afterwards)](const Result<QString> &done) {
                           setLoading(busy());
                           m_done = done ? *done : QString();
                           m_failed = done ? std::nullopt : std::optional(done.error());
                           updateStatus();
                           updateButtons();
                           refresh();
                           if (!done) {
                               showFailure(done.error());
                               return;
                           }
                           if (!change.handOver.isEmpty())
                               handOver(change);
                           if (afterwards)
                               afterwards();
                       });
    updateStatus();
    updateButtons();
}

void AccessPage::offerProfile(const Profile &profile)
{
    auto *dialog = new QFileDialog(this, tr("Save the profile to hand over to %1").arg(profile.name),
                                   profile.name + u".json"_s, tr("Profiles (*.json)"));
    dialog->setObjectName(u"saveProfile"_s);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->selectFile(profile.name + u".json"_s);
    connect(dialog, &QFileDialog::fileSelected, this, [this, profile](const QString &file) {
        if (const Result<void> written = durable::write(file, exportProfile(profile)); !written)
            showFailure(written.error());
        else
            setStatus(m_done = tr("The profile is in %1; it holds no password.").arg(file));
    });
    dialog->open();
}

QString AccessPage::help() const
{
    return tr(
        "Who may log in, which stores they may enter, and which stores are open. Each button makes a plan "
        "first: what it does in words and as SQL. It is carried out, exactly so, once the name was typed, "
        "and the audit log keeps it. A right that is taken away ends in open sessions with their next "
        "statement.");
}
