// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/audit/auditfilterbar.h"

#include "app/services/browsetables.h"
#include "ui/audit/auditmodel.h"
#include "ui/shared/flowlayout.h"

#include <QComboBox>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QTimer>

using namespace Qt::StringLiterals;

namespace {

constexpr int pauseMs = 350; // after the last key, before the server is asked

/// "Stock" or "current_stock": as the pages call a column, or as the database does.
QString columnName(const QString &text)
{
    for (const TableDef &table : browseTables())
        for (const ColumnDef &column : table.columns)
            if (column.title.compare(text, Qt::CaseInsensitive) == 0)
                return QString::fromUtf8(column.name);
    return text;
}

} // namespace

AuditFilterBar::AuditFilterBar(QWidget *parent)
    : QWidget(parent)
    , m_time(new QComboBox(this))
    , m_table(new QComboBox(this))
    , m_action(new QComboBox(this))
    , m_user(new QLineEdit(this))
    , m_column(new QLineEdit(this))
    , m_record(new QLineEdit(this))
    , m_text(new QLineEdit(this))
    , m_pause(new QTimer(this))
{
    m_time->setObjectName(u"auditTime"_s);
    m_time->setAccessibleName(tr("Time"));
    const QList<std::pair<QString, int>> spans{{tr("Last 24 hours"), 1},
                                               {tr("Last 7 days"), 7},
                                               {tr("Last 30 days"), 30},
                                               {tr("Last 365 days"), 365},
                                               {tr("All time"), 0}};
    for (const auto &[text, days] : spans)
        m_time->addItem(text, days);
    m_time->setCurrentIndex(2);
    m_table->setObjectName(u"auditTable"_s);
    m_table->setAccessibleName(tr("Table"));
    m_table->addItem(tr("All tables"), QString());
    for (const auto &table :
         {u"customers"_s, u"products"_s, u"sales_transactions"_s, u"sales_transaction_items"_s,
          u"product_embeddings"_s, u"stores"_s, u"security_context"_s})
        m_table->addItem(AuditModel::tableTitle(table), table);
    m_action->setObjectName(u"auditAction"_s);
    m_action->setAccessibleName(tr("Action"));
    m_action->addItem(tr("All actions"), QString());
    for (const auto &action : {u"INSERT"_s, u"UPDATE"_s, u"DELETE"_s, u"store_context_set"_s})
        m_action->addItem(AuditModel::actionTitle(action), action);

    auto *layout = new FlowLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    for (QComboBox *box : {m_time, m_table, m_action}) {
        layout->addWidget(box);
        connect(box, &QComboBox::currentIndexChanged, this, &AuditFilterBar::changed);
    }
    const auto add = [&](QLineEdit *edit, const QString &name, const QString &label, int width) {
        edit->setObjectName(name);
        edit->setAccessibleName(label);
        edit->setPlaceholderText(label);
        edit->setClearButtonEnabled(true);
        edit->setFixedWidth(width);
        layout->addWidget(edit);
        connect(edit, &QLineEdit::textChanged, m_pause, qOverload<>(&QTimer::start));
        connect(edit, &QLineEdit::returnPressed, this, [this] {
            m_pause->stop();
            emit changed();
        });
    };
    add(m_user, u"auditUser"_s, tr("Person (login)"), 150);
    add(m_column, u"auditColumn"_s, tr("Changed column"), 150);
    add(m_record, u"auditRecord"_s, tr("Id of a row"), 170);
    add(m_text, u"auditText"_s, tr("Text in the values"), 190);
    m_pause->setSingleShot(true);
    m_pause->setInterval(pauseMs);
    connect(m_pause, &QTimer::timeout, this, &AuditFilterBar::changed);
}

AuditFilter AuditFilterBar::filter() const
{
    AuditFilter filter;
    if (const int days = m_time->currentData().toInt(); days > 0)
        filter.since = QDateTime::currentDateTime().addDays(-days);
    filter.table = m_table->currentData().toString();
    filter.action = m_action->currentData().toString();
    filter.user = m_user->text().trimmed();
    filter.column = columnName(m_column->text().trimmed());
    filter.record = m_record->text().trimmed();
    filter.text = m_text->text();
    return filter;
}

void AuditFilterBar::showRecord(const QString &table, const QString &record)
{
    reset();
    const QSignalBlocker time(m_time);
    const QSignalBlocker tables(m_table);
    const QSignalBlocker records(m_record);
    m_time->setCurrentIndex(m_time->count() - 1);
    m_table->setCurrentIndex(std::max(0, m_table->findData(table)));
    m_record->setText(record);
    emit changed();
}

void AuditFilterBar::reset()
{
    m_pause->stop();
    for (QLineEdit *edit : {m_user, m_column, m_record, m_text}) {
        const QSignalBlocker quiet(edit);
        edit->clear();
    }
    const QSignalBlocker time(m_time);
    const QSignalBlocker tables(m_table);
    const QSignalBlocker actions(m_action);
    m_time->setCurrentIndex(2);
    m_table->setCurrentIndex(0);
    m_action->setCurrentIndex(0);
}

void AuditFilterBar::focusText()
{
    m_text->setFocus();
    m_text->selectAll();
}
