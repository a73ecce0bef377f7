// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/prompt.h"

#include <QMessageBox>
#include <QPushButton>

using namespace Qt::StringLiterals;

void Prompt::confirm(QWidget *parent, const QString &question, const QString &explanation,
                     const QString &action, std::function<void(bool)> answer)
{
    auto *box = new QMessageBox(QMessageBox::NoIcon, QCoreApplication::applicationName(), question,
                                QMessageBox::Cancel, parent);
    box->setObjectName(u"confirm"_s);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(explanation);
    box->setTextFormat(Qt::PlainText);
    const QPushButton *yes = box->addButton(action, QMessageBox::AcceptRole);
    box->setDefaultButton(QMessageBox::Cancel);
    QObject::connect(box, &QMessageBox::finished, parent,
                     [box, yes, answer = std::move(answer)] { answer(box->clickedButton() == yes); });
    box->open();
}

void Prompt::inform(QWidget *parent, const QString &title, const QString &text)
{
    auto *box = new QMessageBox(QMessageBox::NoIcon, title, title, QMessageBox::Close, parent);
    box->setObjectName(u"notice"_s);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(text);
    box->open();
}
