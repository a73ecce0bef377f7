// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backup/inspectdialog.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "app/services/backupverify.h"
#include "ui/shared/theme.h"

#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTabWidget>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;

namespace {

QTreeWidget *tree(const QString &name, const QString &accessible, const QStringList &headers, QWidget *parent)
{
    auto *view = new QTreeWidget(parent);
    view->setObjectName(name);
    view->setAccessibleName(accessible);
    view->setHeaderLabels(headers);
    view->setAlternatingRowColors(false);
    view->setFrameShape(QFrame::NoFrame);
    view->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    view->header()->setStretchLastSection(false);
    for (int column = 1; column < view->columnCount(); ++column)
        view->header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    return view;
}

/// All but the first column.
void alignNumbers(QTreeWidgetItem *item)
{
    for (int column = 1; column < item->columnCount(); ++column)
        item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
}

} // namespace

InspectDialog::InspectDialog(const UiContext &ui, const backup::StoredBackup &stored, QWidget *parent)
    : QDialog(parent)
    , m_objects(tree(u"inspectObjects"_s, tr("Objects"), {tr("Object"), tr("Number")}, this))
    , m_note(new QLabel(this))
    , m_request(this)
{
    setObjectName(u"inspectDialog"_s);
    setWindowTitle(tr("Inside %1").arg(stored.manifest.dump));
    const backup::Manifest &manifest = stored.manifest;

    QTreeWidget *tables =
        tree(u"inspectTables"_s, tr("Tables"), {tr("Table"), tr("Rows"), tr("Size"), tr("Policies")}, this);
    alignNumbers(tables->headerItem());
    alignNumbers(m_objects->headerItem());
    for (const backup::Table &table : manifest.tables) {
        auto *item = new QTreeWidgetItem(
            tables,
            {table.fullName(), table.partitioned ? tr("in its partitions") : format::count(table.rows),
             table.partitioned ? QString() : format::bytes(table.bytes),
             format::count(table.policies.size())});
        alignNumbers(item);
    }
    QTreeWidget *facts = tree(u"inspectFacts"_s, tr("Facts"), {tr("What"), tr("Value")}, this);
    facts->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    facts->header()->setStretchLastSection(true);
    const auto fact = [facts](const QString &what, const QString &value) {
        if (!value.isEmpty())
            new QTreeWidgetItem(facts, {what, value});
    };
    fact(tr("Database"), u"%1 (%2)"_s.arg(manifest.database, manifest.target));
    fact(tr("Made"), format::exact(manifest.created.toLocalTime()));
    fact(tr("Verified"), manifest.levelText());
    fact(tr("Verified where"), manifest.verification.where);
    fact(tr("Server"), tr("PostgreSQL %1, written by %2").arg(manifest.serverVersion, manifest.tool));
    fact(tr("Size"),
         tr("%1 from %2").arg(format::bytes(manifest.bytes()), format::bytes(manifest.databaseBytes)));
    fact(tr("Sealed to"), manifest.recipients.join(u", "_s));
    QStringList extensions;
    for (const backup::Extension &extension : manifest.extensions)
        extensions += extension.name + u' ' + extension.version;
    fact(tr("Extensions"), extensions.join(u", "_s));
    fact(tr("Roles"), manifest.roles.join(u", "_s));
    for (const backup::DatabaseSetting &setting : manifest.settings)
        fact(tr("Setting"),
             setting.role.isEmpty() ? setting.setting : setting.role + u": "_s + setting.setting);
    fact(tr("Rights of the database"), manifest.acl);
    fact(tr("Checksum"), manifest.files.value(0).sha256);

    auto *objects = new QWidget(this);
    auto *objectsLayout = new QVBoxLayout(objects);
    objectsLayout->setContentsMargins(0, 0, 0, 0);
    objectsLayout->addWidget(m_objects, 1);
    objectsLayout->addWidget(m_note);
    m_note->setWordWrap(true);
    m_note->setContentsMargins(8, 4, 8, 4);
    m_note->setText(tr("Reading the table of contents…"));
    auto *tabs = new QTabWidget(this);
    tabs->setObjectName(u"inspectTabs"_s);
    tabs->addTab(tables, tr("&Tables"));
    tabs->addTab(objects, tr("&Objects"));
    tabs->addTab(facts, tr("&Facts"));
    auto *close = new QPushButton(tr("Close"), this);
    close->setObjectName(u"inspectClose"_s);
    close->setDefault(true);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(close);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(12);
    layout->addWidget(tabs, 1);
    layout->addLayout(buttons);
    resize(ui.theme.px(720), ui.theme.px(480));
    connect(close, &QPushButton::clicked, this, &QDialog::accept);

    const backup::Means means{backup::toolFolders(ui.app.settings.get(settings::toolFolder)), {}, {}};
    m_request.run(
        [stored, means](const CancelToken &token) {
            return QtConcurrent::run(
                [stored, means, token] { return backup::readToc(stored, means, token); });
        },
        [this](const Result<QList<backup::TocEntry>> &toc) { showObjects(toc); });
}

void InspectDialog::showObjects(const Result<QList<backup::TocEntry>> &toc)
{
    if (!toc) {
        m_note->setText(toc.error().message);
        return;
    }
    QMap<QString, QList<const backup::TocEntry *>> types;
    for (const backup::TocEntry &entry : *toc)
        types[entry.type] += &entry;
    for (auto each = types.cbegin(); each != types.cend(); ++each) {
        auto *type = new QTreeWidgetItem(m_objects, {each.key(), format::count(each->size())});
        alignNumbers(type);
        for (const backup::TocEntry *entry : *each)
            new QTreeWidgetItem(type, {entry->name});
    }
    m_note->setText(format::counted(toc->size(), tr("object"), tr("objects")));
}
