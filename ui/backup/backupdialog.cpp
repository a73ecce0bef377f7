// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backup/backupdialog.h"

#include "app/appcontext.h"
#include "app/core/shellcommand.h"
#include "ui/shared/theme.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace {

QComboBox *choice(QWidget *parent, const QString &name, const QList<QPair<QString, int>> &items)
{
    auto *box = new QComboBox(parent);
    box->setObjectName(name);
    for (const auto &[text, value] : items)
        box->addItem(text, value);
    return box;
}

} // namespace

BackupDialog::BackupDialog(const UiContext &ui, const QString &folder, QWidget *parent)
    : QDialog(parent)
    , m_ui(ui)
    , m_folder(new QLineEdit(folder, this))
    , m_scope(choice(this, u"backupScope"_s,
                     {{tr("The whole database"), int(backup::Scope::Database)},
                      {tr("The retail schema"), int(backup::Scope::Schema)},
                      {tr("Single tables"), int(backup::Scope::Tables)}}))
    , m_tables(new QLineEdit(this))
    , m_format(
          choice(this, u"backupFormat"_s,
                 {{tr("One file (custom)"), int(backup::Format::Custom)},
                  {tr("A folder (directory), several tables at a time"), int(backup::Format::Directory)}}))
    , m_jobs(new QSpinBox(this))
    , m_compress(new QSpinBox(this))
    , m_recipient(new QLineEdit(this))
    , m_level(choice(this, u"backupLevel"_s,
                     {{tr("Listed: checksum and contents"), int(backup::Level::Listed)},
                      {tr("Restored: put back for a test and compared"), int(backup::Level::Restored)}}))
    , m_plan(new QLabel(this))
    , m_start(new QPushButton(tr("&Back up now"), this))
{
    setObjectName(u"backupDialog"_s);
    setWindowTitle(tr("Back up now"));
    m_folder->setObjectName(u"backupFolderEdit"_s);
    m_tables->setObjectName(u"backupTables"_s);
    m_tables->setPlaceholderText(tr("customers, products"));
    m_jobs->setObjectName(u"backupJobs"_s);
    m_jobs->setRange(1, 16);
    m_jobs->setValue(2);
    m_compress->setObjectName(u"backupCompress"_s);
    m_compress->setRange(-1, 9);
    m_compress->setValue(-1);
    m_compress->setSpecialValueText(tr("pg_dump's own choice"));
    m_recipient->setObjectName(u"backupRecipient"_s);
    m_recipient->setPlaceholderText(tr("not sealed; age1… seals it to that public key"));
    m_plan->setObjectName(u"backupPlan"_s);
    m_plan->setWordWrap(true);
    m_plan->setTextFormat(Qt::PlainText);
    m_plan->setMinimumWidth(ui.theme.px(460));
    m_start->setObjectName(u"startBackup"_s);
    m_start->setDefault(true);
    auto *cancel = new QPushButton(tr("Cancel"), this);
    cancel->setObjectName(u"backupCancel"_s);
    cancel->setAutoDefault(false);

    auto *form = new QFormLayout;
    form->setSpacing(8);
    // A form gives its label's key and name to a widget, not to one inside a layout.
    auto *folderLabel = new QLabel(tr("&Folder"), this);
    folderLabel->setBuddy(m_folder);
    m_folder->setAccessibleName(tr("Folder"));
    auto *browse = new QPushButton(tr("Browse…"), this);
    browse->setObjectName(u"browseBackupFolder"_s);
    browse->setAutoDefault(false);
    browse->setAccessibleName(tr("Choose the folder for backups"));
    auto *folderRow = new QHBoxLayout;
    folderRow->addWidget(m_folder, 1);
    folderRow->addWidget(browse);
    form->addRow(folderLabel, folderRow);
    form->addRow(tr("&What"), m_scope);
    form->addRow(tr("&Tables"), m_tables);
    form->addRow(tr("F&ormat"), m_format);
    form->addRow(tr("Tables at a ti&me"), m_jobs);
    form->addRow(tr("&Compression"), m_compress);
    form->addRow(tr("&Seal to"), m_recipient);
    form->addRow(tr("&Verify"), m_level);
    setTabOrder(m_folder, browse);
    setTabOrder(browse, m_scope);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(m_start);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 16, 24, 16);
    layout->setSpacing(12);
    layout->addLayout(form);
    layout->addWidget(m_plan);
    layout->addStretch();
    layout->addLayout(buttons);

    for (QComboBox *box : {m_scope, m_format, m_level})
        connect(box, &QComboBox::currentIndexChanged, this, &BackupDialog::update);
    for (QLineEdit *edit : {m_folder, m_tables, m_recipient})
        connect(edit, &QLineEdit::textChanged, this, &BackupDialog::update);
    for (QSpinBox *box : {m_jobs, m_compress})
        connect(box, &QSpinBox::valueChanged, this, &BackupDialog::update);
    connect(browse, &QPushButton::clicked, this, [this] {
        auto *dialog = new QFileDialog(this, tr("Choose the folder for backups"), m_folder->text().trimmed());
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::Directory);
        dialog->setOption(QFileDialog::ShowDirsOnly);
        connect(dialog, &QFileDialog::fileSelected, m_folder, &QLineEdit::setText);
        dialog->open();
    });
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_start, &QPushButton::clicked, this, &BackupDialog::start);
    update();
}

backup::Options BackupDialog::options() const
{
    backup::Options options;
    options.folder = m_folder->text().trimmed();
    options.scope = backup::Scope(m_scope->currentData().toInt());
    options.format = backup::Format(m_format->currentData().toInt());
    options.level = backup::Level(m_level->currentData().toInt());
    options.jobs = options.format == backup::Format::Directory ? m_jobs->value() : 1;
    options.compress = m_compress->value();
    if (options.scope == backup::Scope::Tables)
        for (const QString &name : m_tables->text().split(u',', Qt::SkipEmptyParts))
            options.tables += name.trimmed();
    if (const QString key = m_recipient->text().trimmed(); !key.isEmpty())
        options.recipients += key;
    options.preferredTools = m_ui.app.settings.get(settings::toolFolder);
    return options;
}

void BackupDialog::update()
{
    m_tables->setEnabled(m_scope->currentData().toInt() == int(backup::Scope::Tables));
    m_jobs->setEnabled(m_format->currentData().toInt() == int(backup::Format::Directory));
    const Result<void> valid = backup::checkOptions(options());
    m_start->setEnabled(valid.ok());
    m_plan->setText(valid ? planText() : valid.error().message);
}

QString BackupDialog::planText() const
{
    const backup::Options chosen = options();
    const Capabilities can = m_ui.app.pool.capabilities();
    QStringList lines{
        tr("1. Check that %1 sees all rows of %2; a partial backup is refused.").arg(can.login, can.database),
        tr("2. Dump one snapshot with the pg_dump that fits PostgreSQL %1, and the roles without "
           "passwords beside it.")
            .arg(can.serverVersionText),
        chosen.level == backup::Level::Restored
            ? tr("3. Check the checksum and the contents, restore it for a test and compare every table.")
            : tr("3. Check the checksum and that every table is in it.")};
    if (!chosen.recipients.isEmpty())
        lines += tr("4. Seal it; the plain file is removed.");
    lines += tr("Only then it gets its name. Older backups are not touched.");
    return lines.join(u'\n');
}

QString BackupDialog::command(const backup::Options &options) const
{
    QStringList words{u"backup"_s,   u"create"_s,
                      u"--out"_s,    options.folder,
                      u"--scope"_s,  backup::scopeName(options.scope),
                      u"--format"_s, backup::formatName(options.format),
                      u"--level"_s,  backup::levelName(options.level)};
    if (!options.tables.isEmpty())
        words += {u"--tables"_s, options.tables.join(u',')};
    if (options.jobs > 1)
        words += {u"--jobs"_s, QString::number(options.jobs)};
    if (options.compress >= 0)
        words += {u"--compress"_s, QString::number(options.compress)};
    for (const QString &key : options.recipients)
        words += {u"--recipient"_s, key};
    return shellCommand(words + m_ui.app.pool.profile().words());
}

void BackupDialog::start()
{
    const backup::Options chosen = options();
    m_ui.app.settings.set(settings::backupFolder, chosen.folder);
    const Login login = m_ui.app.pool.login();
    m_ui.app.jobs.start({u"backup"_s, tr("Back up %1").arg(m_ui.app.pool.capabilities().database),
                         login.profile.target(), command(chosen)},
                        [login, chosen](JobContext &job) -> Result<QString> {
                            const Result<backup::StoredBackup> made = backup::create(login, chosen, job);
                            if (!made)
                                return made.error();
                            return backup::summary(*made);
                        });
    accept();
}
