// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/retention.h"

#include "app/core/format.h"
#include "app/services/backupfolder.h"
#include "app/services/backupverify.h"

#include <QDir>
#include <QSet>

using namespace Qt::StringLiterals;

namespace backup {

namespace {

/// The newest good one of each of the last `count` periods that have one.
void keepPeriods(QList<PrunePlan::Item> &items, int count, const QString &reason,
                 const std::function<int(const QDate &)> &period)
{
    QSet<int> kept;
    for (PrunePlan::Item &item : items) {
        const int number = period(item.backup.manifest.created.toUTC().date());
        if (kept.size() >= count || kept.contains(number) || !item.good || item.ahead)
            continue;
        kept.insert(number);
        if (item.remove) {
            item.remove = false;
            item.reason = reason;
        }
    }
}

void decide(QList<PrunePlan::Item> &items, const KeepRules &rules)
{
    const auto present =
        std::find_if(items.begin(), items.end(), [](const PrunePlan::Item &item) { return !item.ahead; });
    for (auto item = items.begin(); item != present; ++item)
        item->reason = u"dated in the future: a clock is or was wrong"_s;
    const auto newest =
        std::find_if(present, items.end(), [](const PrunePlan::Item &item) { return item.good; });
    if (newest == items.end()) {
        for (auto item = present; item != items.end(); ++item)
            item->reason = u"no good backup that could replace it"_s;
        return;
    }
    for (auto item = present; item != newest; ++item)
        item->reason = u"newer than the newest good one"_s;
    newest->reason = u"newest good one"_s;
    const QDateTime reference = newest->backup.manifest.created;
    int goodOnes = 1;
    for (auto item = newest + 1; item != items.end(); ++item) {
        item->remove = true;
        item->reason = rules.days > 0 ? u"older than %1 days"_s.arg(rules.days) : u"no rule keeps it"_s;
        if (rules.days > 0 && item->backup.manifest.created >= reference.addDays(-rules.days)) {
            item->remove = false;
            item->reason = u"within %1 days"_s.arg(rules.days);
        } else if (item->good && goodOnes < rules.last) {
            item->remove = false;
            item->reason = u"one of the last %1"_s.arg(rules.last);
        }
        goodOnes += item->good ? 1 : 0;
    }
    keepPeriods(items, rules.daily, u"daily"_s, [](const QDate &date) { return int(date.toJulianDay()); });
    keepPeriods(items, rules.weekly, u"weekly"_s, [](const QDate &date) {
        return int((date.toJulianDay()) / 7); // Julian day 0 was a Monday
    });
    keepPeriods(items, rules.monthly, u"monthly"_s,
                [](const QDate &date) { return date.year() * 12 + date.month(); });
}

Result<void> removeBackup(const StoredBackup &backup)
{
    std::optional<FileLock> lock = lockBackup(backup);
    if (!lock)
        return Error{ErrorKind::Conflict, u"%1 is in use by another program."_s.arg(backup.dumpPath())};
    const auto failed = [](const QString &path) {
        return Error{ErrorKind::Io, u"%1 cannot be removed."_s.arg(path), {}, qt_error_string()};
    };
    // The manifest first: what is left of an interrupted removal is no backup any more, and the lock file
    // tells the next run to clear it away.
    if (!QFile::remove(backup.manifestPath())) {
        lock->removeFile();
        return failed(backup.manifestPath());
    }
    for (const StoredFile &file : backup.manifest.files)
        if (!QFile::remove(backup.path(file.name)) && QFile::exists(backup.path(file.name)))
            return failed(backup.path(file.name));
    if (backup.manifest.format == Format::Directory)
        QDir(backup.folder).rmdir(backup.manifest.dump); // stays when it holds something of somebody else
    lock->removeFile();
    return {};
}

} // namespace

qint64 PrunePlan::removedBytes() const
{
    qint64 sum = 0;
    for (const Item &item : items)
        sum += item.remove ? item.backup.manifest.bytes() : 0;
    return sum;
}

int PrunePlan::removed() const
{
    return int(std::count_if(items.cbegin(), items.cend(), [](const Item &item) { return item.remove; }));
}

QString PrunePlan::text() const
{
    QStringList lines;
    for (const Item &item : items)
        lines += u"%1  %2  %3  (%4)"_s.arg(item.remove ? u"remove"_s : u"keep  "_s, item.backup.manifest.dump,
                                           format::bytes(item.backup.manifest.bytes()), item.reason);
    return lines.join(u'\n');
}

QList<const PrunePlan::Item *> PrunePlan::replacements() const
{
    QMap<QString, const Item *> newest;
    QSet<QString> shrinking;
    for (const Item &item : items) {
        const QString series = item.backup.manifest.series();
        if (!item.remove && item.good && !item.ahead && !newest.contains(series))
            newest[series] = &item;
        if (item.remove)
            shrinking.insert(series);
    }
    QList<const Item *> found;
    for (const QString &series : std::as_const(shrinking))
        found += newest.value(series);
    return found;
}

PrunePlan planPrune(const QString &folder, const KeepRules &rules, const QDateTime &now)
{
    const QString path = QDir::cleanPath(QDir(folder).absolutePath());
    return planPrune(path, listBackups(path), rules, &StoredBackup::whole, now);
}

PrunePlan planPrune(const QString &folder, const QList<StoredBackup> &backups, const KeepRules &rules,
                    const std::function<bool(const StoredBackup &)> &whole, const QDateTime &now)
{
    PrunePlan plan;
    plan.folder = folder;
    QMap<QString, QList<PrunePlan::Item>> series;
    for (const StoredBackup &backup : backups)
        series[backup.manifest.series()].append(
            {backup, backup.manifest.good() && whole(backup), backup.manifest.ahead(now), false, {}});
    for (QList<PrunePlan::Item> &items : series) {
        decide(items, rules);
        plan.items += items;
    }
    return plan;
}

Result<QString> prune(const PrunePlan &plan, JobContext &job)
{
    removeLeftovers(plan.folder);
    for (const PrunePlan::Item *item : plan.replacements()) {
        // Once more: it may have changed since the plan was made.
        const Result<void> whole =
            item && item->backup.whole()
                ? verifyChecksums(item->backup, job)
                : Result<void>(Error{ErrorKind::Verification, u"No good backup would remain."_s});
        if (!whole && whole.error().kind == ErrorKind::Verification)
            return Error{ErrorKind::Verification, u"Nothing was removed: %1"_s.arg(whole.error().message),
                         u"The older backups stay until there is a newer one that is whole."_s};
        if (!whole)
            return whole.error();
    }
    int removed = 0;
    qint64 bytes = 0;
    for (const PrunePlan::Item &item : plan.items) {
        if (!item.remove)
            continue;
        if (job.cancelled())
            return Error{ErrorKind::Cancelled, u"Cancelled after %1 backups were removed."_s.arg(removed)};
        job.progress({u"removing"_s, removed, plan.removed(), u"backups"_s});
        if (const Result<void> gone = removeBackup(item.backup); !gone)
            return gone.error();
        job.log(u"removed %1 (%2)"_s.arg(item.backup.dumpPath(), item.reason));
        ++removed;
        bytes += item.backup.manifest.bytes();
    }
    return removed == 0 ? u"Nothing is to be removed."_s
                        : u"%1 backups were removed, %2."_s.arg(removed).arg(format::bytes(bytes));
}

} // namespace backup
