// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/logdialog.h"

#include "ui/shared/theme.h"

#include <QClipboard>
#include <QDir>
#include <QFile>
#include <QGuiApplication>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace {
constexpr qint64 shownBytes = 256 * 1024; // the end of the file; more is no help to a reader
}

LogDialog::LogDialog(const Theme &theme, const QString &file, QWidget *parent)
    : QDialog(parent)
{
    setObjectName(u"logDialog"_s);
    setWindowTitle(tr("Log"));
    auto *path = new QLabel(QDir::toNativeSeparators(file), this);
    path->setProperty("secondary", true);
    path->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *text = new QPlainTextEdit(this);
    text->setObjectName(u"logText"_s);
    text->setAccessibleName(tr("Log"));
    text->setReadOnly(true);
    text->setTabChangesFocus(true);
    text->setLineWrapMode(QPlainTextEdit::NoWrap);
    text->setFont(theme.fixedFont());
    text->setPlaceholderText(tr("The log is empty."));
    if (QFile log(file); log.open(QIODevice::ReadOnly)) {
        log.seek(std::max<qint64>(0, log.size() - shownBytes));
        text->setPlainText(QString::fromUtf8(log.readAll()));
    }
    auto *copy = new QPushButton(tr("Copy &all"), this);
    copy->setObjectName(u"logCopy"_s);
    auto *closing = new QPushButton(tr("&Close"), this);
    closing->setObjectName(u"logClose"_s);
    closing->setDefault(true);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(copy);
    buttons->addWidget(closing);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(8);
    layout->addWidget(path);
    layout->addWidget(text, 1);
    layout->addLayout(buttons);
    connect(copy, &QPushButton::clicked, this,
            [text] { QGuiApplication::clipboard()->setText(text->toPlainText()); });
    connect(closing, &QPushButton::clicked, this, &QDialog::accept);
    resize(theme.px(860), theme.px(520));
    text->verticalScrollBar()->setValue(text->verticalScrollBar()->maximum());
}
