// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/restoreplan.h"

namespace restore {

/// One row that the backup and the live database do not have alike.
struct RowDifference
{
    enum class Kind { Missing, Changed, Extra }; ///< in the live database, compared with the backup
    Kind kind = Kind::Missing;
    QByteArray key;      ///< as text
    QByteArray liveHash; ///< of the live row when it was compared; empty where it is missing
};

struct TableDifferences
{
    QString table; ///< of the schema retail
    QString key;   ///< its column
    QStringList columns;
    qint64 inBackup = 0;
    qint64 live = 0;
    QList<RowDifference> rows; ///< by key

    qint64 count(RowDifference::Kind kind) const;
};

/// What is to be brought back: rows of some kinds of a table, or some of them by key.
struct Chosen
{
    QString table;
    QList<RowDifference::Kind> kinds;
    QSet<QByteArray> keys; ///< empty: all of these kinds
};

QString kindName(RowDifference::Kind kind); ///< "missing", "changed", "extra"

/// One store's rows out of a backup of all. The backup is restored into a scratch database, which goes with
/// this object; the live one is only read until apply(). Belongs to one worker thread at a time; all calls
/// block.
class StoreRecovery final
{
public:
    struct Request
    {
        QString file;
        QString store;      ///< its id or name
        QString into;       ///< the live database; empty: the profile's
        QStringList tables; ///< empty: all five of a store
    };

    /// Restores and compares. Errors as restore::plan() and restore::execute(), NotFound for a store that
    /// neither the backup nor the database has.
    static Result<std::shared_ptr<StoreRecovery>> open(const Login &login, const Request &request,
                                                       const backup::Means &means, JobContext &job);
    ~StoreRecovery(); ///< drops the scratch database
    Q_DISABLE_COPY_MOVE(StoreRecovery)

    const QString &storeId() const { return m_store; }
    const QString &database() const { return m_into; }
    const QList<TableDifferences> &tables() const { return m_tables; }
    QString text() const; ///< a line a table

    /// What apply() would do, a line each.
    QString plan(const QList<Chosen> &chosen) const;

    /// Brings the chosen rows back in one transaction, audited row by row by the database and once as an act.
    /// `typed` is the name of the live database. Kind Conflict, and nothing done, when one of the rows was
    /// changed since it was compared; OutcomeUnknown when COMMIT was sent and not answered.
    Result<QString> apply(const QList<Chosen> &chosen, const QString &typed, JobContext &job);

private:
    StoreRecovery(const Login &login, const backup::Means &means)
        : m_login(login)
        , m_means(means)
    {
    }
    Result<void> compare(JobContext &job);
    Result<void> compareTable(Session &live, Session &scratch, TableDifferences &table, JobContext &job);
    Result<void> bring(Session &live, Session &scratch, const TableDifferences &table, const Chosen &chosen,
                       JobContext &job);
    Result<void> change(Session &live, const TableDifferences &table, const Chosen &chosen,
                        RowDifference::Kind kind);
    QList<const RowDifference *> rowsOf(const TableDifferences &table, const Chosen &chosen,
                                        RowDifference::Kind kind) const;

    const Login m_login;
    const backup::Means m_means;
    QString m_store;
    QString m_into;
    QString m_scratch;
    QString m_file;
    QList<TableDifferences> m_tables; // parents first
};

/// The tables of a store, parents first.
QStringList storeTables();

} // namespace restore
