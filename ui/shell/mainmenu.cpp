// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/appcontext.h"
#include "app/core/log.h"
#include "ui/access/passwordchange.h"
#include "ui/shared/theme.h"
#include "ui/shell/logdialog.h"
#include "ui/shell/mainwindow.h"
#include "ui/shell/notifier.h"
#include "ui/shell/prompt.h"
#include "ui/shell/roletools.h"
#include "ui/shell/viewas.h"

#include <QAbstractItemView>
#include <QActionGroup>
#include <QApplication>
#include <QMenuBar>
#include <QShortcut>

using namespace Qt::StringLiterals;

// The menus of MainWindow: each action is named once here, with its key, and the command palette lists those
// with an icon.
void MainWindow::buildMenus()
{
    const auto add = [this](QMenu *menu, const QString &name, const QString &text, const QKeySequence &key,
                            const QString &icon, auto slot) {
        auto *action = new QAction(text, this);
        action->setObjectName(name);
        action->setShortcut(key);
        action->setData(icon); // QAction::icon would be stale after a change of theme
        connect(action, &QAction::triggered, this, slot);
        menu->addAction(action);
        return action;
    };

    QMenu *file = menuBar()->addMenu(tr("&File"));
    add(file, u"actionConnect"_s, tr("&Connect…"), QKeySequence(Qt::CTRL | Qt::Key_O), u"network-connect"_s,
        [this] { showConnectDialog(); });
    QAction *disconnecting = add(file, u"actionDisconnect"_s, tr("&Disconnect"), {}, u"network-disconnect"_s,
                                 [this] { m_ui.app.pool.close(); });
    add(file, u"actionSandbox"_s, tr("&Try with sample data"), {}, u"run-build"_s,
        [this] { startSandbox(); });
    QAction *sample = add(file, u"actionLoadSampleData"_s, tr("&Load sample data…"), {}, u"document-import"_s,
                          [this] { loadSampleData(); });
    add(file, u"actionExport"_s, tr("&Export…"), QKeySequence(Qt::CTRL | Qt::Key_E), u"document-export"_s,
        [this] {
            Page *page = currentPage();
            if (!page || !page->exportShown())
                m_notifier->say(Notifier::Kind::Information, tr("There is nothing to export on this page."));
        });
    QAction *password = add(file, u"actionPassword"_s, tr("Change my &password…"), {}, u"password-generate"_s,
                            [this] { changeOwnPassword(m_ui, this); });
    file->addSeparator();
    add(file, u"actionQuit"_s, tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), u"application-exit"_s,
        [this] { close(); });
    connect(file, &QMenu::aboutToShow, this, [this, sample, disconnecting, password] {
        disconnecting->setEnabled(m_ui.app.pool.state() != ConnectionPool::State::Closed);
        const bool open = m_ui.app.pool.state() == ConnectionPool::State::Open;
        sample->setEnabled(open && m_ui.app.pool.capabilities().owner);
        password->setEnabled(open);
    });

    QMenu *view = menuBar()->addMenu(tr("&View"));
    add(view, u"actionPalette"_s, tr("&Store or command…"), QKeySequence(Qt::CTRL | Qt::Key_K), {},
        [this] { openPalette(); });
    add(view, u"actionRefresh"_s, tr("&Refresh"), QKeySequence(Qt::Key_F5), u"view-refresh"_s, [this] {
        if (Page *page = currentPage())
            page->refresh();
    });
    add(view, u"actionFind"_s, tr("&Find or filter"), QKeySequence(Qt::CTRL | Qt::Key_F), u"edit-find"_s,
        [this] {
            if (Page *page = currentPage())
                page->focusFilter();
        });
    add(view, u"actionBack"_s, tr("&Back"), QKeySequence(Qt::ALT | Qt::Key_Left), u"go-previous"_s,
        [this] { goBack(); });
    add(view, u"actionForward"_s, tr("F&orward"), QKeySequence(Qt::ALT | Qt::Key_Right), u"go-next"_s,
        [this] { goForward(); });
    view->addSeparator();
    QMenu *appearance = view->addMenu(tr("&Appearance"));
    auto *group = new QActionGroup(this);
    const std::pair<Theme::Mode, QString> modes[] = {{Theme::Mode::System, tr("As the &system")},
                                                     {Theme::Mode::Light, tr("&Light")},
                                                     {Theme::Mode::Dark, tr("&Dark")}};
    for (const auto &[mode, text] : modes) {
        QAction *action = add(appearance, u"actionTheme%1"_s.arg(static_cast<int>(mode)), text, {}, {},
                              [this, wanted = mode] { m_ui.theme.setMode(wanted); });
        action->setCheckable(true);
        action->setChecked(m_ui.theme.mode() == mode);
        group->addAction(action);
    }
    add(view, u"actionLarger"_s, tr("&Larger"), QKeySequence::ZoomIn, u"zoom-in"_s, [this] {
        zoom(10);
    })->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_Plus), QKeySequence(Qt::CTRL | Qt::Key_Equal)});
    add(view, u"actionSmaller"_s, tr("S&maller"), QKeySequence(Qt::CTRL | Qt::Key_Minus), u"zoom-out"_s,
        [this] { zoom(-10); });
    add(view, u"actionZoomReset"_s, tr("&Normal size"), QKeySequence(Qt::CTRL | Qt::Key_0),
        u"zoom-original"_s, [this] { zoom(0); });

    QMenu *tools = menuBar()->addMenu(tr("&Tools"));
    add(tools, u"actionViewAs"_s, tr("&View as…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_V),
        u"view-visible"_s, [this] { m_roles->viewAs(); });
    QAction *leaving = add(tools, u"actionLeaveView"_s, tr("&Leave the view"), {}, u"view-hidden"_s,
                           [this] { m_viewAs->leave(); });
    add(tools, u"actionRights"_s, tr("&Rights and plans…"), {}, u"documentinfo"_s,
        [this] { m_roles->studyRights(); });
    add(tools, u"actionProveIsolation"_s, tr("&Prove isolation…"), {}, u"checkmark"_s,
        [this] { m_roles->proveIsolation(); });
    connect(tools, &QMenu::aboutToShow, this, [this, leaving] { leaving->setEnabled(m_viewAs->active()); });

    QMenu *help = menuBar()->addMenu(tr("&Help"));
    add(help, u"actionPageHelp"_s, tr("About &this page"), QKeySequence(Qt::Key_F1), u"help-contextual"_s,
        [this] {
            if (const Page *page = currentPage())
                m_ui.prompt.inform(this, page->title(), page->help());
        });
    add(help, u"actionKeys"_s, tr("&Keys"), {}, u"help-keybord-shortcuts"_s, [this] { showKeys(); });
    add(help, u"actionLog"_s, tr("Show &log"), {}, u"viewlog"_s, [this] { showLog(); });
    add(help, u"actionAbout"_s, tr("&About Retail Admin"), {}, u"help-about"_s, [this] { showAbout(); });
}

void MainWindow::addPageShortcuts()
{
    const auto count = std::min<qsizetype>(m_registry.pages().size(), 9);
    for (qsizetype i = 0; i < count; ++i) {
        auto *shortcut = new QShortcut(QKeySequence(u"Ctrl+%1"_s.arg(i + 1)), this);
        connect(shortcut, &QShortcut::activated, this, [this, id = m_registry.pages()[i].id] {
            showPage(id);
            // The keys that follow are for the page, not for the list of pages.
            QWidget *wanted = currentPage();
            if (wanted->isAncestorOf(QApplication::focusWidget()))
                return;
            const QList<QAbstractItemView *> views = wanted->findChildren<QAbstractItemView *>();
            for (QAbstractItemView *view : views)
                if (view->isVisible() && view->focusPolicy() != Qt::NoFocus) {
                    wanted = view;
                    break;
                }
            wanted->setFocus();
        });
    }
}

void MainWindow::showKeys()
{
    QStringList lines;
    const QList<QAction *> actions = findChildren<QAction *>(Qt::FindDirectChildrenOnly);
    for (const QAction *action : actions)
        if (!action->shortcut().isEmpty())
            lines.append(u"%1: %2"_s.arg(action->shortcut().toString(QKeySequence::NativeText),
                                         action->text().remove(u'&')));
    lines.append(tr("Ctrl+1 … Ctrl+9: page of the side bar"));
    lines.append(tr("Ctrl+C: copy the selected rows"));
    lines.append(tr("Ctrl+Shift+C: copy the current value"));
    lines.append(tr("Ctrl+Shift+F: filter by the current value"));
    lines.append(tr("Ctrl+H: history of the current row"));
    lines.append(tr("Ctrl+S, Ctrl+Z: save changes, take the last one back"));
    m_ui.prompt.inform(this, tr("Keys"), lines.join(u'\n'));
}

void MainWindow::showLog()
{
    auto *dialog = new LogDialog(m_ui.theme, logging::file(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

void MainWindow::showAbout()
{
    const Capabilities can = m_ui.app.pool.capabilities();
    QString text =
        tr("Version %1. Free software under the GNU General Public License, version 3 or later, without "
           "warranty. It sends no data to anybody but the databases you connect to, the embedding servers "
           "and upload targets you set up.")
            .arg(QCoreApplication::applicationVersion());
    if (m_ui.app.pool.state() != ConnectionPool::State::Closed)
        text += u"\n\n"_s + tr("Connected to PostgreSQL %1. Schema version: %2. Open connections: %3.")
                                .arg(can.serverVersionText)
                                .arg(can.schemaVersion)
                                .arg(m_ui.app.pool.openConnections());
    m_ui.prompt.inform(this, tr("Retail Admin"), text);
}
