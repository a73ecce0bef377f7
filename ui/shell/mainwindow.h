// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/storeservice.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"
#include "ui/shell/pageregistry.h"

#include <QHash>
#include <QMainWindow>

class CommandPalette;
class ConnectAttempt;
class ConnectDialog;
class ConnectionNews;
class Job;
class Notifier;
class ProductionGuard;
class QActionGroup;
class QStackedWidget;
class RoleTools;
class SideBar;
class StoreBar;
class ViewAs;

/// The frame: store bar, banner, side bar, pages, job strip. It knows pages only as Page and brings together
/// what they ask for: connecting, choosing a store, showing another page.
class MainWindow final : public QMainWindow
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(MainWindow)

public:
    explicit MainWindow(const UiContext &ui, QList<PageInfo> pages);
    ~MainWindow() override;

    /// What the program begins with: `target` is what the user asked for. The profile used last is connected
    /// to by itself, unless it is a production one.
    void start(const QString &target);
    /// Connects in the background; on failure the connect dialog says why. An empty target opens the dialog.
    void connectTo(const QString &target);
    void chooseStore(const QString &storeId);
    void showPage(const QString &id); ///< as it was left
    void goTo(const Place &place);
    void goBack();
    void goForward();
    Page *currentPage() const;
    const PageRegistry &registry() const { return m_registry; }

public slots:
    void showConnectDialog(const QString &preferred = {});
    void pickStore();
    void openPalette();

signals:
    void connected();
    void connectFailed(const Error &error);
    void storeRefused(const Error &error);

protected:
    void changeEvent(QEvent *event) override;
    void closeEvent(QCloseEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    void build();
    void buildMenus();
    void addPageShortcuts();
    void onDatabaseChanged();
    void onConnected();
    void onDisconnected();
    void connectAgain(const Error &why);
    void onStoreChanged();
    void updateTitle();
    void forEachPage(const std::function<void(Page &)> &use, bool storeOnly);
    void loadStores();
    void tell(const Error &error, const QString &what = {});
    void tellNoStores(const Error &error);
    void showPalette(bool storesOnly);
    void startSandbox();
    void loadSampleData();
    void jobFinished(Job *job);
    void showKeys();
    void showLog();
    void showAbout();
    void zoom(int step);
    Place here() const;
    Page *pageOf(const QString &id); ///< made when it is first wanted; nullptr where this login may not
    bool bringUp(const QString &id, const QStringList *words = nullptr);
    void remember(const Place &left);
    void walk(QList<Place> &from, QList<Place> &to);

    const UiContext m_ui;
    PageRegistry m_registry;
    QHash<QString, Page *> m_pages;
    QList<StoreSummary> m_stores;
    QList<Place> m_back;
    QList<Place> m_forward;
    int m_epoch = 0;              // of the pool, as the window shows it
    QString m_target;             // of the try that is under way
    QString m_store;              // chosen last on this connection
    QString m_reenter;            // to be chosen when the stores are known
    bool m_losingChanges = false; ///< answers to the questions before quitting
    bool m_cancellingJobs = false;
    QWidget *m_frame;
    StoreBar *m_storeBar;
    Notifier *m_notifier;
    ViewAs *m_viewAs;
    SideBar *m_sideBar;
    QStackedWidget *m_stack;
    CommandPalette *m_palette;
    ConnectAttempt *m_attempt;
    ConnectDialog *m_dialog;
    ConnectionNews *m_news;
    ProductionGuard *m_production;
    RoleTools *m_roles;
    Request<QList<StoreSummary>> m_storesRequest;
    Request<QList<StoreSummary>> m_paletteRequest;
    Request<StoreSummary> m_chooseRequest;
};
