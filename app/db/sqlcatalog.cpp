// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/sqlcatalog.h"

#include "app/db/querymark.h"

#include <QCryptographicHash>
#include <QDirIterator>
#include <QFile>
#include <QHash>

using namespace Qt::StringLiterals;

namespace {

QByteArray read(const QString &resource)
{
    QFile file(resource);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s is not built in", qPrintable(resource));
    return file.readAll();
}

} // namespace

Statement sqlcatalog::query(const char *name)
{
    // Once, since unpacking a resource takes longer than all else that is done here for a page of rows.
    static const QHash<QByteArray, QByteArray> marked = [] {
        QHash<QByteArray, QByteArray> texts;
        for (const Statement &statement : allQueries()) {
            QByteArray sql = statement.sql;
            while (sql.startsWith("--"))
                sql.remove(0, sql.indexOf('\n') + 1);
            texts.insert(statement.name, mark + QByteArray(" */ ") + sql);
        }
        return texts;
    }();
    const auto found = marked.constFind(name);
    if (found == marked.constEnd())
        qFatal("sql/queries/%s.sql is not built in", name);
    return {name, *found};
}

QList<Statement> sqlcatalog::allQueries()
{
    const QString root = u":/sql/queries/"_s;
    QList<Statement> all;
    for (QDirIterator files(root, {u"*.sql"_s}, QDir::Files, QDirIterator::Subdirectories);
         files.hasNext();) {
        const QString path = files.next();
        all.append({path.mid(root.size()).chopped(4).toUtf8(), read(path)});
    }
    return all;
}

QByteArray sqlcatalog::file(const QString &path)
{
    return read(u":/sql/"_s + path);
}

QList<sqlcatalog::Migration> sqlcatalog::migrations()
{
    QList<Migration> all;
    const QStringList names = QDir(u":/sql/migrations"_s).entryList({u"*.sql"_s}, QDir::Files, QDir::Name);
    for (const QString &name : names) {
        const QByteArray sql = read(u":/sql/migrations/"_s + name);
        const QByteArray hash = QCryptographicHash::hash(sql, QCryptographicHash::Sha256);
        all.append({name.left(4).toInt(), name, sql, QString::fromLatin1(hash.toHex())});
    }
    return all;
}
