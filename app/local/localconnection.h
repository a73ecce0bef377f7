// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

#include <QSqlDatabase>
#include <QSqlQuery>
#include <QVariant>

class QSqlError;

/// A connection to this desktop's SQLite file for one call: Qt's connections belong to a thread, and ours to
/// no thread for longer than that. Errors are of kind Io.
class LocalConnection final
{
public:
    explicit LocalConnection(const QString &file);
    ~LocalConnection();
    Q_DISABLE_COPY_MOVE(LocalConnection)

    Result<QSqlQuery> run(const QString &sql, const QVariantList &values = {}) const;

    /// For a statement that is run many times in the call.
    Result<QSqlQuery> prepare(const QString &sql) const;
    Result<void> repeat(QSqlQuery &prepared, const QVariantList &values) const;

    /// Everything in `work` or nothing of it; other writers wait from the start.
    template <typename Work>
    Result<void> inTransaction(const Work &work) const
    {
        if (const auto begun = run(QStringLiteral("BEGIN IMMEDIATE")); !begun)
            return begun.error();
        Result<void> done = work();
        const auto ended = run(done ? QStringLiteral("COMMIT") : QStringLiteral("ROLLBACK"));
        return done && !ended ? Result<void>(ended.error()) : done;
    }

    /// True once SQLite said of the file itself that it is malformed or no database.
    bool damaged() const { return m_damaged; }

private:
    Error failed(const QSqlError &said) const;

    QString m_name;
    QSqlDatabase m_database;
    bool m_open = false;
    mutable bool m_damaged = false;
};
