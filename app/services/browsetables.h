// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>

enum class ColumnType { Text, Integer, Decimal, Money, Boolean, Date, Timestamp, Uuid, Tags, Json };

/// A column of a browsable table, in the order of its statement.
struct ColumnDef
{
    QByteArray name; ///< as the database names it: JSON key, CSV header, --sort
    QString title;   ///< as people read it
    ColumnType type = ColumnType::Text;
    int decimals = 0;      ///< for Decimal and Money
    bool sortable = false; ///< an index (store_id, column, thenBy…, key) serves it
    bool nullable = false;
    bool shown = true;             ///< in the grid at first; the details pane shows all
    QList<QByteArray> thenBy = {}; ///< further columns of that index before the key; never null
    QByteArray references = {};    ///< the table whose key this column holds
    bool derived = false;          ///< joined or computed by the statement: no column of the table
    bool editable = false;         ///< may be changed in the window, where the role may
    int longest = 0;               ///< of an editable text, in characters; 0: no limit
    QStringList choices = {};      ///< of a text: the only values
    bool coded = false;            ///< a text of the database's own words: credit_card
};

/// A table of the store that can be paged through.
struct TableDef
{
    QByteArray name;  ///< "customers"
    QString title;    ///< "Customers"
    QString singular; ///< "customer"
    QByteArray key;   ///< the single-column primary key, last column of every sort
    QByteArray sort;  ///< the sort at first
    bool descending = false;
    QList<ColumnDef> columns;

    int column(QByteArrayView columnName) const; ///< -1 when there is none
};

/// A column of another table that holds this table's key.
struct TableReference
{
    QByteArray table;
    QByteArray column;
};

/// The tables that can be browsed, in the order of sql/queries/browse; any thread.
const QList<TableDef> &browseTables();
const TableDef *browseTable(QByteArrayView name); ///< nullptr when there is none
QList<TableReference> referencesTo(QByteArrayView table);
