// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/canceltoken.h"
#include "app/core/result.h"

#include <QStringList>

/// Finding the programs that come with PostgreSQL, and age. Blocks for the time of a few `--version` calls;
/// worker threads, or the command line.
namespace backup {

struct Tool
{
    QString program; ///< path
    QString version; ///< "15.20"
    int major = 0;
};

/// Where programs of PostgreSQL are looked for, first to last: the folder of the preferences, Debian's and
/// Red Hat's folders of each version, PATH.
QStringList toolFolders(const QString &preferred);

/// The program `name` of the lowest version that is not older than `serverMajor`: a newer pg_dump writes more
/// than an older server's restore may understand, an older one refuses the server. The error, of kind Tool,
/// names the versions that were found and the package to install.
Result<Tool> findTool(const QString &name, int serverMajor, const QStringList &folders,
                      const CancelToken &token);

/// age, which seals backups to public keys.
Result<QString> findAge();

/// A line of age's recipients: "age1…" or an SSH public key.
Result<void> checkRecipient(const QString &recipient);

/// One entry of an archive's table of contents.
struct TocEntry
{
    int id = 0;
    QString type; ///< "TABLE DATA"
    QString name; ///< schema, name and owner, as pg_restore prints them
    QString line; ///< for pg_restore -L
};

/// The output of `pg_restore --list`.
QList<TocEntry> parseToc(const QByteArray &list);

/// What a tool's standard error says, as an error with the cause in words. `folder` is where it wrote to;
/// empty: to the server.
Error toolFailure(const QString &what, const QString &standardError, const QString &folder);

} // namespace backup
