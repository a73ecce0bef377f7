// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/mainwindow.h"

#include "app/appcontext.h"
#include "app/core/shellcommand.h"
#include "app/services/sandbox.h"
#include "ui/shared/jobmodel.h"
#include "ui/shared/theme.h"
#include "ui/shell/commandpalette.h"
#include "ui/shell/connectattempt.h"
#include "ui/shell/connectdialog.h"
#include "ui/shell/connectionnews.h"
#include "ui/shell/jobpanel.h"
#include "ui/shell/logdialog.h"
#include "ui/shell/notifier.h"
#include "ui/shell/productionguard.h"
#include "ui/shell/prompt.h"
#include "ui/shell/roletools.h"
#include "ui/shell/sidebar.h"
#include "ui/shell/storebar.h"
#include "ui/shell/viewas.h"

#include <QApplication>
#include <QCloseEvent>
#include <QScreen>
#include <QStackedWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

MainWindow::MainWindow(const UiContext &ui, QList<PageInfo> pages)
    : m_ui(ui)
    , m_registry(std::move(pages))
    , m_frame(new QWidget(this))
    , m_storeBar(new StoreBar(ui, m_frame))
    , m_notifier(new Notifier(ui.theme, m_frame))
    , m_viewAs(new ViewAs(ui, m_frame))
    , m_sideBar(new SideBar(ui.theme, m_registry, m_frame))
    , m_stack(new QStackedWidget(m_frame))
    , m_palette(new CommandPalette(ui.theme, this))
    , m_attempt(new ConnectAttempt(ui.app, this))
    , m_dialog(new ConnectDialog(ui, this))
    , m_news(new ConnectionNews(ui, *m_notifier, this))
    , m_production(new ProductionGuard(ui, m_frame, this))
    , m_roles(new RoleTools(ui, *m_viewAs, *m_palette, *m_notifier, this))
    , m_storesRequest(this)
    , m_paletteRequest(this)
    , m_chooseRequest(this)
{
    setObjectName(u"mainWindow"_s);
    build();
    buildMenus();
    addPageShortcuts();

    connect(m_storeBar, &StoreBar::storePickerRequested, this, &MainWindow::pickStore);
    connect(m_storeBar, &StoreBar::paletteRequested, this, &MainWindow::openPalette);
    connect(m_sideBar, &SideBar::pageChosen, this, &MainWindow::showPage);
    connect(m_dialog, &ConnectDialog::sandboxRequested, this, &MainWindow::startSandbox);
    const auto notRemembered = [this](const QString &why) {
        m_notifier->say(Notifier::Kind::Warning, tr("%1 The password holds for this session only.").arg(why));
    };
    connect(m_dialog, &ConnectDialog::notRemembered, this, notRemembered);
    connect(m_attempt, &ConnectAttempt::failed, this, [this](const Error &error) {
        m_notifier->dismiss();
        emit connectFailed(error);
        m_dialog->showFailure(m_target, error, m_attempt->step());
    });
    connect(&ui.app.stores, &StoreService::currentChanged, this, &MainWindow::onStoreChanged);
    connect(&ui.app.pool, &ConnectionPool::databaseChanged, this, &MainWindow::onDatabaseChanged);
    connect(m_news, &ConnectionNews::connectRequested, this, &MainWindow::connectAgain);
    connect(m_news, &ConnectionNews::storePickerRequested, this, &MainWindow::pickStore);
    connect(m_viewAs, &ViewAs::entered, this, [this] {
        const QString store = m_store;
        onDatabaseChanged();
        m_reenter = store; // if this role may
    });
    connect(m_storeBar, &StoreBar::viewAsRequested, m_roles, &RoleTools::viewAs);
    connect(&ui.app.jobs, &JobRunner::finished, this, &MainWindow::jobFinished);

    resize(1280, 800);
    restoreGeometry(ui.app.settings.state(objectName()));
    // With room for the frame, whose size is not known yet: the job strip is at the bottom.
    if (!isMaximized() && !isFullScreen())
        resize(size().boundedTo(screen()->availableSize() - QSize(16, 48)));
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
    layout->addWidget(m_viewAs);
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

void MainWindow::onStoreChanged()
{
    // Places name rows of the former store.
    m_back.clear();
    m_forward.clear();
    if (m_ui.app.stores.hasCurrent())
        m_store = m_ui.app.stores.current().storeId;
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
        if (m_viewAs->active())
            parts.append(tr("viewing as %1").arg(m_viewAs->role()));
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
    const int opening = m_palette->open(
        storesOnly ? tr("Find a store by name, place or id") : tr("Find a store or a command"), entries());
    if (m_ui.app.pool.state() != ConnectionPool::State::Closed)
        m_paletteRequest.run([this](const CancelToken &token) { return m_ui.app.stores.stores(token); },
                             [this, opening, entries](Result<QList<StoreSummary>> result) {
                                 if (!result) {
                                     tellNoStores(result.error());
                                     return;
                                 }
                                 m_stores = std::move(result).value();
                                 m_palette->setEntries(opening, entries());
                             });
}

void MainWindow::startSandbox()
{
    // A store of profiles of its own: the job writes them in its thread.
    const QString folder = m_ui.app.profiles.folder();
    m_ui.app.jobs.start(
        {u"sandbox"_s, tr("Start the sandbox"), tr("this computer"), u"retail-admin sandbox start"_s},
        [folder](JobContext &context) {
            ProfileStore profiles(folder);
            return Sandbox(profiles).start(context);
        });
    m_notifier->say(
        Notifier::Kind::Information,
        tr("A private PostgreSQL server with sample data is being started. This takes about a minute the "
           "first time; the strip at the bottom shows how far it is."));
}

void MainWindow::loadSampleData()
{
    const int epoch = m_ui.app.pool.epoch();
    const Capabilities can = m_ui.app.pool.capabilities();
    const Profile profile = m_ui.app.pool.profile();
    const QString question = tr("Load sample data into %1?").arg(can.database);
    const QString explanation =
        tr("Made-up customers, products and sales are written into the stores %1 of the database that %2 is "
           "connected to; those that are missing are added. A database that holds customers, products or "
           "sales already is refused; “retail-admin sample-data --confirm %3” adds to it.")
            .arg(SampleDataOptions().stores.join(u", "_s), can.login, can.database);
    const QString action = tr("Load sample data");
    const auto answer = [this, epoch, can, profile](bool yes) {
        if (!yes)
            return;
        const JobWork work = m_ui.app.sampleData.load({}); // keeps the database that is open now
        if (m_ui.app.pool.epoch() == epoch)
            m_ui.app.jobs.start({u"sample-data"_s, tr("Load sample data"),
                                 u"%1 · %2"_s.arg(profile.name, can.database),
                                 shellCommand(QStringList{u"sample-data"_s} + profile.words())},
                                work);
        else
            m_notifier->say(Notifier::Kind::Warning,
                            tr("Another connection is open than the one that was asked about: no sample data "
                               "was loaded. Choose File ▸ Load sample data again if it is meant for this "
                               "one."));
    };
    if (m_production->active())
        m_ui.prompt.confirmTyped(this, question, explanation, can.database, action, answer);
    else
        m_ui.prompt.confirm(this, question, explanation, action, answer);
}

void MainWindow::jobFinished(Job *job)
{
    if (!isActiveWindow()) {
        QApplication::alert(this);
        m_ui.prompt.notify(u"%1: %2"_s.arg(job->spec().title, jobStateTitle(jobStateName(job->state()))),
                           job->summary());
    }
    if (job->state() == JobState::Failed)
        m_notifier->say(Notifier::Kind::Bad,
                        u"%1: %2 %3"_s.arg(job->spec().title, job->error().message, job->error().hint),
                        tr("Show log"), [this] { showPage(u"jobs"_s); });
    if (job->state() != JobState::Succeeded)
        return;
    if (job->spec().kind == "sample-data"_L1) {
        forEachPage([](Page &page) { page.refresh(); }, false);
    } else if (job->spec().kind == "sandbox"_L1) {
        const auto offer = [this] { showConnectDialog(u"sandbox-owner"_s); };
        m_notifier->dismiss();
        // What is being answered in a dialog belongs to the connection there is.
        if (QWidget *open = QApplication::activeModalWidget(); open && open != m_dialog)
            m_notifier->say(Notifier::Kind::Good, tr("The sandbox is ready."), tr("Connect…"), offer);
        else
            offer();
    }
}

void MainWindow::zoom(int step)
{
    m_ui.theme.setZoomPercent(step == 0 ? 100 : m_ui.theme.zoomPercent() + step);
}

// Samples of the server's statistics are taken only while somebody could look.
void MainWindow::changeEvent(QEvent *event)
{
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::WindowStateChange)
        m_ui.app.sampler.setWatched(isVisible() && !isMinimized());
}

void MainWindow::showEvent(QShowEvent *event)
{
    QMainWindow::showEvent(event);
    m_ui.app.sampler.setWatched(!isMinimized());
}

void MainWindow::hideEvent(QHideEvent *event)
{
    QMainWindow::hideEvent(event);
    m_ui.app.sampler.setWatched(false);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    if (QWidget *editor = focusWidget())
        editor->clearFocus(); // one that is open in a grid holds a change too
    QStringList unsaved;
    forEachPage(
        [&](Page &page) {
            if (const QString sentence = page.unsaved(); !sentence.isEmpty())
                unsaved.append(sentence);
        },
        false);
    if (!m_losingChanges && !unsaved.isEmpty()) {
        event->ignore();
        m_ui.prompt.confirm(this, tr("Quit without saving?"), unsaved.join(u' '), tr("Quit without saving"),
                            [this](bool yes) {
                                m_losingChanges = yes;
                                if (yes)
                                    close();
                            });
        return;
    }
    if (!m_cancellingJobs && m_ui.app.jobs.running() > 0) {
        event->ignore();
        m_ui.prompt.confirm(
            this, tr("A job is still running. Quit and cancel it?"),
            tr("A cancelled job undoes what is not committed yet, and is kept in the history as cancelled."),
            tr("Quit"), [this](bool yes) {
                m_cancellingJobs = yes;
                if (yes)
                    close();
                else
                    m_losingChanges = false; // asked again the next time
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
