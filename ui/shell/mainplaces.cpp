// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/mainwindow.h"
#include "ui/shell/sidebar.h"

#include <QStackedWidget>

// Where MainWindow is, where it came from, and how it goes elsewhere.

namespace {

constexpr qsizetype longestWay = 100; // places that Back remembers

} // namespace

Page *MainWindow::pageOf(const QString &id)
{
    const PageInfo *info = m_registry.page(id);
    if (!info || !m_registry.usable(id))
        return nullptr;
    Page *&page = m_pages[id];
    if (!page) {
        page = info->create(m_ui, m_stack);
        m_stack->addWidget(page);
        connect(page, &Page::connectRequested, this, [this] { showConnectDialog(); });
        connect(page, &Page::storePickerRequested, this, &MainWindow::pickStore);
        connect(page, &Page::storeRequested, this, &MainWindow::chooseStore);
        connect(page, &Page::placeRequested, this, &MainWindow::goTo);
    }
    return page;
}

bool MainWindow::bringUp(const QString &id, const QStringList *words)
{
    Page *page = pageOf(id);
    if (!page)
        return false;
    if (words)
        page->open(*words);
    m_stack->setCurrentWidget(page);
    m_sideBar->setCurrentPage(id);
    return true;
}

Place MainWindow::here() const
{
    for (auto it = m_pages.cbegin(); it != m_pages.cend(); ++it)
        if (it.value() == currentPage())
            return {it.key(), it.value()->words()};
    return {};
}

void MainWindow::showPage(const QString &id)
{
    const Place left = here();
    if (id != left.page && bringUp(id) && !left.page.isEmpty())
        remember(left);
}

void MainWindow::goTo(const Place &place)
{
    const Place left = here();
    if (place != left && bringUp(place.page, &place.words))
        remember(left);
}

void MainWindow::remember(const Place &left)
{
    m_back.append(left);
    if (m_back.size() > longestWay)
        m_back.removeFirst();
    m_forward.clear();
}

/// Back and Forward: what is left goes to the other side.
void MainWindow::walk(QList<Place> &from, QList<Place> &to)
{
    while (!from.isEmpty()) {
        const Place left = here();
        const Place place = from.takeLast();
        if (place == left || !bringUp(place.page, &place.words)) // a page that this login may no longer use
            continue;
        to.append(left);
        return;
    }
}

void MainWindow::goBack()
{
    walk(m_back, m_forward);
}
void MainWindow::goForward()
{
    walk(m_forward, m_back);
}
