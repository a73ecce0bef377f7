// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backup/restoredialog.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "app/core/shellcommand.h"
#include "app/jobs/quietjob.h"
#include "app/services/restorejob.h"
#include "ui/shared/errorpanel.h"
#include "ui/shared/theme.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;

namespace {
enum How { New, InPlace, Over };
}

RestoreDialog::RestoreDialog(const UiContext &ui, const QString &file, const QString &folder, QWidget *parent)
    : QDialog(parent)
    , m_ui(ui)
    , m_folder(folder)
    , m_file(new QLineEdit(file, this))
    , m_identity(new QLineEdit(this))
    , m_how(new QComboBox(this))
    , m_into(new QLineEdit(this))
    , m_tables(new QListWidget(this))
    , m_error(new ErrorPanel(ui.theme, this))
    , m_text(new QPlainTextEdit(this))
    , m_wordLabel(new QLabel(this))
    , m_word(new QLineEdit(this))
    , m_planButton(new QPushButton(tr("Show the &plan"), this))
    , m_start(new QPushButton(tr("&Restore"), this))
    , m_request(this)
{
    setObjectName(u"restoreDialog"_s);
    setWindowTitle(tr("Restore a backup"));
    m_file->setObjectName(u"restoreFile"_s);
    m_identity->setObjectName(u"restoreIdentity"_s);
    m_identity->setPlaceholderText(tr("file with the secret key, for a sealed backup"));
    m_how->setObjectName(u"restoreHow"_s);
    m_how->addItem(tr("Into a new database (nothing that is there is touched)"), int(New));
    m_how->addItem(tr("In the place of a live one (exchange the names; can be undone)"), int(InPlace));
    m_how->addItem(tr("Over an existing one (after a backup of it)"), int(Over));
    m_into->setObjectName(u"restoreInto"_s);
    m_tables->setObjectName(u"restoreTables"_s);
    m_tables->setAccessibleName(tr("Tables whose rows come"));
    m_tables->setMaximumHeight(ui.theme.px(110));
    m_error->setCentred(false);
    m_error->hide();
    m_text->setObjectName(u"restorePlan"_s);
    m_text->setAccessibleName(tr("The plan"));
    m_text->setReadOnly(true);
    m_text->setTabChangesFocus(true);
    m_text->setMinimumSize(ui.theme.px(620), ui.theme.px(200));
    m_wordLabel->setTextFormat(Qt::PlainText);
    m_wordLabel->setWordWrap(true);
    m_word->setObjectName(u"restoreWord"_s);
    m_word->setAccessibleName(tr("Name of the database"));
    m_planButton->setObjectName(u"planRestore"_s);
    m_start->setObjectName(u"startRestore"_s);
    m_start->setAutoDefault(false);
    m_planButton->setDefault(true);
    auto *cancel = new QPushButton(tr("Cancel"), this);
    cancel->setObjectName(u"restoreCancel"_s);
    cancel->setAutoDefault(false);

    auto *form = new QFormLayout;
    form->setSpacing(8);
    const auto addFile = [&](const QString &text, QLineEdit *edit, const QString &name,
                             const QString &title) {
        // A form gives its label's key and name to a widget, not to one inside a layout.
        auto *label = new QLabel(text, this);
        label->setBuddy(edit);
        edit->setAccessibleName(QString(text).remove(u'&'));
        auto *row = new QHBoxLayout;
        auto *button = new QPushButton(tr("Browse…"), this);
        button->setObjectName(name);
        button->setAutoDefault(false);
        button->setAccessibleName(title);
        row->addWidget(edit, 1);
        row->addWidget(button);
        connect(button, &QPushButton::clicked, this, [this, edit, title] { browse(edit, title); });
        form->addRow(label, row);
    };
    addFile(tr("&File"), m_file, u"browseFile"_s, tr("Choose the backup"));
    addFile(tr("&Key"), m_identity, u"browseIdentity"_s, tr("Choose the file with the secret key"));
    form->addRow(tr("&How"), m_how);
    form->addRow(tr("&Database"), m_into);
    form->addRow(tr("Rows &of"), m_tables);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(m_planButton);
    buttons->addWidget(m_start);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 16, 24, 16);
    layout->setSpacing(12);
    layout->addLayout(form);
    layout->addWidget(m_error);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_wordLabel);
    layout->addWidget(m_word);
    layout->addLayout(buttons);

    const auto themed = [this] { m_text->setFont(m_ui.theme.fixedFont()); };
    connect(&ui.theme, &Theme::changed, this, themed);
    themed();
    connect(m_file, &QLineEdit::textChanged, this, &RestoreDialog::fileChanged);
    connect(m_identity, &QLineEdit::textChanged, this, &RestoreDialog::change);
    connect(m_into, &QLineEdit::textChanged, this, &RestoreDialog::change);
    connect(m_tables, &QListWidget::itemChanged, this, &RestoreDialog::change);
    connect(m_how, &QComboBox::currentIndexChanged, this, [this](int how) {
        m_into->setPlaceholderText(how == New ? tr("a free name is taken when this is empty") : QString());
        if (how != New && m_into->text().isEmpty())
            m_into->setText(m_ui.app.pool.capabilities().database);
        else if (how == New)
            m_into->clear();
        change();
    });
    connect(m_word, &QLineEdit::textChanged, this, &RestoreDialog::updateButtons);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_planButton, &QPushButton::clicked, this, &RestoreDialog::makePlan);
    connect(m_start, &QPushButton::clicked, this, &RestoreDialog::start);
    m_into->setPlaceholderText(tr("a free name is taken when this is empty"));
    fileChanged();
}

void RestoreDialog::browse(QLineEdit *into, const QString &title)
{
    auto *dialog = new QFileDialog(this, title, m_folder);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, into, &QLineEdit::setText);
    dialog->open();
}

void RestoreDialog::fileChanged()
{
    // Only what lies beside the file is read here; the plan reads the file itself.
    const Result<backup::StoredBackup> stored = backup::findBackup(m_file->text());
    m_tables->blockSignals(true);
    m_tables->clear();
    if (stored)
        for (const backup::Table &table : stored->manifest.tables) {
            if (table.partitioned)
                continue;
            auto *item = new QListWidgetItem(
                u"%1 (%2)"_s.arg(table.fullName(), format::counted(table.rows, tr("row"), tr("rows"))),
                m_tables);
            item->setData(Qt::UserRole, table.fullName());
            item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsUserCheckable | Qt::ItemIsSelectable);
            item->setCheckState(Qt::Checked);
        }
    m_tables->blockSignals(false);
    m_tables->setEnabled(m_tables->count() > 0);
    m_identity->setEnabled(!stored || stored->manifest.sealed());
    change();
}

/// A plan holds for what it was made of.
void RestoreDialog::change()
{
    m_request.cancel();
    m_plan.reset();
    m_text->clear();
    m_word->clear();
    m_wordLabel->hide();
    m_word->hide();
    m_error->hide();
    updateButtons();
}

QStringList RestoreDialog::tickedTables() const
{
    QStringList ticked;
    for (int row = 0; row < m_tables->count(); ++row)
        if (m_tables->item(row)->checkState() == Qt::Checked)
            ticked += m_tables->item(row)->data(Qt::UserRole).toString();
    return ticked;
}

restore::Request RestoreDialog::request() const
{
    restore::Request request;
    request.file = m_file->text().trimmed();
    request.into = m_into->text().trimmed();
    request.swap = m_how->currentData().toInt() == InPlace;
    request.safetyFolder = m_folder;
    // Empty is all of them; that none is ticked comes no further than the button.
    if (const QStringList ticked = tickedTables(); ticked.size() < m_tables->count())
        request.tables = ticked;
    return request;
}

backup::Means RestoreDialog::means() const
{
    return {
        backup::toolFolders(m_ui.app.settings.get(settings::toolFolder)), m_identity->text().trimmed(), {}};
}

void RestoreDialog::makePlan()
{
    change();
    m_text->setPlainText(tr("Reading the file and asking the server…"));
    const int how = m_how->currentData().toInt();
    m_request.run(
        [login = m_ui.app.pool.login(), request = request(), means = means()](const CancelToken &token) {
            return QtConcurrent::run([login, request, means, token] {
                QuietJob job(token);
                return restore::plan(login, request, means, job);
            });
        },
        [this, how](Result<restore::Plan> plan) {
            m_text->clear();
            if (plan && how == New && plan->needsWord())
                plan = Error{ErrorKind::Conflict, tr("There is a database “%1” already.").arg(plan->into),
                             tr("Choose another name, or one of the two other ways.")};
            if (!plan) {
                m_error->show(plan.error(), {});
                m_error->QWidget::show();
            } else {
                showPlan(*plan);
            }
            updateButtons();
        });
    updateButtons();
}

void RestoreDialog::showPlan(const restore::Plan &plan)
{
    m_plan = plan;
    m_text->setPlainText(plan.text());
    if (!plan.needsWord())
        return;
    m_wordLabel->setText(
        plan.environment == Environment::Production
            ? tr("This is PRODUCTION. Type the name of the database, %1, to go on:").arg(plan.into)
            : tr("Type the name of the database, %1, to go on:").arg(plan.into));
    m_wordLabel->show();
    m_word->show();
    m_word->setFocus();
}

void RestoreDialog::updateButtons()
{
    const bool noRows = m_tables->count() > 0 && tickedTables().isEmpty();
    m_text->setPlaceholderText(
        noRows ? tr("No table is ticked, so no row would come. Tick those whose rows are to come.")
               : tr("“Show the plan” reads the whole file and asks the server. Nothing is changed by it."));
    m_planButton->setEnabled(!m_file->text().trimmed().isEmpty() && !noRows && !m_request.running());
    m_start->setEnabled(m_plan && (!m_plan->needsWord() || m_word->text() == m_plan->into));
}

void RestoreDialog::start()
{
    if (!m_plan)
        return;
    const Login login = m_ui.app.pool.login();
    // Not repeatable by a click: each restore over something that is there is planned and typed anew.
    m_ui.app.jobs.start(
        {u"restore"_s, tr("Restore into %1").arg(m_plan->into), login.profile.target(),
         shellCommand(QStringList{u"restore"_s, m_plan->archive.path, u"--into"_s, m_plan->into} +
                      (m_plan->mode == restore::Mode::Swap ? QStringList{u"--swap"_s} : QStringList()) +
                      login.profile.words()),
         false},
        [login, plan = *m_plan, typed = m_word->text(), means = means()](JobContext &job) {
            return restore::execute(login, plan, typed, means, job);
        });
    accept();
}
