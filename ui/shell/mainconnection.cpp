// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/appcontext.h"
#include "ui/shell/connectattempt.h"
#include "ui/shell/connectdialog.h"
#include "ui/shell/mainwindow.h"
#include "ui/shell/notifier.h"
#include "ui/shell/productionguard.h"
#include "ui/shell/storebar.h"
#include "ui/shell/viewas.h"

using namespace Qt::StringLiterals;

// How MainWindow comes to a database, leaves it, and enters a store of it.

void MainWindow::start(const QString &target)
{
    const QString last = m_ui.app.settings.get(settings::lastProfile);
    const Result<Profile> profile = m_ui.app.profiles.byName(last);
    if (target.isEmpty() && profile && profile->environment == Environment::Production)
        showConnectDialog(last);
    else
        connectTo(target.isEmpty() ? last : target);
}

void MainWindow::connectTo(const QString &target)
{
    if (target.isEmpty()) {
        showConnectDialog();
        return;
    }
    m_target = target;
    m_notifier->say(Notifier::Kind::Information, tr("Connecting…"), tr("Cancel"), [this] {
        m_attempt->cancel();
        showConnectDialog(m_target);
    });
    m_attempt->start(target);
}

/// After the pool stopped: the dialog says why, and asks for a new password where that may help.
void MainWindow::connectAgain(const Error &why)
{
    const Profile profile = m_ui.app.pool.profile();
    const QString target = profile.name.isEmpty() ? profile.conninfo : profile.name;
    if (why.message.isEmpty()) {
        showConnectDialog(target);
        return;
    }
    ConnectStep at = ConnectStep::Name;
    for (const ConnectStep step : {ConnectStep::Tcp, ConnectStep::Tls, ConnectStep::Authentication,
                                   ConnectStep::Database, ConnectStep::Schema})
        if (why.where == connectStepName(step))
            at = step;
    m_dialog->showFailure(target, why, at);
}

void MainWindow::showConnectDialog(const QString &preferred)
{
    m_attempt->cancel();
    m_dialog->choose(preferred.isEmpty() ? m_ui.app.settings.get(settings::lastProfile) : preferred);
}

/// The pool tells, and not who asked for it: that one may have given up at the last moment.
void MainWindow::onDatabaseChanged()
{
    const int epoch = m_ui.app.pool.epoch();
    if (std::exchange(m_epoch, epoch) == epoch)
        return; // shown already: two changes one after the other, or ViewAs, which hears of one first
    if (m_ui.app.pool.state() == ConnectionPool::State::Closed)
        onDisconnected();
    else
        onConnected();
}

void MainWindow::onConnected()
{
    const Capabilities can = m_ui.app.pool.capabilities();
    m_notifier->dismiss();
    m_registry.setCapabilities(can);
    for (auto it = m_pages.cbegin(); it != m_pages.cend(); ++it)
        if (it.value() == currentPage() && !m_registry.usable(it.key())) {
            showPage(m_registry.pages().first().id);
            break;
        }
    m_chooseRequest.cancel();
    m_paletteRequest.cancel();
    m_storeBar->setChoosing(false);
    m_ui.app.stores.clear();
    m_stores.clear();
    m_store.clear();
    m_reenter.clear();
    m_production->update(m_viewAs->active());
    m_storeBar->update();
    forEachPage([](Page &page) { page.contextChanged(); }, false);
    updateTitle();
    loadStores();
    emit connected();
}

void MainWindow::onDisconnected()
{
    m_chooseRequest.cancel();
    m_storesRequest.cancel();
    m_paletteRequest.cancel();
    m_storeBar->setChoosing(false);
    m_stores.clear();
    m_registry.setCapabilities({});
    m_production->update(false);
    forEachPage([](Page &page) { page.contextChanged(); }, false);
    updateTitle();
}

void MainWindow::loadStores()
{
    m_storesRequest.run(
        [this](const CancelToken &token) { return m_ui.app.stores.stores(token); },
        [this](Result<QList<StoreSummary>> result) {
            if (!result) {
                tellNoStores(result.error());
                return;
            }
            m_stores = std::move(result).value();
            // Whoever may enter one store only is there already.
            const auto active = [](const StoreSummary &store) { return store.active; };
            const bool only = std::count_if(m_stores.cbegin(), m_stores.cend(), active) == 1;
            const auto wanted =
                std::find_if(m_stores.cbegin(), m_stores.cend(), [&](const StoreSummary &store) {
                    return active(store) && (only || store.storeId == m_reenter);
                });
            if (wanted != m_stores.cend() && !m_ui.app.stores.hasCurrent() && !m_chooseRequest.running() &&
                rowsUnavailable(m_ui.app.pool.capabilities()).isEmpty())
                chooseStore(wanted->storeId);
        });
}

void MainWindow::tell(const Error &error, const QString &what)
{
    QStringList sentences{what, error.message, error.hint};
    sentences.removeAll(QString());
    m_notifier->say(Notifier::Kind::Bad, sentences.join(u' '));
}

void MainWindow::tellNoStores(const Error &error)
{
    // Of a link that is gone the banner tells more, and offers the next step.
    if (error.kind != ErrorKind::Cancelled && m_ui.app.pool.state() == ConnectionPool::State::Open)
        tell(error, tr("The stores could not be listed."));
}

void MainWindow::chooseStore(const QString &storeId)
{
    if (const QString reason = rowsUnavailable(m_ui.app.pool.capabilities()); !reason.isEmpty()) {
        m_notifier->say(Notifier::Kind::Information, reason);
        return;
    }
    m_storeBar->setChoosing(true);
    m_chooseRequest.run([&](const CancelToken &token) { return m_ui.app.stores.choose(storeId, token); },
                        [this](const Result<StoreSummary> &result) {
                            m_storeBar->setChoosing(false);
                            if (result || result.error().kind == ErrorKind::Cancelled)
                                return;
                            tell(result.error());
                            emit storeRefused(result.error());
                        });
}
