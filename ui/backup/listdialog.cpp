// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backup/listdialog.h"

#include "ui/shared/theme.h"

#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

ListDialog::ListDialog(const UiContext &ui, const QString &name, const QString &title,
                       const QStringList &columns, int width, QWidget *parent)
    : QDialog(parent)
    , m_ui(ui)
    , m_tree(new QTreeWidget(this))
    , m_note(new QLabel(this))
    , m_buttons(new QHBoxLayout)
{
    setObjectName(name + u"Dialog"_s);
    setWindowTitle(title);
    m_tree->setObjectName(name + u"Tree"_s);
    m_tree->setAccessibleName(title);
    m_tree->setRootIsDecorated(false);
    m_tree->setHeaderLabels(columns);
    m_tree->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_tree->setMinimumSize(ui.theme.px(width), ui.theme.px(200));
    m_note->setObjectName(name + u"Note"_s);
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto *close = new QPushButton(tr("Close"), this);
    close->setObjectName(name + u"Close"_s);
    close->setDefault(true);
    connect(close, &QPushButton::clicked, this, &QDialog::accept);
    m_buttons->setSpacing(8);
    m_buttons->addStretch();
    m_buttons->addWidget(close);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 16, 24, 16);
    layout->setSpacing(12);
    layout->addWidget(m_tree, 1);
    layout->addWidget(m_note);
    layout->addLayout(m_buttons);
}

QPushButton *ListDialog::addButton(const QString &name, const QString &text)
{
    auto *button = new QPushButton(text, this);
    button->setObjectName(name);
    button->setAutoDefault(false);
    // Before the stretch and Close, for the Tab key too.
    setTabOrder(m_buttons->count() == 2 ? m_note : m_buttons->itemAt(m_buttons->count() - 3)->widget(),
                button);
    m_buttons->insertWidget(m_buttons->count() - 2, button);
    return button;
}
