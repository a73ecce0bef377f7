// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/auditservice.h"

#include "app/core/format.h"
#include "app/core/shellcommand.h"
#include "app/services/exportwriter.h"

#include <QCryptographicHash>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSaveFile>
#include <QUuid>

using namespace Qt::StringLiterals;

namespace {

constexpr int mostRows = 10'000;
constexpr int exportPage = 5'000;

QString instant(const QDateTime &time)
{
    return time.toUTC().toString(Qt::ISODateWithMs);
}

QString likePattern(QString text)
{
    for (const QChar special : {u'\\', u'%', u'_'})
        text.replace(special, u'\\' + QString(special));
    return u'%' + text + u'%';
}

Result<void> check(const AuditFilter &filter)
{
    if (!filter.record.isEmpty() && QUuid::fromString(filter.record).isNull())
        return Error{ErrorKind::Usage, u"“%1” is not the id of a row."_s.arg(filter.record),
                     u"An id looks like 01234567-89ab-cdef-0123-456789abcdef."_s};
    if (filter.since.isValid() && filter.until.isValid() && filter.since >= filter.until)
        return Error{ErrorKind::Usage, u"The time range is empty: it ends before it begins."_s,
                     u"Choose an end after the beginning."_s};
    return {};
}

/// The conditions of the filter, each after " AND ".
QByteArray conditions(const AuditFilter &filter, Params &params)
{
    QByteArray sql;
    const auto bind = [&params](const Param &value) {
        params.append(value);
        return '$' + QByteArray::number(params.size());
    };
    if (filter.since.isValid())
        sql += " AND created_at >= " + bind(instant(filter.since)) + "::timestamptz";
    if (filter.until.isValid())
        sql += " AND created_at < " + bind(instant(filter.until)) + "::timestamptz";
    if (!filter.table.isEmpty())
        sql += " AND table_name = " + bind(filter.table) + "::text";
    if (!filter.action.isEmpty())
        sql += " AND action = " + bind(filter.action) + "::text";
    if (!filter.user.isEmpty())
        sql += " AND user_name = " + bind(filter.user) + "::text";
    if (!filter.record.isEmpty())
        sql += " AND record_id = " + bind(filter.record) + "::uuid";
    if (!filter.column.isEmpty())
        sql += " AND action = 'UPDATE' AND new_values ? " + bind(filter.column) + "::text";
    if (!filter.text.isEmpty()) {
        const QByteArray pattern = bind(likePattern(filter.text)) + "::text";
        sql += " AND (old_values::text ILIKE " + pattern + " OR new_values::text ILIKE " + pattern +
               " OR metadata::text ILIKE " + pattern + ')';
    }
    return sql;
}

Result<AuditPage> readPage(Session &session, const QString &storeId, const AuditFilter &filter,
                           const QString &after, int limit)
{
    limit = std::clamp(limit, 1, mostRows);
    Statement statement = sqlcatalog::query("audit/entries");
    Params params{storeId};
    statement.sql = statement.sql.trimmed() + conditions(filter, params);
    if (!after.isEmpty()) {
        const QStringList parts = after.split(u'_');
        if (parts.size() != 2 || QUuid::fromString(parts[1]).isNull() ||
            !QDateTime::fromString(parts[0].left(19), Qt::ISODate).isValid())
            return Error{ErrorKind::Usage, u"This cursor does not belong to the audit log."_s,
                         u"Use the “next” of a former page."_s};
        params.append(Param(parts[0]));
        params.append(Param(parts[1]));
        const QByteArray time = '$' + QByteArray::number(params.size() - 1) + "::timestamptz";
        // The row comparison alone would leave the partitions of later months in the plan.
        statement.sql += " AND created_at <= " + time + " AND (created_at, log_id) < (" + time + ", $" +
                         QByteArray::number(params.size()) + "::uuid)";
    }
    params.append(Param(limit + 1));
    statement.sql +=
        " ORDER BY created_at DESC, log_id DESC LIMIT $" + QByteArray::number(params.size()) + "::int";
    const Result<Rows> rows = session.read(storeId, statement, params);
    if (!rows)
        return rows.error();
    AuditPage page{rows->slice(0, std::min(limit, rows->count())), {}};
    if (rows->count() > limit)
        page.next = rows->text(limit - 1, 1) + u'_' + rows->text(limit - 1, 0);
    return page;
}

QByteArray csvField(const QString &value)
{
    QString text = value;
    if (!text.isEmpty() && u"=+-@\t\r"_s.contains(text.front()))
        text.prepend(u'\'');
    text.replace(u'"', u"\"\""_s);
    return '"' + text.toUtf8() + '"';
}

QByteArray evidenceLine(const Rows &rows, int row, EvidenceFormat format)
{
    if (format == EvidenceFormat::Csv) {
        QByteArrayList fields;
        for (int column = 0; column < rows.columns(); ++column)
            fields += rows.isNull(row, column) ? QByteArray() : csvField(rows.text(row, column));
        return fields.join(',') + "\r\n";
    }
    QJsonObject line;
    for (int column = 0; column < rows.columns(); ++column) {
        QJsonValue value = rows.text(row, column);
        if (rows.isNull(row, column))
            value = QJsonValue::Null;
        else if (column >= 6)
            value = QJsonDocument::fromJson(rows.text(row, column).toUtf8()).object();
        line.insert(rows.columnName(column), value);
    }
    return QJsonDocument(line).toJson(QJsonDocument::Compact) + '\n';
}

Error writeError(const QSaveFile &file)
{
    return {ErrorKind::Io, u"%1 could not be written: %2."_s.arg(file.fileName(), file.errorString()),
            u"Choose another folder, or make room on its disk."_s};
}

} // namespace

QJsonObject AuditFilter::toJson() const
{
    QJsonObject json;
    const auto add = [&json](const QString &name, const QString &value) {
        if (!value.isEmpty())
            json.insert(name, value);
    };
    add(u"since"_s, since.isValid() ? instant(since) : QString());
    add(u"until"_s, until.isValid() ? instant(until) : QString());
    add(u"table"_s, table);
    add(u"action"_s, action);
    add(u"user"_s, user);
    add(u"record"_s, record);
    add(u"column"_s, column);
    add(u"text"_s, text);
    return json;
}

QFuture<Result<AuditPage>> AuditService::page(const QString &storeId, const AuditFilter &filter,
                                              const QString &after, int limit, const CancelToken &token)
{
    if (const Result<void> checked = check(filter); !checked)
        return QtFuture::makeReadyFuture(Result<AuditPage>(checked.error()));
    return m_pool.run<AuditPage>(u"Audit log"_s, token, [=](Session &session) {
        return readPage(session, storeId, filter, after, limit);
    });
}

QFuture<Result<QList<AuditActivity>>> AuditService::activity(const QString &storeId,
                                                             const AuditFilter &filter, const QTimeZone &zone,
                                                             const CancelToken &token)
{
    using Activities = QList<AuditActivity>;
    if (const Result<void> checked = check(filter); !checked)
        return QtFuture::makeReadyFuture(Result<Activities>(checked.error()));
    const QDateTime until = filter.until.isValid() ? filter.until : QDateTime::currentDateTimeUtc();
    const qint64 days = filter.since.isValid() ? filter.since.daysTo(until) : 366;
    const QString unit = days <= 3 ? u"hour"_s : days <= 92 ? u"day"_s : u"month"_s;
    return m_pool.run<Activities>(u"Audit log"_s, token, [=](Session &session) -> Result<Activities> {
        Statement statement = sqlcatalog::query("audit/activity");
        Params params{storeId, unit, zoneForServer(QString::fromLatin1(zone.id()))};
        statement.sql.replace("\n GROUP BY", conditions(filter, params) + "\n GROUP BY");
        Result<Rows> rows = session.read(storeId, statement, params);
        // One month alone says nothing of when in it.
        if (rows && unit == u"month" && rows->count() > 0 &&
            rows->text(0, 0) == rows->text(rows->count() - 1, 0)) {
            params[1] = u"day"_s;
            rows = session.read(storeId, statement, params);
        }
        if (!rows)
            return rows.error();
        Activities activities;
        for (int row = 0; row < rows->count(); ++row) {
            // A time without a zone, which is the one asked for.
            const QDateTime local = QDateTime::fromString(rows->text(row, 0), Qt::ISODate);
            activities.append(
                {QDateTime(local.date(), local.time(), zone), rows->text(row, 1), rows->integer(row, 2)});
        }
        return activities;
    });
}

JobWork AuditService::exportEvidence(const QString &storeId, const AuditFilter &filter, EvidenceFormat format,
                                     const QString &file)
{
    return [=, origin = m_pool.origin()](JobContext &job) -> Result<QString> {
        if (const Result<void> checked = check(filter); !checked)
            return checked.error();
        QSaveFile out(file);
        // Whole rows of customers, for nobody else on this computer.
        if (!out.open(QIODevice::WriteOnly) || !out.setPermissions(QFile::ReadOwner | QFile::WriteOwner))
            return writeError(out);
        Result<Session> session = ConnectionPool::direct(origin, u"Audit evidence"_s, job.token());
        if (!session)
            return session.error();
        // One snapshot for all pages, so that what a transaction did is in the file as a whole or not at all.
        const QDateTime made = QDateTime::currentDateTimeUtc();
        if (const Result<Rows> begun =
                session->execute("/* retail-admin */ BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            !begun)
            return begun.error();
        QCryptographicHash hash(QCryptographicHash::Sha256);
        const auto write = [&](const QByteArray &bytes) {
            hash.addData(bytes);
            return out.write(bytes) == bytes.size();
        };
        qint64 entries = 0;
        QString after;
        do {
            const Result<AuditPage> page = readPage(*session, storeId, filter, after, exportPage);
            if (!page)
                return page.error();
            if (after.isEmpty() && format == EvidenceFormat::Csv) {
                QByteArrayList names;
                for (int column = 0; column < page->rows.columns(); ++column)
                    names += page->rows.columnName(column).toUtf8();
                if (!write(names.join(',') + "\r\n"))
                    return writeError(out);
            }
            for (int row = 0; row < page->rows.count(); ++row)
                if (!write(evidenceLine(page->rows, row, format)))
                    return writeError(out);
            entries += page->rows.count();
            job.progress({u"writing entries"_s, entries, -1, u"entries"_s});
            after = page->next;
        } while (!after.isEmpty());

        const QString sha256 = QString::fromLatin1(hash.result().toHex());
        QSaveFile manifest(file + u".manifest.json"_s);
        const QJsonObject json{{u"file"_s, QFileInfo(file).fileName()},
                               {u"sha256"_s, sha256},
                               {u"rows"_s, entries},
                               {u"store"_s, storeId},
                               {u"database"_s, exportSource(session->profile())},
                               {u"filter"_s, filter.toJson()},
                               {u"order"_s, u"created_at, log_id, newest first"_s},
                               {u"made_at"_s, made.toString(Qt::ISODate)},
                               {u"made_by"_s, origin->capabilities.login}};
        const QByteArray text = QJsonDocument(json).toJson();
        if (!manifest.open(QIODevice::WriteOnly) ||
            !manifest.setPermissions(QFile::ReadOwner | QFile::WriteOwner) ||
            manifest.write(text) != text.size())
            return writeError(manifest);
        if (!out.commit())
            return writeError(out);
        if (!manifest.commit())
            return writeError(manifest);
        return u"%1 in %2, SHA-256 %3, described in %4"_s.arg(
            format::counted(entries, u"entry"_s, u"entries"_s), file, sha256, manifest.fileName());
    };
}

JobSpec AuditService::evidenceSpec(const QString &storeId, const AuditFilter &filter,
                                   const QString &file) const
{
    const Profile profile = m_pool.profile();
    QStringList words{u"audit"_s, u"--store"_s, storeId, u"--evidence"_s, file};
    const QJsonObject restricts = filter.toJson(); // in the words of the command's options
    for (auto each = restricts.begin(); each != restricts.end(); ++each)
        words += {u"--"_s + each.key(), each.value().toString()};
    return {u"export"_s, u"Export audit evidence"_s,
            u"%1 · %2"_s.arg(profile.name.isEmpty() ? profile.target() : profile.name, storeId),
            shellCommand(words + profile.words()), false}; // evidence is not written over
}
