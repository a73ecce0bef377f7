// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/storerecovery.h"

#include "app/core/format.h"
#include "app/db/connectionpool.h"
#include "app/services/restorejob.h"

#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QTemporaryFile>

using namespace Qt::StringLiterals;

namespace restore {

namespace {

using Kind = RowDifference::Kind;

constexpr qint64 chunk = 256 * 1024;

QByteArray quotedList(const QStringList &columns, const QByteArray &prefix)
{
    QByteArrayList quoted;
    for (const QString &column : columns)
        quoted += prefix + quoteIdentifier(column);
    return quoted.join(", ");
}

QByteArray hashOf(const QStringList &columns, const QByteArray &prefix)
{
    return "md5(ROW(" + quotedList(columns, prefix) + ")::text)";
}

struct Hashed
{
    QByteArray key;
    QByteArray hash;
};

Result<QList<Hashed>> hashes(Session &session, const TableDifferences &table, const QString &store)
{
    // COPY takes no parameters; uuids sort alike as values and as text.
    const QByteArray key = quoteIdentifier(table.key);
    const QByteArray sql = "COPY (SELECT t." + key + ", " + hashOf(table.columns, "t.") + " FROM retail." +
                           quoteIdentifier(table.table) + " t WHERE t.store_id = " + quoteLiteral(store) +
                           " ORDER BY t." + key + ") TO STDOUT";
    QList<Hashed> all;
    const Result<qint64> read = session.copyOut(sql, [&](QByteArrayView row) -> Result<void> {
        const qsizetype tab = row.indexOf('\t');
        all.append({row.first(tab).toByteArray(), row.sliced(tab + 1).trimmed().toByteArray()});
        return {};
    });
    return read ? Result<QList<Hashed>>(std::move(all)) : read.error();
}

/// Streams `rows` into the table `into`; the callers write text format.
Result<void> copyText(Session &session, const QByteArray &into, QIODevice &rows)
{
    rows.seek(0);
    const Result<qint64> copied =
        session.copyIn("COPY " + into + " FROM STDIN", [&](QByteArray &buffer) -> Result<bool> {
            buffer = rows.read(chunk);
            return !buffer.isEmpty();
        });
    return copied ? Result<void>() : copied.error();
}

Result<Session> openAs(const Login &login, const CancelToken &token, const QString &database,
                       const QByteArray &role)
{
    Result<Session> session = openSession(login, u"Store recovery"_s, token, database);
    if (!session)
        return session;
    const Result<Rows> ready =
        session->executeScript("SET ROLE " + role +
                               "; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; "
                               "SET lock_timeout = '10s'; SET DateStyle = ISO; SET timezone = 'UTC'; "
                               "SET extra_float_digits = 3; "
                               "SET search_path = pg_catalog, public");
    if (!ready)
        return ready.error();
    return session;
}

/// A backup that is older than erasures still holds who was erased here since: they are erased again, in the
/// same transaction. How many they were.
Result<qint64> eraseAgain(Session &live)
{
    const Result<Rows> knows =
        live.execute("SELECT to_regprocedure('retail.apply_erasures(uuid[])') IS NOT NULL");
    if (!knows || !knows->boolean(0, 0))
        return knows ? Result<qint64>(0) : knows.error();
    const Result<Rows> back =
        live.execute("SELECT retail.apply_erasures('{}') WHERE EXISTS (SELECT FROM "
                     "retail.list_erased_customers() e JOIN retail.customers c USING (customer_id))");
    if (!back)
        return back.error();
    return back->count() > 0 ? back->integer(0, 0) : 0;
}

} // namespace

QStringList storeTables()
{
    return {u"customers"_s, u"products"_s, u"product_embeddings"_s, u"sales_transactions"_s,
            u"sales_transaction_items"_s};
}

QString kindName(Kind kind)
{
    return kind == Kind::Missing ? u"missing"_s : kind == Kind::Changed ? u"changed"_s : u"extra"_s;
}

qint64 TableDifferences::count(Kind kind) const
{
    return std::count_if(rows.cbegin(), rows.cend(),
                         [kind](const RowDifference &row) { return row.kind == kind; });
}

Result<std::shared_ptr<StoreRecovery>> StoreRecovery::open(const Login &login, const Request &request,
                                                           const backup::Means &means, JobContext &job)
{
    for (const QString &table : request.tables)
        if (!storeTables().contains(table))
            return Error{ErrorKind::Usage, u"“%1” is no table of a store."_s.arg(table),
                         u"These are: %1."_s.arg(storeTables().join(u", "_s))};
    std::shared_ptr<StoreRecovery> recovery(new StoreRecovery(login, means));
    recovery->m_file = request.file;
    {
        Result<Session> live = openAs(login, job.token(), request.into, "retail_ops");
        if (!live)
            return live.error();
        const Result<Rows> store = live->execute(sqlcatalog::query("recovery/store").sql, {request.store});
        const Result<Rows> here = live->execute("SELECT current_database()::text");
        if (!store || !here)
            return store ? here.error() : store.error();
        if (store->count() == 0)
            return Error{
                ErrorKind::NotFound, u"There is no store “%1” in %2."_s.arg(request.store, here->text(0, 0)),
                u"Rows are brought back into a store that exists; “retail-admin stores list” names them."_s};
        recovery->m_store = store->text(0, 0);
        recovery->m_into = here->text(0, 0);
        for (const QString &name : storeTables()) {
            if (!request.tables.isEmpty() && !request.tables.contains(name))
                continue;
            const Result<Rows> columns = live->execute(sqlcatalog::query("recovery/columns").sql, {name});
            if (!columns)
                return columns.error();
            TableDifferences table;
            table.table = name;
            for (int row = 0; row < columns->count(); ++row) {
                table.columns += columns->text(row, 0);
                if (columns->boolean(row, 1))
                    table.key = columns->text(row, 0);
            }
            recovery->m_tables += table;
        }
    }
    restore::Request scratch;
    scratch.file = request.file;
    scratch.into = u"retail_scratch_%1"_s.arg(QRandomGenerator::system()->generate64(), 0, 36);
    scratch.tables = request.tables.isEmpty() ? storeTables() : request.tables;
    const Result<Plan> planned = restore::plan(login, scratch, means, job);
    if (!planned)
        return planned.error();
    const Result<QString> made = restore::execute(login, *planned, {}, means, job);
    if (!made)
        return made.error();
    recovery->m_scratch = scratch.into;
    if (Result<Server> server = Server::open(login, job.token())) // so that a killed program leaves it known
        (void)server->mark(scratch.into, {Mark::State::Restoring, QDateTime::currentDateTimeUtc()});
    if (const Result<void> compared = recovery->compare(job); !compared)
        return compared.error();
    return recovery;
}

StoreRecovery::~StoreRecovery()
{
    if (m_scratch.isEmpty())
        return;
    if (Result<Server> server = Server::open(m_login, {}))
        (void)server->drop(m_scratch);
}

Result<void> StoreRecovery::compare(JobContext &job)
{
    Result<Session> live = openAs(m_login, job.token(), m_into, "retail_ops");
    Result<Session> scratch = openAs(m_login, job.token(), m_scratch, "retail_ops");
    if (!live || !scratch)
        return live ? scratch.error() : live.error();
    for (TableDifferences &table : m_tables) {
        const Result<Rows> columns =
            scratch->execute(sqlcatalog::query("recovery/columns").sql, {table.table});
        if (!columns)
            return columns.error();
        QStringList there;
        for (int row = 0; row < columns->count(); ++row)
            there += columns->text(row, 0);
        if (there != table.columns)
            return Error{
                ErrorKind::Schema,
                u"The backup's table %1 has other columns than the database's."_s.arg(table.table),
                u"Restore the backup into a database of its own, migrate that, and back it up again."_s};
        if (const Result<void> compared = compareTable(*live, *scratch, table, job); !compared)
            return compared;
    }
    return {};
}

Result<void> StoreRecovery::compareTable(Session &live, Session &scratch, TableDifferences &table,
                                         JobContext &job)
{
    job.progress({u"comparing %1"_s.arg(table.table), 0, -1, {}});
    const Result<QList<Hashed>> before = hashes(scratch, table, m_store);
    const Result<QList<Hashed>> now = hashes(live, table, m_store);
    if (!before || !now)
        return before ? now.error() : before.error();
    table.rows.clear();
    table.inBackup = before->size();
    table.live = now->size();
    qsizetype b = 0;
    qsizetype n = 0;
    while (b < before->size() || n < now->size()) {
        const bool onlyBefore =
            n == now->size() || (b < before->size() && before->at(b).key < now->at(n).key);
        const bool onlyNow = !onlyBefore && (b == before->size() || now->at(n).key < before->at(b).key);
        if (onlyBefore) {
            table.rows.append({Kind::Missing, before->at(b++).key, {}});
        } else if (onlyNow) {
            table.rows.append({Kind::Extra, now->at(n).key, now->at(n).hash});
            ++n;
        } else {
            if (before->at(b).hash != now->at(n).hash)
                table.rows.append({Kind::Changed, now->at(n).key, now->at(n).hash});
            ++b;
            ++n;
        }
    }
    return {};
}

QString StoreRecovery::text() const
{
    QStringList lines;
    for (const TableDifferences &table : m_tables)
        lines += u"%1 %2 in the backup, %3 now: %4 missing, %5 changed, %6 extra"_s.arg(
            table.table.leftJustified(24), format::count(table.inBackup), format::count(table.live),
            format::count(table.count(Kind::Missing)), format::count(table.count(Kind::Changed)),
            format::count(table.count(Kind::Extra)));
    return lines.join(u'\n');
}

QList<const RowDifference *> StoreRecovery::rowsOf(const TableDifferences &table, const Chosen &chosen,
                                                   Kind kind) const
{
    QList<const RowDifference *> rows;
    if (chosen.table != table.table || !chosen.kinds.contains(kind))
        return rows;
    for (const RowDifference &row : table.rows)
        if (row.kind == kind && (chosen.keys.isEmpty() || chosen.keys.contains(row.key)))
            rows += &row;
    return rows;
}

QString StoreRecovery::plan(const QList<Chosen> &chosen) const
{
    QStringList lines{u"In “%1”, store %2, in one transaction:"_s.arg(m_into, m_store)};
    for (const TableDifferences &table : m_tables)
        for (const Chosen &each : chosen)
            for (const auto &[kind, words] :
                 {std::pair{Kind::Missing, u"insert %1 missing from %2"_s},
                  std::pair{Kind::Changed, u"set %1 of %2 back to the backup's values"_s},
                  std::pair{Kind::Extra, u"delete %1 of %2 that the backup does not have"_s}})
                if (const qsizetype rows = rowsOf(table, each, kind).size(); rows > 0)
                    lines += u"- "_s + words.arg(format::counted(rows, u"row"_s, u"rows"_s), table.table);
    if (lines.size() == 1)
        lines += u"- nothing is chosen"_s;
    lines += u"Lifetime values and updated_at follow by themselves. Every row is noted in the audit log."_s;
    return lines.join(u'\n');
}

/// The rows of the backup, into a temporary table of the live database, with the hashes of what they replace.
Result<void> StoreRecovery::bring(Session &live, Session &scratch, const TableDifferences &table,
                                  const Chosen &chosen, JobContext &job)
{
    QTemporaryFile keys;
    QTemporaryFile rows;
    if (!keys.open() || !rows.open())
        return Error{ErrorKind::Io, u"A temporary file cannot be written."_s, {}, keys.errorString()};
    for (const Kind kind : {Kind::Missing, Kind::Changed, Kind::Extra})
        for (const RowDifference *row : rowsOf(table, chosen, kind))
            keys.write(row->key + '\t' + kindName(kind).toUtf8() + '\t' + row->liveHash + '\n');
    keys.flush();
    const QByteArray name = quoteIdentifier(table.table);
    const QByteArray columns = quotedList(table.columns, {});
    for (Session *session : {&live, &scratch}) {
        const Result<Rows> made =
            session->executeScript("DROP TABLE IF EXISTS pg_temp.recovery_keys; CREATE TEMPORARY TABLE "
                                   "recovery_keys (key uuid PRIMARY KEY, "
                                   "kind text NOT NULL, hash text NOT NULL)");
        if (!made)
            return made.error();
        if (const Result<void> copied = copyText(*session, "pg_temp.recovery_keys", keys); !copied)
            return copied;
    }
    if (const Result<Rows> made = live.executeScript(
            "DROP TABLE IF EXISTS pg_temp.recovery_rows; CREATE TEMPORARY TABLE recovery_rows (LIKE retail." +
            name + ")");
        !made)
        return made.error();
    job.progress({u"reading %1"_s.arg(table.table), 0, -1, {}});
    bool full = false;
    const Result<qint64> read = scratch.copyOut(
        "COPY (SELECT " + quotedList(table.columns, "t.") + " FROM retail." + name +
            " t JOIN pg_temp.recovery_keys k ON k.key = t." + quoteIdentifier(table.key) +
            " WHERE t.store_id = " + quoteLiteral(m_store) + " AND k.kind <> 'extra') TO STDOUT",
        [&](QByteArrayView row) -> Result<void> {
            full = rows.write(row.data(), row.size()) != row.size();
            return full ? Result<void>(Error{ErrorKind::Io, u"The folder for temporary files is full."_s})
                        : Result<void>();
        });
    if (!read)
        return read.error();
    rows.flush();
    // Columns that are the database's own stay NULL here and are not read.
    const Result<Rows> open = live.execute(
        "SELECT coalesce(string_agg(format('ALTER TABLE pg_temp.recovery_rows ALTER %I DROP NOT NULL', "
        "attname), '; '), '') "
        "FROM pg_attribute WHERE attrelid = 'pg_temp.recovery_rows'::regclass AND attnum > 0 AND attnotnull");
    if (!open)
        return open.error();
    if (const QByteArray script = open->text(0, 0).toUtf8(); !script.isEmpty())
        if (const Result<Rows> opened = live.executeScript(script); !opened)
            return opened.error();
    return copyText(live, "pg_temp.recovery_rows (" + columns + ")", rows);
}

Result<void> StoreRecovery::change(Session &live, const TableDifferences &table, const Chosen &chosen,
                                   Kind kind)
{
    const qsizetype wanted = rowsOf(table, chosen, kind).size();
    if (wanted == 0)
        return {};
    const QByteArray name = quoteIdentifier(table.table);
    const QByteArray key = quoteIdentifier(table.key);
    const QByteArray unchanged = "t." + key + " = k.key AND t.store_id = $1 AND k.kind = '" +
                                 kindName(kind).toUtf8() + "' AND " + hashOf(table.columns, "t.") +
                                 " = k.hash";
    QByteArray sql;
    switch (kind) {
    case Kind::Missing:
        sql = "INSERT INTO retail." + name + " (" + quotedList(table.columns, {}) + ") SELECT " +
              quotedList(table.columns, "r.") +
              " FROM pg_temp.recovery_rows r JOIN pg_temp.recovery_keys k ON k.key = r." + key +
              " WHERE k.kind = 'missing' AND r.store_id = $1";
        break;
    case Kind::Changed:
        sql = "UPDATE retail." + name + " t SET (" + quotedList(table.columns, {}) + ") = ROW(" +
              quotedList(table.columns, "r.") +
              ") FROM pg_temp.recovery_rows r, pg_temp.recovery_keys k WHERE r." + key + " = k.key AND " +
              unchanged;
        break;
    case Kind::Extra:
        sql = "DELETE FROM retail." + name + " t USING pg_temp.recovery_keys k WHERE " + unchanged;
        break;
    }
    const Result<Rows> done = live.execute(sql, {m_store});
    if (!done) {
        Error error = done.error();
        if (error.sqlstate == u"23503") {
            error.kind = ErrorKind::Conflict;
            error.message =
                u"Rows of %1 belong to rows of another table that were not chosen."_s.arg(table.table);
            error.hint = u"Choose those as well. Nothing was changed."_s;
        } else if (error.sqlstate == u"23505") {
            error.kind = ErrorKind::Conflict;
            error.message =
                u"A row of %1 collides with one that was made since the backup."_s.arg(table.table);
            error.hint = u"The details name it. Nothing was changed."_s;
        }
        return error;
    }
    if (done->affected() == wanted)
        return {};
    return Error{ErrorKind::Conflict,
                 u"%1 rows of %2 were changed since they were compared: nothing was done."_s.arg(
                     format::count(wanted - done->affected()), table.table),
                 u"Compare again."_s};
}

Result<QString> StoreRecovery::apply(const QList<Chosen> &chosen, const QString &typed, JobContext &job)
{
    if (typed != m_into)
        return Error{ErrorKind::Usage, u"The name of “%1” was not typed: nothing was done."_s.arg(m_into),
                     u"Type the name of the database whose rows are to change (--confirm %1)."_s.arg(m_into)};
    job.log(plan(chosen));
    Result<Session> live = openAs(m_login, job.token(), m_into, "retail_owner");
    Result<Session> scratch = openAs(m_login, job.token(), m_scratch, "retail_owner");
    if (!live || !scratch)
        return live ? scratch.error() : live.error();
    if (const Result<Rows> begun = live->execute("BEGIN"); !begun)
        return begun.error();
    qint64 rows = 0;
    QJsonObject counts;
    // Parents first for what comes, children first for what goes.
    const auto each = [&](TableDifferences &table, const QList<Kind> &kinds) -> Result<void> {
        for (const Chosen &choice : chosen) {
            qsizetype wanted = 0;
            for (const Kind kind : kinds)
                wanted += rowsOf(table, choice, kind).size();
            if (wanted == 0)
                continue;
            job.progress({u"bringing back %1"_s.arg(table.table), rows, -1, u"rows"_s});
            if (const Result<void> brought = bring(*live, *scratch, table, choice, job); !brought)
                return brought;
            for (const Kind kind : kinds)
                if (const Result<void> done = change(*live, table, choice, kind); !done)
                    return done;
            rows += wanted;
            counts[table.table] = counts[table.table].toInteger() + wanted;
        }
        return {};
    };
    Result<void> done;
    for (qsizetype i = 0; done && i < m_tables.size(); ++i)
        done = each(m_tables[i], {Kind::Missing, Kind::Changed});
    for (qsizetype i = m_tables.size() - 1; done && i >= 0; --i)
        done = each(m_tables[i], {Kind::Extra});
    qint64 erased = 0;
    if (done) {
        const Result<qint64> again = eraseAgain(*live);
        done = again ? Result<void>() : Result<void>(again.error());
        erased = again ? *again : 0;
    }
    if (done) {
        const QJsonObject details{{u"file"_s, QFileInfo(m_file).fileName()}, {u"rows"_s, counts}};
        const Result<Rows> noted =
            live->execute(sqlcatalog::query("restore/audit").sql,
                          {QString(u"store_rows_restored"_s), m_store,
                           QString::fromUtf8(QJsonDocument(details).toJson(QJsonDocument::Compact))});
        done = noted ? Result<void>() : Result<void>(noted.error());
    }
    if (!done) { // the session ends with this call, and the transaction with it
        (void)live->execute("ROLLBACK");
        return done.error();
    }
    const Result<Rows> committed = live->execute("COMMIT");
    // Without a word of the server's the link was lost, or a cancel went unanswered.
    if (!committed && (committed.error().kind == ErrorKind::LinkLost || committed.error().sqlstate.isEmpty()))
        return Error{ErrorKind::OutcomeUnknown,
                     u"The connection ended while the rows were being confirmed."_s,
                     u"All of them were brought back or none: compare again before repeating it."_s,
                     committed.error().detail};
    if (!committed)
        return committed.error();
    (void)compare(job); // what is left, for whoever goes on
    const QString sentence =
        u"%1 rows of store %2 were brought back into “%3”."_s.arg(format::count(rows), m_store, m_into);
    if (erased == 0)
        return sentence;
    return sentence +
           u" Customers erased since the backup, and erased again: %1."_s.arg(format::count(erased));
}

} // namespace restore
