// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/access/accessdialogs.h"

#include "ui/shared/theme.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace {

/// The frame that all of them share: fields, and Cancel beside the button that does it.
QFormLayout *form(QDialog *dialog, const QString &name, const QString &title)
{
    dialog->setObjectName(name);
    dialog->setWindowTitle(title);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    auto *layout = new QFormLayout(dialog);
    layout->setContentsMargins(24, 16, 24, 16);
    layout->setSpacing(12);
    layout->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    return layout;
}

QPushButton *buttons(QDialog *dialog, QFormLayout *layout, const QString &action)
{
    auto *box = new QDialogButtonBox(QDialogButtonBox::Cancel, dialog);
    QPushButton *ok = box->addButton(action, QDialogButtonBox::AcceptRole);
    ok->setObjectName(u"act"_s);
    ok->setDefault(true);
    box->button(QDialogButtonBox::Cancel)->setAutoDefault(false);
    layout->addRow(box);
    QObject::connect(box, &QDialogButtonBox::accepted, dialog, &QDialog::accept);
    QObject::connect(box, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    return ok;
}

QLineEdit *line(QDialog *dialog, QFormLayout *layout, const QString &name, const QString &label)
{
    auto *edit = new QLineEdit(dialog);
    edit->setObjectName(name);
    edit->setAccessibleName(QString(label).remove(u'&'));
    layout->addRow(label, edit);
    return edit;
}

QLabel *wrapped(const QString &text, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    return label;
}

} // namespace

ManagerDialog::ManagerDialog(const QList<StoreSummary> &stores, QWidget *parent)
    : QDialog(parent)
    , m_problem(wrapped({}, this))
{
    QFormLayout *layout = form(this, u"managerDialog"_s, tr("New manager"));
    m_login = line(this, layout, u"managerLogin"_s, tr("&Login"));
    m_login->setPlaceholderText(tr("first.last"));
    m_password = line(this, layout, u"managerPassword"_s, tr("&Password"));
    m_password->setText(AccessService::generatePassword());
    layout->addRow(wrapped(tr("Copy the password for the manager now: it is kept nowhere."), this));
    m_stores = new QListWidget(this);
    m_stores->setObjectName(u"managerStores"_s);
    m_stores->setAccessibleName(tr("Stores"));
    for (const StoreSummary &store : stores) {
        auto *item = new QListWidgetItem(u"%1 (%2)"_s.arg(store.name, store.storeId), m_stores);
        item->setData(Qt::UserRole, store.storeId);
        item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
        item->setCheckState(Qt::Unchecked);
    }
    layout->addRow(tr("May &enter"), m_stores);
    layout->addRow(m_problem);
    m_ok = buttons(this, layout, tr("Show the plan"));
    for (QLineEdit *edit : {m_login, m_password})
        connect(edit, &QLineEdit::textChanged, this, &ManagerDialog::check);
    connect(m_stores, &QListWidget::itemChanged, this, &ManagerDialog::check);
    check();
}

QString ManagerDialog::login() const
{
    return m_login->text().trimmed();
}

QString ManagerDialog::password() const
{
    return m_password->text();
}

QStringList ManagerDialog::stores() const
{
    QStringList chosen;
    for (int row = 0; row < m_stores->count(); ++row)
        if (m_stores->item(row)->checkState() == Qt::Checked)
            chosen.append(m_stores->item(row)->data(Qt::UserRole).toString());
    return chosen;
}

void ManagerDialog::check()
{
    const QString problem = login().isEmpty()    ? tr("Give the login a name.")
                            : stores().isEmpty() ? tr("Tick one store at least.")
                                                 : AccessService::weakness(login(), password());
    m_problem->setText(problem);
    m_ok->setEnabled(problem.isEmpty());
}

StoreDialog::StoreDialog(QWidget *parent)
    : QDialog(parent)
{
    QFormLayout *layout = form(this, u"storeDialog"_s, tr("Add a store"));
    m_id = line(this, layout, u"newStoreId"_s, tr("&Id"));
    m_id->setMaxLength(50);
    m_id->setToolTip(tr("Short and lasting, such as seattle: it stands in every row of the store"));
    m_name = line(this, layout, u"newStoreName"_s, tr("&Name"));
    m_name->setMaxLength(100);
    m_location = line(this, layout, u"newStorePlace"_s, tr("&Place"));
    m_type = line(this, layout, u"newStoreType"_s, tr("&Type"));
    m_region = line(this, layout, u"newStoreRegion"_s, tr("&Region"));
    QPushButton *ok = buttons(this, layout, tr("Show the plan"));
    const auto check = [this, ok] { ok->setEnabled(!store().id.isEmpty() && !store().name.isEmpty()); };
    connect(m_id, &QLineEdit::textChanged, this, check);
    connect(m_name, &QLineEdit::textChanged, this, check);
    check();
}

NewStore StoreDialog::store() const
{
    return {m_id->text().trimmed(), m_name->text().trimmed(), m_location->text().trimmed(),
            m_type->text().trimmed(), m_region->text().trimmed()};
}

PickStoreDialog::PickStoreDialog(const QString &question, const QStringList &stores, const QString &action,
                                 QWidget *parent)
    : QDialog(parent)
    , m_stores(new QListWidget(this))
{
    QFormLayout *layout = form(this, u"pickStoreDialog"_s, question);
    layout->addRow(wrapped(question, this));
    m_stores->setObjectName(u"pickStore"_s);
    m_stores->setAccessibleName(tr("Stores"));
    m_stores->addItems(stores);
    m_stores->setCurrentRow(0);
    layout->addRow(m_stores);
    QPushButton *ok = buttons(this, layout, action);
    ok->setEnabled(!stores.isEmpty());
    connect(m_stores, &QListWidget::itemActivated, this, &QDialog::accept);
}

QString PickStoreDialog::store() const
{
    return m_stores->currentItem() ? m_stores->currentItem()->text() : QString();
}

SqlDialog::SqlDialog(Theme &theme, const QString &title, const QString &explanation, const QString &sql,
                     QWidget *parent)
    : QDialog(parent)
{
    setObjectName(u"sqlDialog"_s);
    setWindowTitle(title);
    setAttribute(Qt::WA_DeleteOnClose);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 16, 24, 16);
    layout->setSpacing(12);
    layout->addWidget(wrapped(explanation, this));
    auto *text = new QPlainTextEdit(sql, this);
    text->setObjectName(u"handOverSql"_s);
    text->setAccessibleName(tr("SQL to hand over"));
    text->setReadOnly(true);
    text->setFont(theme.fixedFont());
    text->setTabChangesFocus(true);
    layout->addWidget(text, 1);
    auto *box = new QDialogButtonBox(QDialogButtonBox::Close, this);
    QPushButton *copy = box->addButton(tr("Copy SQL"), QDialogButtonBox::ActionRole);
    copy->setObjectName(u"copySql"_s);
    layout->addWidget(box);
    connect(copy, &QPushButton::clicked, this, [sql] { QGuiApplication::clipboard()->setText(sql); });
    connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
    resize(theme.px(620), theme.px(320));
}

PasswordDialog::PasswordDialog(const QString &login, QWidget *parent)
    : QDialog(parent)
    , m_loginName(login)
    , m_problem(wrapped({}, this))
{
    QFormLayout *layout = form(this, u"passwordDialog"_s, tr("Change the password of %1").arg(login));
    layout->addRow(
        wrapped(tr("It holds for every program that logs in as %1. The password itself is not sent: the "
                   "server gets what it can check it by.")
                    .arg(login),
                this));
    m_first = line(this, layout, u"newPassword"_s, tr("&New password"));
    m_second = line(this, layout, u"newPasswordAgain"_s, tr("Once &more"));
    m_first->setEchoMode(QLineEdit::Password);
    m_second->setEchoMode(QLineEdit::Password);
    layout->addRow(m_problem);
    m_ok = buttons(this, layout, tr("Change password"));
    connect(m_first, &QLineEdit::textChanged, this, &PasswordDialog::check);
    connect(m_second, &QLineEdit::textChanged, this, &PasswordDialog::check);
    check();
}

QString PasswordDialog::password() const
{
    return m_first->text();
}

void PasswordDialog::check()
{
    QString problem = AccessService::weakness(m_loginName, m_first->text());
    if (problem.isEmpty() && m_first->text() != m_second->text())
        problem = tr("The two are not the same yet.");
    m_problem->setText(problem);
    m_ok->setEnabled(problem.isEmpty());
}
