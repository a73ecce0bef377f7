// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backup/targetdialog.h"

#include "app/appcontext.h"
#include "app/core/durable.h"
#include "app/core/paths.h"
#include "ui/shared/theme.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;
using Kind = UploadTarget::Kind;

namespace {

enum Place { Keyring, File };

QString sentence(const Error &error)
{
    return u"%1 %2"_s.arg(error.message, error.hint).trimmed();
}

bool keptInKeyring(const UploadTarget &former, const UploadTarget &target)
{
    return former.secretPlace() == u"keyring" && former.keyName() == target.keyName();
}

/// What is asked of a form besides what is asked of every target. Blocks.
Result<void> check(const UploadTargets &targets, const UploadTarget &target, const UploadTarget &former,
                   const std::optional<QString> &typed)
{
    const Result<QList<UploadTarget>> all = targets.all();
    if (!all)
        return all.error();
    const auto usage = [](const QString &message) { return Error{ErrorKind::Usage, message}; };
    for (const UploadTarget &other : *all)
        if (former.name.isEmpty() && other.name == target.name)
            return usage(TargetDialog::tr("There is a target “%1” already.").arg(target.name));
    if (const Result<void> valid = checkSetUp(target, typed); !valid)
        return valid;
    if (target.secretPlace() == u"missing")
        return usage(TargetDialog::tr("Name the file of the key."));
    if (target.secretPlace() == u"keyring" && !typed && !keptInKeyring(former, target))
        return usage(TargetDialog::tr("Type the key of the account, or a SAS of the container."));
    if (typed && target.secretFile != former.secretFile && QFile::exists(target.secretFile))
        return usage(TargetDialog::tr("There is a file %1 already. Leave the key empty to use what is in it, "
                                      "or name another file.")
                         .arg(target.secretFile));
    return {};
}

} // namespace

TargetDialog::TargetDialog(const UiContext &ui, const UploadTarget &former, QWidget *parent)
    : QDialog(parent)
    , m_ui(ui)
    , m_former(former)
    , m_form(new QFormLayout)
    , m_name(new QLineEdit(former.name, this))
    , m_kind(new QComboBox(this))
    , m_folder(new QLineEdit(this))
    , m_folderRow(new QWidget(this))
    , m_account(new QLineEdit(former.account, this))
    , m_container(new QLineEdit(former.container, this))
    , m_remote(new QLineEdit(former.remote, this))
    , m_path(new QLineEdit(this))
    , m_place(new QComboBox(this))
    , m_secret(new QLineEdit(this))
    , m_secretFile(new QLineEdit(former.secretFile, this))
    , m_said(new QLabel(this))
    , m_save(new QPushButton(tr("&Save"), this))
    , m_check(this)
    , m_keep(this)
{
    setObjectName(u"targetDialog"_s);
    setWindowTitle(former.name.isEmpty() ? tr("Add an upload target") : tr("Edit an upload target"));
    m_form->setSpacing(8);
    const auto add = [&](const QString &text, QWidget *field, const QString &name, QWidget *row = nullptr) {
        field->setObjectName(name);
        field->setAccessibleName(QString(text).remove(u'&'));
        auto *label = new QLabel(text, this);
        label->setBuddy(field);
        m_form->addRow(label, row ? row : field);
    };
    add(tr("&Name"), m_name, u"targetName"_s);
    add(tr("&Kind"), m_kind, u"targetKind"_s);
    add(tr("&Folder"), m_folder, u"targetFolder"_s, m_folderRow);
    add(tr("&Account"), m_account, u"targetAccount"_s);
    add(tr("&Container"), m_container, u"targetContainer"_s);
    add(tr("&Remote"), m_remote, u"targetRemote"_s);
    add(tr("&Path in it"), m_path, u"targetPath"_s);
    add(tr("Key kept &in"), m_place, u"targetPlace"_s);
    add(tr("K&ey or SAS"), m_secret, u"targetSecret"_s);
    add(tr("Fi&le of the key"), m_secretFile, u"targetSecretFile"_s);
    m_kind->addItem(tr("Folder of a disk or share"), int(Kind::Folder));
    m_kind->addItem(tr("Container of Azure Blob"), int(Kind::Azure));
    m_kind->addItem(tr("Remote of rclone's own configuration"), int(Kind::Remote));
    m_place->addItem(tr("this desktop's keyring"), int(Keyring));
    m_place->addItem(tr("a file that only you may read"), int(File));
    for (QComboBox *box : {m_kind, m_place}) {
        box->view()->setObjectName(box->objectName() + u"List"_s);
        box->view()->setAccessibleName(box->accessibleName());
    }
    auto *browseButton = new QPushButton(tr("&Browse…"), m_folderRow);
    browseButton->setObjectName(u"browseTarget"_s);
    browseButton->setAccessibleName(tr("Choose the folder"));
    browseButton->setAutoDefault(false);
    auto *folderRow = new QHBoxLayout(m_folderRow);
    folderRow->setContentsMargins({});
    folderRow->addWidget(m_folder, 1);
    folderRow->addWidget(browseButton);
    // Schedules call it by its name.
    m_name->setReadOnly(!former.name.isEmpty());
    m_kind->setCurrentIndex(m_kind->findData(int(former.kind)));
    (former.kind == Kind::Folder ? m_folder : m_path)->setText(former.path);
    m_folder->setPlaceholderText(u"/mnt/backups"_s);
    m_container->setPlaceholderText(u"database-backups"_s);
    m_path->setPlaceholderText(tr("may be empty"));
    m_place->setCurrentIndex(former.secretPlace() == u"file" ? File : Keyring);
    m_secret->setEchoMode(QLineEdit::Password);
    m_secretFile->setPlaceholderText(paths::config() + u"/azure.key"_s);
    m_said->setObjectName(u"targetSaid"_s);
    m_said->setWordWrap(true);
    m_said->setTextFormat(Qt::PlainText);
    m_said->setMinimumSize(ui.theme.px(460), ui.theme.px(48));
    m_said->setAlignment(Qt::AlignTop | Qt::AlignLeading);
    m_save->setObjectName(u"targetSave"_s);
    m_save->setDefault(true);
    auto *cancel = new QPushButton(tr("Cancel"), this);
    cancel->setObjectName(u"targetCancel"_s);
    cancel->setAutoDefault(false);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(m_save);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 16, 24, 16);
    layout->setSpacing(12);
    layout->addLayout(m_form);
    layout->addWidget(m_said);
    layout->addStretch();
    layout->addLayout(buttons);
    setTabOrder(m_folder, browseButton);

    for (QComboBox *box : {m_kind, m_place})
        connect(box, &QComboBox::currentIndexChanged, this, &TargetDialog::showKind);
    connect(browseButton, &QPushButton::clicked, this, &TargetDialog::browse);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_save, &QPushButton::clicked, this, &TargetDialog::save);
    showKind();
}

void TargetDialog::showKind()
{
    const UploadTarget target = described();
    const bool azure = target.kind == Kind::Azure;
    const bool file = azure && m_place->currentIndex() == File;
    m_form->setRowVisible(m_folderRow, target.kind == Kind::Folder);
    m_form->setRowVisible(m_remote, target.kind == Kind::Remote);
    m_form->setRowVisible(m_path, target.kind != Kind::Folder);
    for (QWidget *field : std::initializer_list<QWidget *>{m_account, m_container, m_place, m_secret})
        m_form->setRowVisible(field, azure);
    m_form->setRowVisible(m_secretFile, file);
    m_secret->setPlaceholderText(file                              ? tr("empty where the file has it already")
                                 : keptInKeyring(m_former, target) ? tr("in the keyring; type to replace it")
                                                                   : QString());
    setStyleProperty(m_said, "tone", QString());
    m_said->setText(
        target.kind == Kind::Folder
            ? tr("The folder has to be there. Where its disk is not mounted, nothing is uploaded.")
        : target.kind == Kind::Remote ? tr("“rclone config” makes remotes and keeps what they log in with.")
        : file ? tr("The container has to be there. A key that is typed here is written into the file.")
               : tr("The container has to be there. What a schedule uploads cannot ask the keyring: keep the "
                    "key in a file for it."));
}

UploadTarget TargetDialog::described() const
{
    UploadTarget target;
    target.name = m_name->text().trimmed();
    target.kind = Kind(m_kind->currentData().toInt());
    if (target.kind == Kind::Folder) {
        target.path = QDir::cleanPath(m_folder->text().trimmed());
        return target;
    }
    target.path = m_path->text().trimmed();
    if (target.kind == Kind::Remote) {
        target.remote = m_remote->text().trimmed();
        return target;
    }
    target.account = m_account->text().trimmed();
    target.container = m_container->text().trimmed();
    target.secretInKeyring = m_place->currentIndex() == Keyring;
    if (!target.secretInKeyring)
        target.secretFile = m_secretFile->text().trimmed();
    return target;
}

void TargetDialog::browse()
{
    auto *dialog = new QFileDialog(this, tr("Choose the folder"), m_folder->text());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, m_folder, &QLineEdit::setText);
    dialog->open();
}

void TargetDialog::save()
{
    const UploadTarget target = described();
    std::optional<QString> typed;
    if (const QString secret = m_secret->text().trimmed(); target.needsSecret() && !secret.isEmpty())
        typed = secret;
    m_save->setEnabled(false);
    m_check.run(
        [&targets = m_ui.app.uploadTargets, target, former = m_former, typed](const CancelToken &) {
            return QtConcurrent::run(
                [&targets, target, former, typed] { return check(targets, target, former, typed); });
        },
        [this, target, typed](const Result<void> &valid) {
            if (!valid)
                refuse(sentence(valid.error()));
            else if (typed && target.secretInKeyring)
                keepKey(target, typed);
            else
                keep(target, typed);
        });
}

void TargetDialog::keepKey(const UploadTarget &target, const std::optional<QString> &typed)
{
    m_keep.run(
        [this, name = target.keyName(), key = *typed](const CancelToken &) {
            return m_ui.app.secrets.write(name, key);
        },
        [this, target, typed](const Result<void> &written) {
            if (written)
                keep(target, typed);
            else
                refuse(
                    tr("%1 Nothing was saved: keep the key in a file instead.").arg(written.error().message));
        });
}

void TargetDialog::keep(const UploadTarget &target, const std::optional<QString> &typed)
{
    m_keep.run(
        [&targets = m_ui.app.uploadTargets, target, typed](const CancelToken &) {
            return QtConcurrent::run([&targets, target, typed]() -> Result<void> {
                const bool intoFile = typed && !target.secretFile.isEmpty();
                const bool fresh = intoFile && !QFile::exists(target.secretFile);
                if (intoFile)
                    if (const Result<void> written =
                            durable::write(target.secretFile, typed->toUtf8() + '\n');
                        !written)
                        return written;
                const Result<void> done = targets.save(target);
                if (!done && fresh)
                    QFile::remove(target.secretFile);
                return done;
            });
        },
        [this, target](const Result<void> &done) {
            if (done) {
                emit saved(target);
                accept();
                return;
            }
            if (const QString key = m_ui.app.uploadTargets.strayKey(target); !key.isEmpty())
                m_ui.app.secrets.remove(key);
            refuse(sentence(done.error()));
        });
}

/// A key that is on its way would be left without its target; the keyring answers within 10 s.
void TargetDialog::reject()
{
    if (!m_keep.running())
        QDialog::reject();
}

void TargetDialog::refuse(const QString &sentence)
{
    m_save->setEnabled(true);
    m_said->setText(sentence);
    setStyleProperty(m_said, "tone", u"bad"_s);
}
