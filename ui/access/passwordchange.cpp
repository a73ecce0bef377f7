// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/access/passwordchange.h"

#include "app/appcontext.h"
#include "app/services/accessservice.h"
#include "ui/access/accessdialogs.h"
#include "ui/shell/prompt.h"

#include <QCoreApplication>
#include <QFuture>

using namespace Qt::StringLiterals;

namespace {

QString text(const char *words)
{
    return QCoreApplication::translate("PasswordDialog", words);
}

} // namespace

void changeOwnPassword(const UiContext &ui, QWidget *parent)
{
    const QString profile = ui.app.pool.profile().name;
    auto *dialog = new PasswordDialog(ui.app.pool.capabilities().login, parent);
    QObject::connect(dialog, &QDialog::accepted, parent, [ui, parent, profile, dialog] {
        const QString password = dialog->password();
        AccessService(ui.app.pool)
            .changeOwnPassword(password)
            .then(parent, [ui, parent, profile, password](const Result<void> &changed) {
                if (!changed) {
                    ui.prompt.inform(parent, text("The password was not changed"), changed.error().text());
                    return;
                }
                if (!profile.isEmpty() && !ui.app.secrets.rememberedBackend(profile).isEmpty())
                    (void)ui.app.secrets.write(profile, password);
                ui.prompt.inform(
                    parent, text("The password is changed"),
                    text("What is connected stays connected. Connect again (File ▸ Connect) with the new "
                         "password before this window needs a further connection, and put it into pass "
                         "files that hold the old one."));
            });
    });
    dialog->open();
}
