// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/canceltoken.h"
#include "app/core/result.h"
#include "app/db/profile.h"
#include "app/db/rows.h"
#include "app/db/sqlcatalog.h"

#include <functional>
#include <memory>
#include <optional>

class PgConnection;

/// A value bound to $n, in libpq's text format. nullptr is SQL NULL.
class Param final
{
public:
    Param(std::nullptr_t) {}
    Param(const QString &text)
        : m_text(text.toUtf8())
    {
    }
    Param(QStringView text)
        : m_text(text.toUtf8())
    {
    }
    Param(const QByteArray &text)
        : m_text(text)
    {
    }
    Param(int value)
        : m_text(QByteArray::number(value))
    {
    }
    Param(qint64 value)
        : m_text(QByteArray::number(value))
    {
    }
    Param(double value)
        : m_text(QByteArray::number(value, 'g', 17))
    {
    }
    Param(bool value)
        : m_text(value ? "true" : "false")
    {
    }
    Param(const QStringList &values); ///< text[]

    const char *data() const { return m_text ? m_text->constData() : nullptr; }

private:
    std::optional<QByteArray> m_text;
};

using Params = QList<Param>;

struct Command
{
    Statement statement;
    Params params = {};
};

/// Work on one leased connection. Belongs to one thread at a time and never to the GUI thread.
///
/// Each call is a transaction of its own. A read is one round trip: read-only, role, time-outs, formats and
/// store in one statement · the statement itself · Sync. A write is BEGIN · the same settings · the
/// statements · Sync, and when all answered, COMMIT · Sync. Nothing outlives it on the connection, so that
/// the next lease and PgBouncer in transaction mode start clean. Errors come back as values; a cancelled
/// token ends the statement on the server.
class Session final
{
public:
    /// `purpose` becomes part of application_name ("Products").
    Session(std::shared_ptr<PgConnection> connection, Profile profile, QString purpose, CancelToken token);
    Session(Session &&) noexcept = default;
    ~Session();

    /// A read-only transaction. With `storeId` empty no store is set: for statements that are not
    /// store-scoped.
    Result<Rows> read(const QString &storeId, const Statement &statement, const Params &params = {});

    /// Several statements in one read-only transaction and one round trip; the answers in order.
    Result<QList<Rows>> readAll(const QString &storeId, const QList<Command> &commands);

    /// A read-write transaction of several statements, all or nothing; the answers in order. If the
    /// connection ends after COMMIT was sent, the error is OutcomeUnknown and nothing is repeated.
    Result<QList<Rows>> write(const QString &storeId, const QList<Command> &commands);

    /// One statement as it is, outside our transaction: for VACUUM, CREATE DATABASE and the migrator, on a
    /// connection of its own (ConnectionPool::direct).
    Result<Rows> execute(const QByteArray &sql, const Params &params = {});

    /// Several statements in one simple query, without parameters; the last answer.
    Result<Rows> executeScript(const QByteArray &sql);

    /// COPY … FROM STDIN: `produce` fills the buffer with the next rows in text format and returns false at
    /// the end. The number of rows copied. To be called between execute("BEGIN") and execute("COMMIT"), or
    /// alone.
    Result<qint64> copyIn(const QByteArray &sql,
                          const std::function<Result<bool>(QByteArray &buffer)> &produce);

    /// COPY … TO STDOUT: `consume` gets each row as the server sends it.
    Result<qint64> copyOut(const QByteArray &sql,
                           const std::function<Result<void>(QByteArrayView row)> &consume);

    /// COPY (SELECT …) TO STDOUT in a read-only transaction of its own, with role, formats and store as in
    /// read() but without a statement time-out: a whole table takes its time. For a session of
    /// ConnectionPool::direct(), which is closed when `consume` fails. The number of rows.
    Result<qint64> copyRows(const QString &storeId, const QByteArray &sql,
                            const std::function<Result<void>(QByteArrayView row)> &consume);

    /// The SCRAM verifier of a password, as CREATE ROLE takes it: the password itself never leaves this
    /// program.
    Result<QString> scramVerifier(const QString &login, const QString &password);

    const CancelToken &token() const { return m_token; }
    const Profile &profile() const { return m_profile; }
    const QString &purpose() const { return m_purpose; }
    PgConnection &connection() { return *m_connection; }

    /// True once a write was sent: such work is never repeated by itself.
    bool wrote() const { return m_wrote; }

private:
    enum class Access { ReadOnly, ReadWrite };

    bool send(const Statement &statement, const Params &params);
    bool sendContext(Access access, const QString &storeId);
    Result<Rows> collect(const Statement &statement);
    Result<void> collectContext(const QString &storeId);
    Result<void> collectSync();
    Result<Rows> simpleResult(const Statement &statement);
    Error lost(const Statement &statement) const;
    Error notSent(const Statement &statement) const;

    static constexpr int answerGraceMs = 10'000;

    std::shared_ptr<PgConnection> m_connection;
    Profile m_profile;
    QString m_purpose;
    CancelToken m_token;
    bool m_wrote = false;
};

/// "name" quoted as an SQL identifier.
QByteArray quoteIdentifier(const QString &name);
/// A time zone's id as the server reads it: a bare offset of Qt ("UTC+03:00", east of Greenwich) PostgreSQL
/// would take as POSIX does, with the sign turned.
QString zoneForServer(const QString &id);
/// 'text' as an SQL literal, for the few statements that take no parameters (COPY, CREATE DATABASE, DDL).
QByteArray quoteLiteral(const QString &text);
