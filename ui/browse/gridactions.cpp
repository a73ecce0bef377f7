// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/browse/gridactions.h"

#include "app/appcontext.h"
#include "ui/shared/filtertext.h"
#include "ui/shared/recordmodel.h"
#include "ui/shared/tableview.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QMenu>

using namespace Qt::StringLiterals;

QString pageOfTable(QByteArrayView table)
{
    static const QHash<QByteArray, QString> pages{
        {"customers", u"customers"_s},           {"products", u"products"_s},
        {"sales_transactions", u"sales"_s},      {"sales_transaction_items", u"items"_s},
        {"product_categories", u"categories"_s}, {"product_embeddings", u"embeddings"_s}};
    return pages.value(table.toByteArray());
}

GridActions::GridActions(const UiContext &ui, TableView &view, RecordModel &model)
    : QObject(&view)
    , m_ui(ui)
    , m_view(view)
    , m_model(model)
    , m_related(new QMenu(tr("&Go to"), &view))
{
    const TableDef &table = model.table();
    auto *copy = new QMenu(tr("Copy &as"), &view);
    const std::tuple<TextFormat, QString, QString> formats[] = {
        {TextFormat::Csv, u"copyCsv"_s, tr("&CSV")},
        {TextFormat::Json, u"copyJson"_s, tr("&JSON")},
        {TextFormat::Insert, u"copyInsert"_s, tr("SQL &INSERT")}};
    for (const auto &[format, name, text] : formats) {
        QAction *action = copy->addAction(text);
        action->setObjectName(name);
        connect(action, &QAction::triggered, this, [this, wanted = format] { copyAs(wanted); });
    }
    view.addAction(copy->menuAction());
    auto *line = new QAction(&view);
    line->setSeparator(true);
    view.addAction(line);
    add(u"filterByValue"_s, tr("&Filter by this value"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F),
        &GridActions::filterByValue);
    add(u"leaveOut"_s, tr("Leave this value &out"), {}, &GridActions::leaveOut);
    add(u"filterColumn"_s, tr("Filter on this co&lumn…"), {}, &GridActions::filterColumn);
    auto *second = new QAction(&view);
    second->setSeparator(true);
    view.addAction(second);
    m_related->setObjectName(u"relatedMenu"_s);
    view.addAction(m_related->menuAction());
    connect(m_related, &QMenu::aboutToShow, this, &GridActions::fillRelated);
    if (table.column("product_id") >= 0)
        add(u"similar"_s, tr("Find &similar products"), {}, &GridActions::similar);
    if (const int key = table.column(table.key); key >= 0 && table.columns[key].type == ColumnType::Uuid)
        add(u"history"_s, tr("&History of this row"), QKeySequence(Qt::CTRL | Qt::Key_H),
            &GridActions::history);
    const bool changes = std::any_of(table.columns.cbegin(), table.columns.cend(),
                                     [](const ColumnDef &column) { return column.editable; });
    if (changes) {
        QAction *change = add(u"changeValue"_s, tr("&Change this value"), QKeySequence(Qt::Key_F2),
                              &GridActions::changeValue);
        connect(&view, &TableView::currentCellChanged, change, [this, change](const QModelIndex &index) {
            change->setEnabled(m_model.editable(index.column()));
        });
        change->setEnabled(false);
        QAction *none = add(u"setNull"_s, tr("Set to &no value"), QKeySequence(Qt::CTRL | Qt::Key_Delete),
                            &GridActions::setNull);
        connect(&view, &TableView::currentCellChanged, none, [this, none](const QModelIndex &index) {
            none->setEnabled(m_model.editable(index.column()) &&
                             m_model.table().columns[index.column()].nullable);
        });
        none->setEnabled(false);
    }
}

QAction *GridActions::add(const QString &name, const QString &text, const QKeySequence &key,
                          void (GridActions::*slot)())
{
    auto *action = new QAction(text, &m_view);
    action->setObjectName(name);
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetShortcut);
    connect(action, &QAction::triggered, this, slot);
    m_view.addAction(action);
    return action;
}

void GridActions::changeValue()
{
    if (const QModelIndex index = m_view.currentIndex(); index.isValid())
        m_view.edit(index);
}

void GridActions::filterByValue()
{
    const QModelIndex index = m_view.currentIndex();
    if (!index.isValid())
        return;
    const std::optional<ColumnFilter> filter = ::filterByValue(
        m_model.table().columns[index.column()], m_model.value(index.row(), index.column()), m_model.zone());
    if (filter)
        emit filterWanted(*filter);
    else
        filterColumn();
}

void GridActions::leaveOut()
{
    const QModelIndex index = m_view.currentIndex();
    if (!index.isValid())
        return;
    const ColumnDef &column = m_model.table().columns[index.column()];
    const std::optional<QString> value = m_model.value(index.row(), index.column());
    if (!value)
        emit filterWanted({column.name, FilterOp::IsNotNull});
    else if (browsefilter::operators(column.type).contains(FilterOp::Differs))
        emit filterWanted({column.name, FilterOp::Differs, {*value}});
    else
        filterColumn();
}

void GridActions::filterColumn()
{
    const int column = m_view.currentIndex().column();
    emit filterEditorWanted(column >= 0 ? m_model.table().columns[column].name : QByteArray());
}

void GridActions::history()
{
    if (const QModelIndex index = m_view.currentIndex(); index.isValid())
        emit placeWanted(
            {u"audit"_s, {u"record"_s, QString::fromUtf8(m_model.table().name), m_model.key(index.row())}});
}

void GridActions::similar()
{
    const QModelIndex index = m_view.currentIndex();
    if (!index.isValid())
        return;
    if (const auto product = m_model.value(index.row(), m_model.table().column("product_id")))
        emit placeWanted({u"search"_s, {u"like"_s, *product}});
}

void GridActions::setNull()
{
    m_model.setNull(m_view.currentIndex());
}

void GridActions::fillRelated()
{
    m_related->clear();
    const QModelIndex index = m_view.currentIndex();
    const TableDef &table = m_model.table();
    if (!index.isValid()) {
        m_related->addAction(tr("Select a row first"))->setEnabled(false);
        return;
    }
    const auto go = [this](QAction *action, const QByteArray &to, const QByteArray &column,
                           const QString &value) {
        action->setObjectName(QString::fromUtf8("goTo-" + to));
        connect(action, &QAction::triggered, this, [this, to, column, value] {
            emit placeWanted(
                {pageOfTable(to), {browsefilter::expression({column, FilterOp::Equals, {value}})}});
        });
    };
    for (int column = 0; column < table.columns.size(); ++column) {
        const TableDef *other = browseTable(table.columns[column].references);
        if (!other)
            continue;
        const std::optional<QString> value = m_model.value(index.row(), column);
        QAction *action =
            m_related->addAction(other->name == table.name ? tr("The %1 it is part of").arg(other->singular)
                                                           : tr("The %1").arg(other->singular));
        action->setEnabled(value.has_value());
        go(action, other->name, other->key, value.value_or(QString()));
    }
    for (const TableReference &reference : referencesTo(table.name)) {
        const TableDef *other = browseTable(reference.table);
        go(m_related->addAction(tr("%1 of this %2").arg(other->title, table.singular)), other->name,
           reference.column, m_model.key(index.row()));
    }
    if (m_related->isEmpty())
        m_related->addAction(tr("Nothing refers to this row"))->setEnabled(false);
}

void GridActions::copyAs(TextFormat format)
{
    const QList<int> rows = m_view.selectedRowNumbers();
    if (rows.isEmpty())
        return;
    const ExportTable table = m_model.exported(rows, m_view.visibleColumns());
    ExportStyle style;
    QByteArray text;
    if (format == TextFormat::Insert) {
        text = ExportService::inserts(m_model.table(), m_ui.app.stores.current().storeId, table);
    } else if (format == TextFormat::Json) {
        style.format = ExportFormat::JsonLines;
        text = ExportService::text(table, style).trimmed();
        text = "[\n  " + text.replace('\n', ",\n  ") + "\n]\n";
    } else {
        text = ExportService::text(table, style);
    }
    QGuiApplication::clipboard()->setText(QString::fromUtf8(text));
}
