// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/prompt.h"

#include <QCoreApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCall>
#include <QDialog>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace {

const QString productName = QStringLiteral("Retail Admin");

/// What is asked and told holds data. QMessageBox hands its text format to the first label alone.
void showPlainly(QMessageBox &box)
{
    const QList<QLabel *> labels = box.findChildren<QLabel *>();
    for (QLabel *label : labels)
        label->setTextFormat(Qt::PlainText);
}

} // namespace

void Prompt::confirm(QWidget *parent, const QString &question, const QString &explanation,
                     const QString &action, std::function<void(bool)> answer)
{
    auto *box = new QMessageBox(QMessageBox::NoIcon, productName, question, QMessageBox::Cancel, parent);
    box->setObjectName(u"confirm"_s);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(explanation);
    showPlainly(*box);
    const QPushButton *yes = box->addButton(action, QMessageBox::AcceptRole);
    box->setDefaultButton(QMessageBox::Cancel);
    QObject::connect(box, &QMessageBox::finished, parent,
                     [box, yes, answer = std::move(answer)] { answer(box->clickedButton() == yes); });
    box->open();
}

void Prompt::confirmTyped(QWidget *parent, const QString &question, const QString &explanation,
                          const QString &word, const QString &action, std::function<void(bool)> answer)
{
    auto *dialog = new QDialog(parent);
    dialog->setObjectName(u"confirmTyped"_s);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(productName);

    const auto label = [dialog](const QString &text, const char *name) {
        auto *made = new QLabel(text, dialog);
        made->setObjectName(QLatin1String(name));
        made->setTextFormat(Qt::PlainText);
        made->setWordWrap(true);
        made->setTextInteractionFlags(Qt::TextSelectableByMouse);
        return made;
    };
    QLabel *heading = label(question, "question");
    QFont bold = heading->font();
    bold.setWeight(QFont::DemiBold);
    heading->setFont(bold);
    auto *typed = new QLineEdit(dialog);
    typed->setObjectName(u"typedName"_s);
    QLabel *wanted = label(QCoreApplication::translate("Prompt", "Type %1 to go on:").arg(word), "wanted");
    typed->setAccessibleName(wanted->text());

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, dialog);
    QPushButton *yes = buttons->addButton(action, QDialogButtonBox::AcceptRole);
    yes->setObjectName(u"act"_s);
    yes->setEnabled(false);
    buttons->button(QDialogButtonBox::Cancel)->setDefault(true);

    auto *layout = new QVBoxLayout(dialog);
    layout->setContentsMargins(24, 24, 24, 16);
    layout->setSpacing(12);
    for (QWidget *part :
         {static_cast<QWidget *>(heading), static_cast<QWidget *>(label(explanation, "explanation")),
          static_cast<QWidget *>(wanted), static_cast<QWidget *>(typed)})
        layout->addWidget(part);
    layout->addStretch();
    layout->addWidget(buttons);
    dialog->setMinimumWidth(440);

    // The name as it is: letters of another case are another database.
    QObject::connect(typed, &QLineEdit::textChanged, yes,
                     [yes, word](const QString &text) { yes->setEnabled(text == word); });
    QObject::connect(buttons, &QDialogButtonBox::accepted, dialog, &QDialog::accept);
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    QObject::connect(dialog, &QDialog::finished, parent,
                     [answer = std::move(answer)](int code) { answer(code == QDialog::Accepted); });
    dialog->open();
    typed->setFocus();
}

void Prompt::inform(QWidget *parent, const QString &title, const QString &text)
{
    auto *box = new QMessageBox(QMessageBox::NoIcon, title, title, QMessageBox::Close, parent);
    box->setObjectName(u"notice"_s);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(text);
    showPlainly(*box);
    box->open();
}

void Prompt::notify(const QString &title, const QString &text)
{
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return;
    QDBusMessage call = QDBusMessage::createMethodCall(u"org.freedesktop.Notifications"_s,
                                                       u"/org/freedesktop/Notifications"_s,
                                                       u"org.freedesktop.Notifications"_s, u"Notify"_s);
    // Application, no former one to replace, icon, title, text, no actions, no hints, the desktop's own time.
    call << productName << 0U << u"org.retailadmin.RetailAdmin"_s << title << text.toHtmlEscaped()
         << QStringList() << QVariantMap() << -1;
    bus.asyncCall(call); // nobody waits for the desktop
}
