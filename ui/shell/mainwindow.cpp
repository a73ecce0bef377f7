// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/mainwindow.h"

#include "app/appcontext.h"
#include "app/services/sandbox.h"
#include "ui/shared/theme.h"
#include "ui/shell/commandpalette.h"
#include "ui/shell/connectattempt.h"
#include "ui/shell/connectdialog.h"
#include "ui/shell/jobpanel.h"
#include "ui/shell/logdialog.h"
#include "ui/shell/notifier.h"
#include "ui/shell/prompt.h"
#include "ui/shell/sidebar.h"
#include "ui/shell/storebar.h"

#include <QApplication>
#include <QCloseEvent>
#include <QStackedWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

MainWindow::MainWindow(const UiContext &ui, QList<PageInfo> pages)
    : m_ui(ui)
    , m_registry(std::move(pages))
    , m_frame(new QWidget(this))
    , m_storeBar(new StoreBar(ui, m_frame))
    , m_notifier(new Notifier(ui.theme, m_frame))
    , m_sideBar(new SideBar(ui.theme, m_registry, m_frame))
    , m_stack(new QStackedWidget(m_frame))
    , m_palette(new CommandPalette(ui.theme, this))
    , m_attempt(new ConnectAttempt(ui.app, this))
    , m_dialog(new ConnectDialog(ui, this))
    , m_storesRequest(this)
    , m_chooseRequest(this)
{
    setObjectName(u"mainWindow"_s);
    build();
    buildMenus();
    addPageShortcuts();

    connect(m_storeBar, &StoreBar::storePickerRequested, this, &MainWindow::pickStore);
    connect(m_storeBar, &StoreBar::paletteRequested, this, &MainWindow::openPalette);
    connect(m_sideBar, &SideBar::pageChosen, this, &MainWindow::showPage);
    connect(m_dialog, &QDialog::accepted, this, &MainWindow::onConnected);
    connect(m_dialog, &ConnectDialog::sandboxRequested, this, &MainWindow::startSandbox);
    const auto notRemembered = [this](const QString &why) {
        m_notifier->say(Notifier::Kind::Warning, tr("%1 The password holds for this session only.").arg(why));
    };
    connect(m_dialog, &ConnectDialog::notRemembered, this, notRemembered);
    connect(m_attempt, &ConnectAttempt::succeeded, this, &MainWindow::onConnected);
    connect(m_attempt, &ConnectAttempt::failed, this, [this](const Error &error) {
        m_notifier->dismiss();
        emit connectFailed(error);
        m_dialog->showFailure(m_target, error, m_attempt->step());
    });
    connect(&ui.app.stores, &StoreService::currentChanged, this, &MainWindow::onStoreChanged);
    connect(&ui.app.pool, &ConnectionPool::linkLost, this, [this](const QString &sentence) {
        m_notifier->say(Notifier::Kind::Bad, sentence, tr("Connect…"), [this] { showConnectDialog(); });
    });
    connect(&ui.app.pool, &ConnectionPool::linkRestored, this,
            [this] { m_notifier->say(Notifier::Kind::Good, tr("The connection is back.")); });
    connect(&ui.app.jobs, &JobRunner::finished, this, &MainWindow::jobFinished);

    resize(1280, 800);
    restoreGeometry(ui.app.settings.state(objectName()));
    const QString last = ui.app.settings.get(settings::lastPage);
    showPage(m_registry.page(last) ? last : m_registry.pages().first().id);
    updateTitle();
    m_sideBar->setFocus(); // where one goes on by key, and not the first button of the bar
}

MainWindow::~MainWindow() = default;

void MainWindow::build()
{
    m_frame->setObjectName(u"windowFrame"_s);
    m_frame->setAttribute(Qt::WA_StyledBackground);
    auto *line = new QFrame(m_frame);
    line->setProperty("hairlineVertical", true);
    auto *middle = new QHBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(m_sideBar);
    middle->addWidget(line);
    middle->addWidget(m_stack, 1);
    auto *layout = new QVBoxLayout(m_frame);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_storeBar);
    layout->addWidget(m_notifier);
    layout->addLayout(middle, 1);
    layout->addWidget(new JobPanel(m_ui, m_frame));
    setCentralWidget(m_frame);
}

Page *MainWindow::currentPage() const
{
    return qobject_cast<Page *>(m_stack->currentWidget());
}

void MainWindow::forEachPage(const std::function<void(Page &)> &use, bool storeOnly)
{
    for (Page *page : std::as_const(m_pages))
        if (!storeOnly || page->scope() == Page::Scope::Store)
            use(*page);
}

void MainWindow::showPage(const QString &id)
{
    const PageInfo *info = m_registry.page(id);
    if (!info || !m_registry.usable(id))
        return;
    Page *&page = m_pages[id];
    if (!page) {
        page = info->create(m_ui, m_stack);
        m_stack->addWidget(page);
        connect(page, &Page::connectRequested, this, [this] { showConnectDialog(); });
        connect(page, &Page::storePickerRequested, this, &MainWindow::pickStore);
        connect(page, &Page::storeRequested, this, &MainWindow::chooseStore);
    }
    m_stack->setCurrentWidget(page);
    m_sideBar->setCurrentPage(id);
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

void MainWindow::showConnectDialog(const QString &preferred)
{
    m_attempt->cancel();
    m_dialog->choose(preferred.isEmpty() ? m_ui.app.settings.get(settings::lastProfile) : preferred);
}

void MainWindow::onConnected()
{
    const Profile profile = m_ui.app.pool.profile();
    const Capabilities can = m_ui.app.pool.capabilities();
    m_notifier->dismiss();
    m_registry.setCapabilities(can);
    for (auto it = m_pages.cbegin(); it != m_pages.cend(); ++it)
        if (it.value() == currentPage() && !m_registry.usable(it.key())) {
            showPage(m_registry.pages().first().id);
            break;
        }
    m_chooseRequest.cancel();
    m_storeBar->setChoosing(false);
    m_ui.app.stores.clear();
    m_stores.clear();
    setStyleProperty(m_frame, "production", profile.environment == Environment::Production);
    m_frame->layout()->setContentsMargins(
        profile.environment == Environment::Production ? QMargins(2, 2, 2, 2) : QMargins());
    forEachPage([](Page &page) { page.contextChanged(); }, false);
    updateTitle();
    loadStores();
    emit connected();
}

void MainWindow::loadStores()
{
    m_storesRequest.run([this](const CancelToken &token) { return m_ui.app.stores.stores(token); },
                        [this](Result<QList<StoreSummary>> result) {
                            if (!result)
                                return;
                            m_stores = std::move(result).value();
                            // Whoever may enter one store only is there already.
                            const auto active = [](const StoreSummary &store) { return store.active; };
                            if (std::count_if(m_stores.cbegin(), m_stores.cend(), active) == 1 &&
                                !m_ui.app.stores.hasCurrent() && !m_chooseRequest.running() &&
                                rowsUnavailable(m_ui.app.pool.capabilities()).isEmpty())
                                chooseStore(
                                    std::find_if(m_stores.cbegin(), m_stores.cend(), active)->storeId);
                        });
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
                            const Error &error = result.error();
                            m_notifier->say(Notifier::Kind::Bad, error.hint.isEmpty()
                                                                     ? error.message
                                                                     : error.message + u' ' + error.hint);
                            emit storeRefused(error);
                        });
}

void MainWindow::onStoreChanged()
{
    // What the pages show of the former store goes before anything of the new one is asked for.
    forEachPage([](Page &page) { page.contextChanged(); }, true);
    updateTitle();
}

void MainWindow::updateTitle()
{
    QStringList parts;
    if (m_ui.app.stores.hasCurrent())
        parts.append(m_ui.app.stores.current().name);
    if (m_ui.app.pool.state() != ConnectionPool::State::Closed) {
        const Profile profile = m_ui.app.pool.profile();
        parts.append(profile.name.isEmpty() ? profile.target() : profile.name);
        if (profile.environment == Environment::Production)
            parts.append(tr("PRODUCTION"));
    }
    parts.append(u"Retail Admin"_s);
    setWindowTitle(parts.join(u" – "_s));
}

void MainWindow::pickStore()
{
    showPalette(true);
}
void MainWindow::openPalette()
{
    showPalette(false);
}

void MainWindow::showPalette(bool storesOnly)
{
    const auto entries = [this, storesOnly] {
        QList<CommandPalette::Entry> all;
        for (const StoreSummary &store : std::as_const(m_stores))
            if (store.active)
                all.append({store.name,
                            store.location,
                            {},
                            m_ui.theme.storeColour(store.storeId),
                            [this, id = store.storeId] { chooseStore(id); },
                            store.storeId + u' ' + store.region});
        if (storesOnly)
            return all;
        for (const PageInfo &page : m_registry.pages())
            if (m_registry.usable(page.id))
                all.append({tr("Go to %1").arg(page.title),
                            tr("Page"),
                            page.icon,
                            {},
                            [this, id = page.id] { showPage(id); },
                            {}});
        const QList<QAction *> actions = findChildren<QAction *>(Qt::FindDirectChildrenOnly);
        for (QAction *action : actions)
            if (!action->text().isEmpty() && action->isEnabled() && !action->data().toString().isEmpty())
                all.append({action->text().remove(u'&'),
                            action->shortcut().toString(QKeySequence::NativeText),
                            action->data().toString(),
                            {},
                            [action] { action->trigger(); },
                            {}});
        return all;
    };
    m_palette->open(storesOnly ? tr("Find a store by name, place or id") : tr("Find a store or a command"),
                    entries());
    if (m_ui.app.pool.state() != ConnectionPool::State::Closed)
        m_storesRequest.run([this](const CancelToken &token) { return m_ui.app.stores.stores(token); },
                            [this, entries](Result<QList<StoreSummary>> result) {
                                if (!result)
                                    return;
                                m_stores = std::move(result).value();
                                if (m_palette->isVisible())
                                    m_palette->setEntries(entries());
                            });
}

void MainWindow::startSandbox()
{
    // A store of profiles of its own: the job writes them in its thread.
    const QString folder = m_ui.app.profiles.folder();
    Job *job = m_ui.app.jobs.start(
        {u"sandbox"_s, tr("Start the sandbox"), tr("this computer"), u"retail-admin sandbox start"_s},
        [folder](JobContext &context) {
            ProfileStore profiles(folder);
            return Sandbox(profiles).start(context);
        });
    m_notifier->say(
        Notifier::Kind::Information,
        tr("A private PostgreSQL server with sample data is being started. This takes about a minute the "
           "first time; the strip at the bottom shows how far it is."));
    connect(&m_ui.app.jobs, &JobRunner::finished, job, [this, job](Job *finished) {
        if (finished == job && job->state() == JobState::Succeeded) {
            m_notifier->dismiss();
            showConnectDialog(u"sandbox-owner"_s);
        }
    });
}

void MainWindow::loadSampleData()
{
    const Capabilities can = m_ui.app.pool.capabilities();
    const QString name = m_ui.app.pool.profile().name;
    m_ui.prompt.confirm(this, tr("Load sample data into %1?").arg(can.database),
                        tr("Made-up customers, products and sales are written into every store of the "
                           "database that %1 is connected "
                           "to. A database that holds customers already is refused.")
                            .arg(can.login),
                        tr("Load sample data"), [this, can, name](bool yes) {
                            if (yes)
                                m_ui.app.jobs.start({u"sample-data"_s, tr("Load sample data"),
                                                     u"%1 · %2"_s.arg(name, can.database),
                                                     u"retail-admin sample-data load --profile "_s + name},
                                                    m_ui.app.sampleData.load({}));
                        });
}

void MainWindow::jobFinished(Job *job)
{
    if (!isActiveWindow())
        QApplication::alert(this);
    if (job->state() == JobState::Failed)
        m_notifier->say(Notifier::Kind::Bad,
                        u"%1: %2 %3"_s.arg(job->spec().title, job->error().message, job->error().hint),
                        tr("Show log"), [this] { showPage(u"jobs"_s); });
    else if (job->spec().kind == "sample-data"_L1 && job->state() == JobState::Succeeded)
        forEachPage([](Page &page) { page.refresh(); }, false);
}

void MainWindow::zoom(int step)
{
    m_ui.theme.setZoomPercent(step == 0 ? 100 : m_ui.theme.zoomPercent() + step);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    if (!m_quitting && m_ui.app.jobs.running() > 0) {
        event->ignore();
        m_ui.prompt.confirm(
            this, tr("A job is still running. Quit and cancel it?"),
            tr("A cancelled job undoes what it has begun and is kept in the history as cancelled."),
            tr("Quit"), [this](bool yes) {
                m_quitting = yes;
                if (yes)
                    close();
            });
        return;
    }
    m_ui.app.settings.setState(objectName(), saveGeometry());
    for (auto it = m_pages.cbegin(); it != m_pages.cend(); ++it)
        if (it.value() == currentPage())
            m_ui.app.settings.set(settings::lastPage, it.key());
    if (const Profile profile = m_ui.app.pool.profile(); m_ui.app.profiles.byName(profile.name))
        m_ui.app.settings.set(settings::lastProfile, profile.name);
    QMainWindow::closeEvent(event);
}
