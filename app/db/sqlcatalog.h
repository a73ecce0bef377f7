// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

/// A statement of sql/queries, named by its path without ".sql" ("browse/customers").
struct Statement
{
    QByteArray name;
    QByteArray sql;
};

/// The SQL files that are built into the program. Any thread.
namespace sqlcatalog {

/// The statement of that name; aborts if there is none, since names are literals of this program and a test
/// asks for each.
Statement query(const char *name);

QList<Statement> allQueries();

/// A file below sql/, e.g. "template.sql".
QByteArray file(const QString &path);

struct Migration
{
    int version = 0;
    QString name; ///< file name, "0001_roles.sql"
    QByteArray sql;
    QString checksum; ///< SHA-256 in hexadecimal
};

/// The migrations in their order.
QList<Migration> migrations();

} // namespace sqlcatalog
