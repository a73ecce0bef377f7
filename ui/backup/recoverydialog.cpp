// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backup/recoverydialog.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "app/core/shellcommand.h"
#include "app/jobs/quietjob.h"
#include "ui/shared/errorpanel.h"
#include "ui/shared/theme.h"

#include <QComboBox>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <QtConcurrentRun>

#include <algorithm>

using namespace Qt::StringLiterals;
using Kind = restore::RowDifference::Kind;

namespace {

constexpr int shownRows = 500; // of a kind; more are brought back together or not at all

QString kindTitle(Kind kind)
{
    switch (kind) {
    case Kind::Missing:
        return RecoveryDialog::tr("Missing now: insert");
    case Kind::Changed:
        return RecoveryDialog::tr("Changed since: set back");
    case Kind::Extra:
        break;
    }
    return RecoveryDialog::tr("Not in the backup: delete");
}

/// The scratch database is dropped where it may take its time.
void release(std::shared_ptr<restore::StoreRecovery> recovery)
{
    if (recovery)
        (void)QtConcurrent::run([kept = std::move(recovery)]() mutable { kept.reset(); });
}

} // namespace

RecoveryDialog::RecoveryDialog(const UiContext &ui, const QString &file, QWidget *parent)
    : QDialog(parent)
    , m_ui(ui)
    , m_file(file)
    , m_store(new QComboBox(this))
    , m_compare(new QPushButton(tr("&Compare"), this))
    , m_error(new ErrorPanel(ui.theme, this))
    , m_tree(new QTreeWidget(this))
    , m_plan(new QLabel(this))
    , m_word(new QLineEdit(this))
    , m_apply(new QPushButton(tr("&Bring back"), this))
    , m_request(this)
    , m_storesRequest(this)
{
    setObjectName(u"recoveryDialog"_s);
    setWindowTitle(tr("Bring back a store's rows"));
    auto *source = new QLabel(tr("From %1").arg(QFileInfo(file).fileName()), this);
    source->setTextFormat(Qt::PlainText);
    m_store->setObjectName(u"recoveryStore"_s);
    m_store->setAccessibleName(tr("Store"));
    m_store->setMinimumWidth(ui.theme.px(260));
    m_compare->setObjectName(u"compareStore"_s);
    m_compare->setDefault(true);
    m_error->setCentred(false);
    m_error->hide();
    m_tree->setObjectName(u"recoveryTree"_s);
    m_tree->setAccessibleName(tr("Differences"));
    m_tree->setHeaderLabels({tr("Table and row"), tr("In the backup"), tr("Now"), tr("Different")});
    m_tree->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_tree->header()->setStretchLastSection(false);
    for (const int column : {1, 2, 3}) {
        m_tree->header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
        m_tree->headerItem()->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    }
    m_tree->setMinimumSize(ui.theme.px(640), ui.theme.px(240));
    m_plan->setObjectName(u"recoveryPlan"_s);
    m_plan->setTextFormat(Qt::PlainText);
    m_plan->setWordWrap(true);
    m_plan->setText(
        tr("Compare restores the backup into a scratch database beside the live one and reads both. Nothing "
           "is changed by it."));
    m_word->setObjectName(u"recoveryWord"_s);
    m_word->setAccessibleName(tr("Name of the database"));
    m_word->hide();
    m_apply->setObjectName(u"applyRecovery"_s);
    m_apply->setAutoDefault(false);
    m_apply->setEnabled(false);
    auto *cancel = new QPushButton(tr("Close"), this);
    cancel->setObjectName(u"recoveryClose"_s);
    cancel->setAutoDefault(false);

    auto *top = new QHBoxLayout;
    top->setSpacing(8);
    auto *storeLabel = new QLabel(tr("&Store"), this);
    storeLabel->setBuddy(m_store);
    top->addWidget(storeLabel);
    top->addWidget(m_store);
    top->addWidget(m_compare);
    top->addStretch();
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(m_apply);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 16, 24, 16);
    layout->setSpacing(12);
    layout->addWidget(source);
    layout->addLayout(top);
    layout->addWidget(m_error);
    layout->addWidget(m_tree, 1);
    layout->addWidget(m_plan);
    layout->addWidget(m_word);
    layout->addLayout(buttons);

    connect(m_compare, &QPushButton::clicked, this, &RecoveryDialog::compare);
    connect(m_tree, &QTreeWidget::itemChanged, this, &RecoveryDialog::updatePlan);
    connect(m_word, &QLineEdit::textChanged, this, &RecoveryDialog::updatePlan);
    connect(m_apply, &QPushButton::clicked, this, &RecoveryDialog::apply);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(this, &QDialog::finished, this, [this] {
        m_request.cancel();
        release(std::exchange(m_recovery, {}));
    });
    m_storesRequest.run([this](const CancelToken &token) { return m_ui.app.stores.stores(token); },
                        [this](const Result<QList<StoreSummary>> &stores) {
                            if (stores)
                                for (const StoreSummary &store : *stores)
                                    m_store->addItem(store.name, store.storeId);
                        });
}

void RecoveryDialog::compare()
{
    release(std::exchange(m_recovery, {}));
    m_tree->clear();
    m_error->hide();
    m_word->hide();
    m_apply->setEnabled(false);
    m_compare->setEnabled(false);
    m_plan->setText(tr("Restoring into a scratch database and comparing…"));
    const restore::StoreRecovery::Request request{m_file, m_store->currentData().toString(), {}, {}};
    const backup::Means means{backup::toolFolders(m_ui.app.settings.get(settings::toolFolder)), {}, {}};
    m_request.run(
        [login = m_ui.app.pool.login(), request, means](const CancelToken &token) {
            return QtConcurrent::run([login, request, means, token] {
                QuietJob job(token);
                return restore::StoreRecovery::open(login, request, means, job);
            });
        },
        [this](const Result<std::shared_ptr<restore::StoreRecovery>> &opened) {
            m_compare->setEnabled(true);
            m_plan->clear();
            if (!opened) {
                m_error->show(opened.error(), {});
                m_error->QWidget::show();
                return;
            }
            m_recovery = *opened;
            showDifferences();
        });
}

void RecoveryDialog::showDifferences()
{
    m_tree->blockSignals(true);
    for (const restore::TableDifferences &table : m_recovery->tables()) {
        auto *top =
            new QTreeWidgetItem(m_tree, {table.table, format::count(table.inBackup),
                                         format::count(table.live), format::count(table.rows.size())});
        for (const Kind kind : {Kind::Missing, Kind::Changed, Kind::Extra}) {
            const qint64 count = table.count(kind);
            if (count == 0)
                continue;
            auto *group = new QTreeWidgetItem(top, {kindTitle(kind), {}, {}, format::count(count)});
            group->setTextAlignment(3, Qt::AlignRight | Qt::AlignVCenter);
            group->setData(0, Qt::UserRole, table.table);
            group->setData(0, Qt::UserRole + 1, int(kind));
            group->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable |
                            Qt::ItemIsAutoTristate);
            group->setCheckState(0, kind == Kind::Extra ? Qt::Unchecked : Qt::Checked);
            if (count > shownRows)
                continue;
            for (const restore::RowDifference &row : table.rows) {
                if (row.kind != kind)
                    continue;
                auto *item = new QTreeWidgetItem(group, {QString::fromUtf8(row.key)});
                item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
                item->setCheckState(0, group->checkState(0));
            }
        }
        for (const int column : {1, 2, 3})
            top->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
        top->setExpanded(!table.rows.isEmpty());
    }
    m_tree->blockSignals(false);
    updatePlan();
}

QList<restore::Chosen> RecoveryDialog::chosen() const
{
    QList<restore::Chosen> all;
    for (int t = 0; t < m_tree->topLevelItemCount(); ++t)
        for (int g = 0; g < m_tree->topLevelItem(t)->childCount(); ++g) {
            const QTreeWidgetItem *group = m_tree->topLevelItem(t)->child(g);
            if (group->checkState(0) == Qt::Unchecked)
                continue;
            restore::Chosen choice{group->data(0, Qt::UserRole).toString(),
                                   {Kind(group->data(0, Qt::UserRole + 1).toInt())},
                                   {}};
            if (group->checkState(0) == Qt::PartiallyChecked)
                for (int row = 0; row < group->childCount(); ++row)
                    if (group->child(row)->checkState(0) == Qt::Checked)
                        choice.keys.insert(group->child(row)->text(0).toUtf8());
            all += choice;
        }
    return all;
}

void RecoveryDialog::updatePlan()
{
    if (!m_recovery)
        return;
    const QList<restore::Chosen> choice = chosen();
    const auto same = [](const restore::TableDifferences &table) { return table.rows.isEmpty(); };
    const QList<restore::TableDifferences> &tables = m_recovery->tables();
    m_plan->setText(std::all_of(tables.cbegin(), tables.cend(), same)
                        ? tr("No row differs: there is nothing to bring back.")
                    : choice.isEmpty()
                        ? tr("Nothing is ticked: nothing would be changed.")
                        : m_recovery->plan(choice) + u'\n' +
                              tr("Type the name of the database, %1, to go on:").arg(m_recovery->database()));
    m_word->setVisible(!choice.isEmpty());
    m_apply->setEnabled(!choice.isEmpty() && m_word->text() == m_recovery->database());
}

void RecoveryDialog::apply()
{
    // The job takes the scratch database with it.
    const auto recovery = std::exchange(m_recovery, {});
    const Profile profile = m_ui.app.pool.profile();
    m_ui.app.jobs.start(
        {u"store-recovery"_s, tr("Bring back rows of %1").arg(recovery->storeId()), profile.target(),
         shellCommand(QStringList{u"restore"_s, m_file, u"--store"_s, recovery->storeId()} + profile.words()),
         false},
        [recovery, choice = chosen(), typed = m_word->text()](JobContext &job) {
            return recovery->apply(choice, typed, job);
        });
    accept();
}
