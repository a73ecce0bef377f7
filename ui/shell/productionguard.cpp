// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/productionguard.h"

#include "app/appcontext.h"
#include "ui/shared/theme.h"

#include <QApplication>
#include <QDialog>
#include <QEvent>
#include <QLabel>
#include <QLayout>

using namespace Qt::StringLiterals;

namespace {
const QString stripName = QStringLiteral("productionStrip");
}

ProductionGuard::ProductionGuard(const UiContext &ui, QWidget *frame, QWidget *window)
    : QObject(window)
    , m_ui(ui)
    , m_frame(frame)
    , m_window(window)
{
    qApp->installEventFilter(this);
}

void ProductionGuard::update(bool viewing)
{
    m_active = m_ui.app.pool.state() != ConnectionPool::State::Closed &&
               m_ui.app.pool.profile().environment == Environment::Production;
    setStyleProperty(m_frame, "production", m_active);
    setStyleProperty(m_frame, "view", viewing && !m_active);
    const int line = m_active || viewing ? m_ui.theme.px(3) : 0;
    m_frame->layout()->setContentsMargins(line, line, line, line);
}

bool ProductionGuard::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::Show)
        return false;
    auto *dialog = qobject_cast<QDialog *>(watched);
    // The connect dialog is about the next connection and marks itself.
    if (!dialog || dialog->objectName() == u"connectDialog" || dialog->objectName() == u"profileEditor")
        return false;
    for (const QWidget *parent = dialog->parentWidget(); parent; parent = parent->parentWidget())
        if (parent == m_window) {
            m_active ? mark(dialog) : unmark(dialog);
            break;
        }
    return false;
}

void ProductionGuard::mark(QDialog *dialog) const
{
    const QString word = tr("PRODUCTION");
    if (!dialog->windowTitle().startsWith(word))
        dialog->setWindowTitle(word + u" – "_s + dialog->windowTitle());
    if (!dialog->layout() || dialog->layout()->menuBar())
        return;
    const Profile profile = m_ui.app.pool.profile();
    auto *strip = new QLabel(u"%1 · %2 · %3"_s.arg(word, m_ui.app.pool.capabilities().database,
                                                   profile.name.isEmpty() ? profile.target() : profile.name),
                             dialog);
    strip->setObjectName(stripName);
    strip->setTextFormat(Qt::PlainText);
    // The place of a menu bar: above any layout, outside its margins.
    dialog->layout()->setMenuBar(strip);
    strip->show(); // the dialog's other parts are shown by now
    dialog->setAttribute(Qt::WA_StyledBackground);
    setStyleProperty(dialog, "production", true);
}

void ProductionGuard::unmark(QDialog *dialog)
{
    auto *strip = dialog->findChild<QLabel *>(stripName, Qt::FindDirectChildrenOnly);
    if (!strip)
        return;
    dialog->layout()->setMenuBar(nullptr);
    delete strip;
    setStyleProperty(dialog, "production", false);
    const QString word = tr("PRODUCTION") + u" – "_s;
    if (dialog->windowTitle().startsWith(word))
        dialog->setWindowTitle(dialog->windowTitle().mid(word.size()));
}
