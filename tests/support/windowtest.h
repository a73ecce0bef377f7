// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/appcontext.h"
#include "tests/support/testcluster.h"
#include "ui/shared/theme.h"
#include "ui/shell/mainwindow.h"
#include "ui/shell/prompt.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

/// The program as a new user has it: a home of its own, profiles of a test's database, and the real window.
class WindowTest : public QObject
{
public:
    WindowTest() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }

protected:
    /// Opens the window in a home that no other test of the program has seen.
    void openWindow(Prompt &prompt, const QStringList &logins, const QSize &size = {1280, 800})
    {
        closeWindow();
        const QString home = m_home.filePath(QString::number(++m_homes));
        qputenv("XDG_CONFIG_HOME", (home + QStringLiteral("/config")).toUtf8());
        qputenv("XDG_DATA_HOME", (home + QStringLiteral("/data")).toUtf8());
        qputenv("XDG_STATE_HOME", (home + QStringLiteral("/state")).toUtf8());
        m_app = std::make_unique<AppContext>();
        for (const QString &login : logins)
            VERIFY_OK(m_app->profiles.save(m_database->login(login).profile));
        m_theme = std::make_unique<Theme>(*qApp, m_app->settings);
        m_window = std::make_unique<MainWindow>(UiContext{*m_app, *m_theme, prompt}, allPages());
        m_window->resize(size);
        m_window->show();
        m_window->activateWindow(); // there may be no window manager who does
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }
    void closeWindow()
    {
        m_window.reset();
        m_theme.reset();
        m_app.reset();
    }
    void connectAs(const QString &profile)
    {
        const QSignalSpy connected(m_window.get(), &MainWindow::connected);
        m_window->connectTo(profile);
        QTRY_COMPARE_WITH_TIMEOUT(connected.count(), 1, 20'000);
    }
    void chooseStore(const QString &store)
    {
        m_window->chooseStore(store);
        QTRY_COMPARE(m_app->stores.current().storeId, store);
    }
    template <typename T>
    T *find(const QString &name) const
    {
        return m_window->findChild<T *>(name);
    }

    QTemporaryDir m_home{QStringLiteral("/tmp/retail-window-XXXXXX")};
    std::unique_ptr<TestDatabase> m_database;
    std::unique_ptr<AppContext> m_app;
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<MainWindow> m_window;

private:
    int m_homes = 0;
};
