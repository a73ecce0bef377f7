// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/backupfolder.h"
#include "app/services/backupjob.h"
#include "app/services/backupsource.h"
#include "app/services/backupverify.h"
#include "tests/support/testcluster.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QHash>

#include <unistd.h>

/// A job whose progress and log the test looks into, in the thread of the work.
class WatchedJob final : public JobContext
{
public:
    const CancelToken &token() const override { return m_token; }
    void progress(const JobProgress &progress) override
    {
        if (onProgress)
            onProgress(progress);
    }
    void log(const QString &line) override { lines += line; }

    std::function<void(const JobProgress &)> onProgress;
    QStringList lines;

private:
    CancelToken m_token;
};

/// Every file below a folder with its bytes: to tell that nothing was touched.
inline QHash<QString, QByteArray> contentsOf(const QString &folder)
{
    QHash<QString, QByteArray> files;
    for (QDirIterator each(folder, QDir::Files | QDir::Hidden | QDir::System, QDirIterator::Subdirectories);
         each.hasNext();) {
        QFile file(each.next());
        files[file.fileName()] = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("unreadable");
    }
    return files;
}

/// Processes of that name whose parent is this one.
inline QList<pid_t> childrenNamed(const QByteArray &name, pid_t parent = ::getpid())
{
    QList<pid_t> found;
    for (const QString &entry : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs)) {
        QFile stat(QStringLiteral("/proc/%1/stat").arg(entry));
        if (entry.toInt() <= 0 || !stat.open(QIODevice::ReadOnly))
            continue;
        const QByteArray line = stat.readAll();
        const qsizetype open = line.indexOf('(');
        const qsizetype close = line.lastIndexOf(')');
        const QList<QByteArray> rest = line.mid(close + 2).split(' ');
        if (line.mid(open + 1, close - open - 1) == name && rest.value(1).toInt() == parent)
            found += pid_t(entry.toInt());
    }
    return found;
}

inline backup::Means localMeans()
{
    return {backup::toolFolders({}), {}, {}};
}
