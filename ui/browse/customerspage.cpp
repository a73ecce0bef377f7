// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/browse/customerspage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/shared/recordmodel.h"
#include "ui/shell/prompt.h"

#include <QFileDialog>
#include <QInputDialog>
#include <QPushButton>

using namespace Qt::StringLiterals;

CustomersPage::CustomersPage(const UiContext &ui, QWidget *parent)
    : BrowsePage(ui, "customers", parent)
    , m_service(ui.app.pool)
    , m_export(new QPushButton(this))
    , m_erase(new QPushButton(this))
    , m_factsRequest(this)
    , m_eraseRequest(this)
    , m_exportRequest(this)
{
    m_export->setObjectName(u"exportCustomer"_s);
    m_export->setToolTip(tr("Writes all that is known about the selected customer into a file"));
    m_erase->setObjectName(u"eraseCustomer"_s);
    addHeaderWidget(m_export);
    addHeaderWidget(m_erase);
    connect(m_export, &QPushButton::clicked, this, &CustomersPage::exportCurrent);
    connect(m_erase, &QPushButton::clicked, this, &CustomersPage::askWhy);
    rowChanged(-1);
}

void CustomersPage::clear()
{
    m_factsRequest.cancel();
    BrowsePage::clear();
    rowChanged(-1);
}

void CustomersPage::rowChanged(int row)
{
    BrowsePage::rowChanged(row);
    m_customer = row >= 0 && row < model().rowCount() ? model().key(row) : QString();
    updateButtons();
}

void CustomersPage::updateButtons()
{
    const bool owner = m_ui.app.pool.capabilities().owner;
    // One at a time: a further one would cancel the first on the server and drop its answer.
    const bool exporting = m_exportRequest.running();
    const bool erasing = m_eraseRequest.running();
    m_export->setText(exporting ? tr("Writing…") : tr("Save this customer's data…"));
    m_export->setEnabled(!m_customer.isEmpty() && !exporting);
    m_erase->setText(erasing ? tr("Erasing…") : tr("Erase…"));
    m_erase->setEnabled(!m_customer.isEmpty() && owner && !erasing);
    m_erase->setToolTip(
        owner ? tr("Erases the selected customer from every table and from the audit log's values")
              : tr("Erasing is for owners and operations (the rights of retail_owner)"));
}

void CustomersPage::exportCurrent()
{
    auto *dialog = new QFileDialog(this, tr("All that is known about this customer"));
    dialog->setObjectName(u"customerFile"_s);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilter(tr("JSON (*.json)"));
    dialog->selectFile(u"customer-%1.json"_s.arg(m_customer));
    connect(dialog, &QFileDialog::fileSelected, this, [this, customer = m_customer](const QString &file) {
        if (m_exportRequest.running())
            return;
        m_exportRequest.run(
            [this, customer, file](const CancelToken &token) {
                return m_service.exportTo(m_ui.app.stores.current().storeId, customer, file, token);
            },
            [this](const Result<QString> &done) { told(done); });
        updateButtons();
    });
    dialog->open();
}

void CustomersPage::askWhy()
{
    auto *dialog = new QInputDialog(this);
    dialog->setObjectName(u"erasureReason"_s);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Erase a customer"));
    dialog->setLabelText(tr("Why? The reason is kept in the audit log, so name nobody in it."));
    dialog->setTextValue(tr("at the customer's request"));
    dialog->setOkButtonText(tr("Show the plan"));
    // The customer of now: rows that arrive while somebody types make another one the current one.
    connect(dialog, &QInputDialog::textValueSelected, this,
            [this, store = m_ui.app.stores.current().storeId, customer = m_customer](const QString &reason) {
                plan(store, customer, reason);
            });
    dialog->open();
}

void CustomersPage::plan(const QString &store, const QString &customer, const QString &reason)
{
    m_factsRequest.run(
        [&](const CancelToken &token) { return m_service.find(store, customer, token); },
        [this, store, reason](const Result<CustomerFacts> &facts) {
            if (!facts) {
                showFailure(facts.error());
                return;
            }
            const QString folder = m_ui.app.settings.get(settings::backupFolder);
            m_ui.prompt.confirmTyped(
                this, tr("Erase %1?").arg(facts->name),
                tr("The customer's row is deleted. Their sales (%1) stay, without customer, notes and "
                   "metadata. Values "
                   "in the audit log are redacted. It cannot be undone.\n\n%2")
                    .arg(format::count(facts->sales),
                         folder.isEmpty()
                             ? tr("No backup folder is known here: a restore learns of the erasure from the "
                                  "database, "
                                  "and from backups made from now on.")
                             : tr("The id goes into erased.json in %1, so that a restore erases them again.")
                                   .arg(folder)),
                facts->email, tr("Erase"), [this, store, facts = *facts, reason](bool yes) {
                    if (yes)
                        erase(store, facts, reason);
                });
        });
}

void CustomersPage::erase(const QString &store, const CustomerFacts &facts, const QString &reason)
{
    if (m_eraseRequest.running())
        return;
    const QString folder = m_ui.app.settings.get(settings::backupFolder);
    m_eraseRequest.run(
        [&](const CancelToken &token) {
            return m_service.erase(store, facts.customerId, reason,
                                   folder.isEmpty() ? QStringList() : QStringList{folder}, token);
        },
        [this](const Result<ErasureReport> &done) {
            updateButtons();
            if (!done) {
                showFailure(done.error());
                return;
            }
            refresh();
            m_ui.prompt.inform(
                this, tr("The customer is erased"),
                (QStringList{
                     tr("%1, %2 redacted.")
                         .arg(done->sales == 1
                                  ? tr("1 sale lost its customer")
                                  : tr("%1 sales lost their customer").arg(format::count(done->sales)),
                              done->auditEntries == 1
                                  ? tr("1 audit entry was")
                                  : tr("%1 audit entries were").arg(format::count(done->auditEntries)))} +
                 done->warnings)
                    .join(u'\n'));
        });
    updateButtons();
}

void CustomersPage::told(const Result<QString> &done)
{
    updateButtons();
    if (done)
        setStatus(*done);
    else
        showFailure(done.error());
}
