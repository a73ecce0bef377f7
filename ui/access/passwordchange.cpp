// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/access/passwordchange.h"

#include "app/appcontext.h"
#include "app/services/accessservice.h"
#include "ui/access/accessdialogs.h"
#include "ui/shared/request.h"
#include "ui/shell/prompt.h"

#include <QCoreApplication>

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
        whenAnswered(
            parent, AccessService(ui.app.pool).changeOwnPassword(password),
            [ui, parent, profile, password](const Result<void> &changed) {
                if (!changed) {
                    ui.prompt.inform(parent, text("The password was not changed"), changed.error().text());
                    return;
                }
                const auto tell = [ui, parent](const QString &more) {
                    ui.prompt.inform(
                        parent, text("The password is changed"),
                        text("What is connected stays connected. Connect again (File ▸ Connect) with the new "
                             "password before this window needs a further connection, and put it into pass "
                             "files that hold the old one.") +
                            more);
                };
                if (profile.isEmpty() || ui.app.secrets.rememberedBackend(profile).isEmpty()) {
                    tell({});
                    return;
                }
                whenAnswered(
                    parent, ui.app.secrets.write(profile, password), [tell](const Result<void> &kept) {
                        if (kept)
                            tell({});
                        else
                            tell(u"\n\n"_s +
                                 text("The keyring did not take the new one and may still hold the old one: "
                                      "type the new one when you connect next.") +
                                 u"\n\n"_s + kept.error().text());
                    });
            });
    });
    dialog->open();
}
