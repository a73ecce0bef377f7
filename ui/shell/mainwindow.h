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
class Job;
class Notifier;
class QActionGroup;
class QStackedWidget;
class SideBar;
class StoreBar;

/// The frame: store bar, banner, side bar, pages, job strip. It knows pages only as Page and brings together
/// what they ask for: connecting, choosing a store, showing another page.
class MainWindow final : public QMainWindow
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(MainWindow)

public:
    explicit MainWindow(const UiContext &ui, QList<PageInfo> pages);
    ~MainWindow() override;

    /// Connects in the background; on failure the connect dialog says why. An empty target opens the dialog.
    void connectTo(const QString &target);
    void chooseStore(const QString &storeId);
    void showPage(const QString &id);
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
    void closeEvent(QCloseEvent *event) override;

private:
    void build();
    void buildMenus();
    void addPageShortcuts();
    void onConnected();
    void onStoreChanged();
    void updateTitle();
    void forEachPage(const std::function<void(Page &)> &use, bool storeOnly);
    void loadStores();
    void showPalette(bool storesOnly);
    void startSandbox();
    void loadSampleData();
    void jobFinished(Job *job);
    void showKeys();
    void showLog();
    void showAbout();
    void zoom(int step);

    const UiContext m_ui;
    PageRegistry m_registry;
    QHash<QString, Page *> m_pages;
    QList<StoreSummary> m_stores;
    QString m_target; // of the try that is under way
    bool m_quitting = false;
    QWidget *m_frame;
    StoreBar *m_storeBar;
    Notifier *m_notifier;
    SideBar *m_sideBar;
    QStackedWidget *m_stack;
    CommandPalette *m_palette;
    ConnectAttempt *m_attempt;
    ConnectDialog *m_dialog;
    Request<QList<StoreSummary>> m_storesRequest;
    Request<StoreSummary> m_chooseRequest;
};
