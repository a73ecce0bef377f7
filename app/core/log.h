// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLoggingCategory>
#include <QString>

Q_DECLARE_LOGGING_CATEGORY(lcDb)
Q_DECLARE_LOGGING_CATEGORY(lcJobs)
Q_DECLARE_LOGGING_CATEGORY(lcApp)

/// The program's log file: retail-admin.log under paths::state(), at most 2 MB and one predecessor. Every
/// line passes through redact(). Any thread may log.
namespace logging {

/// Takes over Qt's message handler. With `verbose`, debug lines are kept and all goes to standard error too.
void install(bool verbose);

QString file();

/// The text without what looks like a secret: passwords in URIs and connection strings, SAS signatures, keys.
QString redact(const QString &text);

} // namespace logging
