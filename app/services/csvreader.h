// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

#include <QIODevice>

/// One record of a CSV file. `problem` is not empty when the record breaks the format; the reader goes on
/// behind it.
struct CsvRecord
{
    qint64 line = 0; ///< where it begins, from 1
    QByteArrayList fields;
    QString problem;
};

/// Reads CSV after RFC 4180, a record at a time: quoted fields, doubled quotes, line breaks in quotes, CRLF
/// or LF, a UTF-8 byte order mark. Memory is bounded by the longest record, at most 1 MB; a longer one ends
/// the reading with an error, since a forgotten quote would swallow the rest of the file. So does a device
/// that cannot be read further: that is no end of the file.
class CsvReader final
{
public:
    explicit CsvReader(QIODevice &device, char delimiter = ',')
        : m_device(device)
        , m_delimiter(delimiter)
    {
    }

    /// False at the end. Empty lines are skipped.
    Result<bool> next(CsvRecord &record);

    qint64 bytesRead() const { return m_consumed; }

private:
    static constexpr qint64 longestRecord = 1 << 20;
    int peek();
    int take();
    Error unreadable() const;

    QIODevice &m_device;
    const char m_delimiter;
    QByteArray m_buffer;
    qsizetype m_at = 0;
    bool m_failed = false; // the device, not the file's end
    qint64 m_line = 1;
    qint64 m_consumed = 0;
};
