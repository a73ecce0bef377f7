// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backup/backupcolumns.h"

#include "app/core/format.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;
using backup::StoredBackup;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("BackupsPage", text);
}

/// Only what was verified is green.
cell::Tone toneOf(const StoredBackup &backup)
{
    return backup.lost || backup.manifest.verification.failed ? cell::Tone::Bad
           : backup.manifest.good()                           ? cell::Tone::Good
                                                              : cell::Tone::Warning;
}

QString iconOf(const StoredBackup &backup)
{
    return backup.lost || backup.manifest.verification.failed ? u"state-error"_s
           : backup.manifest.good()                           ? u"dialog-ok-apply"_s
                                                              : u"state-warning"_s;
}

} // namespace

QList<ListColumn<StoredBackup>> backupColumns()
{
    return {
        {.title = tr("Made"),
         .value = [](const StoredBackup &b) { return QVariant(b.manifest.created); },
         .text =
             [](const StoredBackup &b) {
                 return format::relative(b.manifest.created, QDateTime::currentDateTimeUtc());
             },
         .toolTip = [](const StoredBackup &b) { return format::exact(b.manifest.created.toLocalTime()); }},
        {.title = tr("Verified"),
         .value = [](const StoredBackup &b) { return QVariant(int(b.manifest.verification.level)); },
         .text =
             [](const StoredBackup &b) { return b.lost ? tr("files are missing") : b.manifest.levelText(); },
         .tone = [](const StoredBackup &b) { return toneOf(b); },
         .icon = [](const StoredBackup &b) { return iconOf(b); },
         .toolTip =
             [](const StoredBackup &b) {
                 const backup::Verification &v = b.manifest.verification;
                 return (v.at.isValid() ? format::exact(v.at.toLocalTime()) : QString()) +
                        (v.where.isEmpty() ? QString() : u"\n"_s + v.where) +
                        (v.reason.isEmpty() ? QString() : u"\n"_s + v.reason);
             },
         .explanation =
             tr("listed: checksum right and every table in the contents. restored: put back for a test and "
                "compared with what was backed up.")},
        {.title = tr("Database"),
         .value = [](const StoredBackup &b) { return QVariant(b.manifest.database); }},
        {.title = tr("Scope"),
         .value = [](const StoredBackup &b) { return QVariant(backup::scopeName(b.manifest.scope)); },
         .text =
             [](const StoredBackup &b) {
                 switch (b.manifest.scope) {
                 case backup::Scope::Database:
                     return tr("whole database");
                 case backup::Scope::Schema:
                     return tr("retail schema");
                 case backup::Scope::Tables:
                     break;
                 }
                 return format::counted(b.manifest.tables.size(), tr("table"), tr("tables"));
             }},
        {.title = tr("Size"),
         .value = [](const StoredBackup &b) { return QVariant(b.manifest.bytes()); },
         .text = [](const StoredBackup &b) { return format::bytes(b.manifest.bytes()); },
         .number = true},
        {.title = tr("Rows"),
         .value = [](const StoredBackup &b) { return QVariant(b.manifest.rows()); },
         .text = [](const StoredBackup &b) { return format::count(b.manifest.rows()); },
         .number = true},
        {.title = tr("Took"),
         .value =
             [](const StoredBackup &b) { return QVariant(b.manifest.created.msecsTo(b.manifest.finished)); },
         .text =
             [](const StoredBackup &b) {
                 return format::duration(b.manifest.created.msecsTo(b.manifest.finished));
             },
         .number = true},
        {.title = tr("Sealed"),
         .value = [](const StoredBackup &b) { return QVariant(b.manifest.sealed()); },
         .text =
             [](const StoredBackup &b) {
                 return b.manifest.sealed() ? (b.manifest.recipients.size() == 1
                                                   ? tr("to 1 key")
                                                   : tr("to %1 keys").arg(b.manifest.recipients.size()))
                                            : u"–"_s;
             }},
        {.title = tr("File"),
         .value = [](const StoredBackup &b) { return QVariant(b.manifest.dump); },
         .toolTip = [](const StoredBackup &b) { return b.dumpPath(); }},
    };
}
