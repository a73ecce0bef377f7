// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/local/localconnection.h"

#include <QSqlError>

#include <atomic>

using namespace Qt::StringLiterals;

LocalConnection::LocalConnection(const QString &file)
{
    static std::atomic<int> counter{0};
    m_name = u"local-%1"_s.arg(++counter);
    m_database = QSqlDatabase::addDatabase(u"QSQLITE"_s, m_name);
    m_database.setDatabaseName(file);
    m_database.setConnectOptions(u"QSQLITE_BUSY_TIMEOUT=5000"_s);
    m_open = m_database.open();
}

LocalConnection::~LocalConnection()
{
    m_database = {};
    QSqlDatabase::removeDatabase(m_name);
}

Error LocalConnection::failed(const QSqlError &said) const
{
    // SQLITE_CORRUPT and SQLITE_NOTADB; the upper bits tell which part is.
    const int code = said.nativeErrorCode().toInt() & 0xff;
    m_damaged = m_damaged || code == 11 || code == 26;
    return {ErrorKind::Io, u"This desktop's local store cannot be used."_s,
            u"Check the free space and the rights of %1."_s.arg(m_database.databaseName()), said.text()};
}

Result<QSqlQuery> LocalConnection::prepare(const QString &sql) const
{
    if (!m_open)
        return failed(m_database.lastError());
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    if (!query.prepare(sql))
        return failed(query.lastError());
    return query;
}

Result<void> LocalConnection::repeat(QSqlQuery &prepared, const QVariantList &values) const
{
    // A null QString would be bound as NULL; our columns know the empty text only.
    for (qsizetype i = 0; i < values.size(); ++i) {
        const QVariant &value = values[i];
        const bool null = value.typeId() == QMetaType::QString && value.toString().isNull();
        prepared.bindValue(int(i), null ? QVariant(QLatin1String("")) : value);
    }
    if (!prepared.exec())
        return failed(prepared.lastError());
    return {};
}

Result<QSqlQuery> LocalConnection::run(const QString &sql, const QVariantList &values) const
{
    Result<QSqlQuery> query = prepare(sql);
    if (!query)
        return query;
    if (const Result<void> done = repeat(*query, values); !done)
        return done.error();
    return query;
}
