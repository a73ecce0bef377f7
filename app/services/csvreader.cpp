// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/csvreader.h"

#include <QStringDecoder>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

constexpr int endOfFile = -1;
constexpr qsizetype chunk = 1 << 16;

bool validUtf8(const QByteArray &bytes)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString decoded = decoder(bytes);
    return !decoder.hasError();
}

} // namespace

int CsvReader::peek()
{
    if (m_at == m_buffer.size()) {
        if (m_failed)
            return endOfFile;
        m_buffer.resize(chunk);
        // Not the read() that gives a QByteArray: its empty one does not tell an error from the end.
        const qint64 got = m_device.read(m_buffer.data(), chunk);
        m_failed = got < 0;
        m_buffer.resize(qsizetype(std::max<qint64>(got, 0)));
        m_at = 0;
        if (m_buffer.isEmpty())
            return endOfFile;
    }
    return static_cast<unsigned char>(m_buffer[m_at]);
}

int CsvReader::take()
{
    const int c = peek();
    if (c != endOfFile) {
        ++m_at;
        ++m_consumed;
        if (c == '\n')
            ++m_line;
    }
    return c;
}

Error CsvReader::unreadable() const
{
    return {ErrorKind::Io, u"The file cannot be read beyond line %1."_s.arg(m_line),
            u"See whether its disk or network share is in order, or take a copy of the file."_s,
            m_device.errorString()};
}

Result<bool> CsvReader::next(CsvRecord &record)
{
    record = {};
    if (m_consumed == 0 && peek() == 0xEF && m_buffer.startsWith("\xEF\xBB\xBF")) {
        m_at += 3;
        m_consumed += 3;
    }
    while (peek() == '\n' || peek() == '\r')
        take();
    if (peek() == endOfFile && m_failed)
        return unreadable();
    if (peek() == endOfFile)
        return false;
    record.line = m_line;
    const auto wrong = [&](const QString &what) {
        if (record.problem.isEmpty())
            record.problem = what;
    };
    const qint64 start = m_consumed;
    QByteArray field;
    bool quoted = false; // inside quotes
    bool wasQuoted = false;
    for (;;) {
        const int c = take();
        if (m_consumed - start > longestRecord)
            return Error{ErrorKind::Io, u"Line %1: the record is longer than 1 MB."_s.arg(record.line),
                         u"Is a closing quote missing there?"_s};
        if (c == endOfFile && m_failed)
            return unreadable();
        if (c == endOfFile && quoted)
            wrong(u"a quote is not closed before the end of the file"_s);
        if (quoted && c == '"' && peek() == '"') {
            take();
            field += '"';
        } else if (quoted && c == '"') {
            quoted = false;
        } else if (quoted && c != endOfFile) {
            field += char(c);
        } else if (c == m_delimiter || c == '\n' || c == endOfFile) {
            if (c == '\n' && !wasQuoted && field.endsWith('\r'))
                field.chop(1);
            if (field.contains('\0'))
                wrong(u"a NUL character"_s);
            else if (!validUtf8(field))
                wrong(u"a text that is not UTF-8"_s);
            record.fields.append(std::exchange(field, {}));
            wasQuoted = false;
            if (c != m_delimiter)
                return true;
        } else if (c == '"' && field.isEmpty() && !wasQuoted) {
            quoted = true;
            wasQuoted = true;
        } else if (wasQuoted && c == '\r' && (peek() == '\n' || peek() == endOfFile)) {
            continue; // of CRLF
        } else {
            if (c == '"' || wasQuoted)
                wrong(u"a quote inside a field that is not quoted, or text behind a closing quote"_s);
            field += char(c);
        }
    }
}
