// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/appcontext.h"
#include "tests/support/readyprompt.h"
#include "tests/support/testcluster.h"
#include "ui/shared/theme.h"
#include "ui/shell/page.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

/// One page without the window around it, on a database of a test's own. Each test function has a new home.
class PageTest : public QObject
{
public:
    PageTest() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }

protected:
    void startProgram()
    {
        m_home = std::make_unique<QTemporaryDir>();
        for (const char *name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"})
            qputenv(name, m_home->path().toUtf8());
        m_app = std::make_unique<AppContext>();
        m_theme = std::make_unique<Theme>(*qApp, m_app->settings);
        m_prompt.answer = true;
        m_prompt.asked.clear();
        m_prompt.explanation.clear();
    }
    void endProgram()
    {
        m_page.reset();
        m_theme.reset();
        m_app.reset();
    }
    /// Shows a page to a login, with its models watched.
    template <typename Shown>
    void open(const QString &user)
    {
        OPEN_POOL(m_app->pool, *m_database, user);
        m_page = std::make_unique<Shown>(UiContext{*m_app, *m_theme, m_prompt}, nullptr);
        for (QTableView *view : m_page->findChildren<QTableView *>())
            new QAbstractItemModelTester(view->model(), view);
        m_page->resize(1200, 800);
        m_page->show();
        QTRY_VERIFY_WITH_TIMEOUT(!m_page->loading(), 20'000);
    }
    template <typename T>
    T *find(const QString &name) const
    {
        return m_page->findChild<T *>(name);
    }

    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<TestDatabase> m_database;
    std::unique_ptr<AppContext> m_app;
    std::unique_ptr<Theme> m_theme;
    ReadyPrompt m_prompt;
    std::unique_ptr<Page> m_page;
};
