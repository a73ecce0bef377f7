// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/browse/viewsmenu.h"

#include "app/local/localstore.h"

#include <QInputDialog>
#include <QMenu>

using namespace Qt::StringLiterals;

ViewsMenu::ViewsMenu(LocalStore &store, std::function<QString()> body, QWidget *parent)
    : QToolButton(parent)
    , m_store(store)
    , m_body(std::move(body))
{
    setObjectName(u"viewsMenu"_s);
    setText(tr("Vie&ws"));
    setAccessibleName(tr("Saved views"));
    setToolTip(tr("Filters, sort and columns under a name, for this store"));
    setPopupMode(InstantPopup);
    setMenu(new QMenu(this));
    connect(menu(), &QMenu::aboutToShow, this, &ViewsMenu::fill);
}

void ViewsMenu::fill()
{
    menu()->clear();
    const Result<QList<SavedView>> views = m_store.views(m_scope);
    if (!views) {
        menu()->addAction(views.error().message)->setEnabled(false);
        return;
    }
    for (const SavedView &view : *views) {
        QAction *action = menu()->addAction(QString(view.name).replace(u'&', u"&&"_s));
        connect(action, &QAction::triggered, this, [this, body = view.body] { emit chosen(body); });
    }
    if (views->isEmpty())
        menu()->addAction(tr("No view is saved for this store"))->setEnabled(false);
    menu()->addSeparator();
    QAction *saving = menu()->addAction(tr("&Save this view…"));
    saving->setObjectName(u"viewSave"_s);
    connect(saving, &QAction::triggered, this, &ViewsMenu::save);
    if (views->isEmpty())
        return;
    QMenu *removing = menu()->addMenu(tr("&Remove"));
    for (const SavedView &view : *views)
        connect(removing->addAction(QString(view.name).replace(u'&', u"&&"_s)), &QAction::triggered, this,
                [this, name = view.name] { tell(m_store.removeView(m_scope, name)); });
}

void ViewsMenu::tell(const Result<void> &done)
{
    if (!done)
        emit failed(done.error());
}

void ViewsMenu::save()
{
    auto *dialog = new QInputDialog(this);
    dialog->setObjectName(u"viewName"_s);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Save this view"));
    dialog->setLabelText(tr("Name of the view; one of the same name is replaced:"));
    connect(dialog, &QInputDialog::textValueSelected, this, [this](const QString &name) {
        if (!name.trimmed().isEmpty())
            tell(m_store.saveView(m_scope, {name.trimmed(), m_body()}));
    });
    dialog->open();
}
