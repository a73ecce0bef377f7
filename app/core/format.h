// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QLocale>

/// How figures and times are written for people, in one place, so that a page, an export and the command line
/// agree. Any thread.
namespace format {

QString count(qint64 n, const QLocale &locale = QLocale());                     ///< 12,400
QString counted(qint64 n, const QString &one, const QString &many);             ///< 1 row, 12,400 rows
QString estimate(qint64 n, const QLocale &locale = QLocale());                  ///< ≈ 12,400
QString decimal(double value, int decimals, const QLocale &locale = QLocale()); ///< 1,234.50
QString bytes(qint64 n, const QLocale &locale = QLocale());                     ///< 12.3 MB
QString duration(qint64 milliseconds);                                          ///< 0:07, 1:12, 2:03:04
QString relative(const QDateTime &when, const QDateTime &now);                  ///< "3 min ago", "in 2 h"
QString exact(const QDateTime &when, const QLocale &locale = QLocale());        ///< with seconds and zone

} // namespace format
