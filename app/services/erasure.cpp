// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/erasure.h"

#include "app/core/durable.h"
#include "app/core/filelock.h"
#include "app/core/format.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QThread>
#include <QUuid>

using namespace Qt::StringLiterals;

namespace {

Error tooOld(const Error &error)
{
    return {ErrorKind::Schema,
            u"This database is older than erasures: it can neither name nor erase customers."_s,
            u"Run “retail-admin migrate” on it, then “retail-admin customer reapply”."_s, error.message,
            error.sqlstate};
}

bool missingFunction(const Error &error)
{
    return error.sqlstate == u"42883" || error.sqlstate == u"3F000";
}

} // namespace

QString erasure::filePath(const QString &folder)
{
    return folder + u"/erased.json"_s;
}

Result<QStringList> erasure::listErased(Session &session)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("customer/erased"));
    if (!rows)
        return missingFunction(rows.error()) ? tooOld(rows.error()) : rows.error();
    QStringList ids;
    for (int row = 0; row < rows->count(); ++row)
        ids.append(rows->text(row, 0));
    return ids;
}

Result<QStringList> erasure::readErasedFile(const QString &folder)
{
    QFile file(filePath(folder));
    if (!file.exists())
        return Error{ErrorKind::NotFound, u"There is no list of erased customers in %1."_s.arg(folder)};
    const auto damaged = [&](const QString &why) {
        return Error{ErrorKind::Io, u"The list of erased customers %1 cannot be used."_s.arg(file.fileName()),
                     u"Bring it back from another copy of the backup folder; without it a restore may bring "
                     u"erased customers back."_s,
                     why};
    };
    if (!file.open(QIODevice::ReadOnly))
        return damaged(file.errorString());
    QJsonParseError parse;
    const QJsonDocument document = QJsonDocument::fromJson(file.readAll(), &parse);
    if (!document.object()[u"erased"_s].isArray())
        return damaged(parse.error == QJsonParseError::NoError ? u"It is no such list."_s
                                                               : parse.errorString());
    QStringList ids;
    const QJsonArray erased = document.object()[u"erased"_s].toArray();
    for (const QJsonValue &entry : erased) {
        const QUuid id(entry.toString());
        if (id.isNull())
            return damaged(u"An entry is no id: %1"_s.arg(entry.toString().left(60)));
        ids.append(id.toString(QUuid::WithoutBraces));
    }
    return ids;
}

Result<void> erasure::addToErasedFile(const QString &folder, const QStringList &ids)
{
    // Two programs may add at once, and each replaces the file.
    std::optional<FileLock> lock;
    for (QDeadlineTimer patience(10'000); !(lock = FileLock::tryTake(filePath(folder) + u".lock"_s));) {
        if (patience.hasExpired())
            return Error{ErrorKind::Io,
                         u"The list of erased customers in %1 is being written by another program, or the "
                         u"folder cannot be written."_s.arg(folder),
                         u"Repeat it; until then a restore from this folder does not know of the newest "
                         u"erasures."_s};
        QThread::msleep(50);
    }
    QStringList all;
    const Result<QStringList> known = readErasedFile(folder);
    if (known)
        all = *known;
    else if (known.error().kind != ErrorKind::NotFound)
        return known.error();
    const qsizetype before = all.size();
    for (const QString &id : ids)
        if (!all.contains(id, Qt::CaseInsensitive))
            all.append(id.toLower());
    Result<void> written;
    if (all.size() > before || !known)
        written = durable::write(
            filePath(folder),
            QJsonDocument(QJsonObject{{u"erased"_s, QJsonArray::fromStringList(all)}}).toJson());
    lock->removeFile();
    return written;
}

Result<qint64> erasure::applyErasures(Session &session, const QStringList &ids)
{
    const Result<QList<Rows>> done =
        session.write({}, {{sqlcatalog::query("customer/apply_erasures"), {Param(ids)}}});
    if (!done)
        return missingFunction(done.error()) ? tooOld(done.error()) : done.error();
    return done->last().integer(0, 0);
}

Result<erasure::Union> erasure::collect(const QString &folder, Session *live, Session *over)
{
    Union all;
    QStringList asked;
    QStringList missing;
    const Result<QStringList> file = readErasedFile(folder);
    if (!file && file.error().kind != ErrorKind::NotFound)
        return file.error();
    all.fromFile = file.ok();
    if (file) {
        all.ids = *file;
        asked += u"in the backup folder"_s;
    } else {
        missing += u"the backup folder has no erased.json"_s;
    }
    if (!live)
        missing += u"the database of the backup cannot be asked"_s;
    for (const auto &[session, place] :
         {std::pair{live, u"in the database"_s}, std::pair{over, u"in the database that is replaced"_s}}) {
        if (!session)
            continue;
        const Result<QStringList> listed = listErased(*session);
        if (!listed) {
            missing += listed.error().message;
            continue;
        }
        all.fromDatabase = true;
        asked += place;
        for (const QString &id : *listed)
            if (!all.ids.contains(id, Qt::CaseInsensitive))
                all.ids.append(id);
    }
    if (asked.isEmpty())
        all.sentence = u"No list of erased customers was found (%1): customers erased since this backup may "
                       u"be back."_s.arg(missing.join(u"; "_s));
    else
        all.sentence = u"%1 listed (%2)."_s.arg(
            all.ids.size() == 1 ? u"1 erased customer is"_s
                                : u"%1 erased customers are"_s.arg(format::count(all.ids.size())),
            (QStringList{asked.join(u" and "_s)} + missing).join(u"; "_s));
    return all;
}
