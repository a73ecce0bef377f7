// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/log.h"

#include "app/core/paths.h"

#include <QDateTime>
#include <QFile>
#include <QRegularExpression>

#include <cstdio>
#include <mutex>

using namespace Qt::StringLiterals;

Q_LOGGING_CATEGORY(lcDb, "retail.db")
Q_LOGGING_CATEGORY(lcJobs, "retail.jobs")
Q_LOGGING_CATEGORY(lcApp, "retail.app")

namespace {

constexpr qint64 maximumBytes = 2'000'000;

std::mutex mutex; // guards the file and its rotation
bool toTerminal = false;

void handler(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    static constexpr const char *names[] = {"debug", "warning", "critical", "fatal", "info"};
    const QByteArray line =
        (QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs) + u' ' + QLatin1String(names[type]) +
         u' ' + QLatin1String(context.category) + u": "_s + logging::redact(message) + u'\n')
            .toUtf8();
    const std::lock_guard lock(mutex);
    QFile log(logging::file());
    if (log.size() > maximumBytes) {
        QFile::remove(log.fileName() + u".1"_s);
        QFile::rename(log.fileName(), log.fileName() + u".1"_s);
    }
    if (log.open(QIODevice::WriteOnly | QIODevice::Append)) {
        log.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
        log.write(line);
    }
    if (toTerminal || type == QtFatalMsg)
        std::fwrite(line.constData(), 1, size_t(line.size()), stderr);
}

} // namespace

void logging::install(bool verbose)
{
    toTerminal = verbose;
    QLoggingCategory::setFilterRules(verbose ? u"retail.*.debug=true"_s : u"retail.*.debug=false"_s);
    qInstallMessageHandler(handler);
}

QString logging::file()
{
    return paths::state() + u"/retail-admin.log"_s;
}

QString logging::redact(const QString &text)
{
    // user:password@ in a URI; password=…, 'key: value' and SAS signatures in strings, quoted or not.
    static const QRegularExpression uri(u"(://[^/\\s:@]*):[^/\\s]*@"_s);
    static const QRegularExpression named(
        u"((?:password|passwd|pgpassword|secret|api[-_]?key|account[-_]?key|authorization|sig)\"?\\s*[=:]\\s*"
        u")"
        u"(?:'(?:[^'\\\\]|\\\\.)*'|\"(?:[^\"\\\\]|\\\\.)*\"|(?:Bearer\\s+)?[^\\s&,;]+)"_s,
        QRegularExpression::CaseInsensitiveOption);
    return QString(text).replace(uri, u"\\1:***@"_s).replace(named, u"\\1***"_s);
}
