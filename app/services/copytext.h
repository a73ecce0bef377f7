// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <charconv>

/// Rows in the text format of COPY: fields between tabs, \N for NULL, backslash before what would be read as
/// a delimiter (PostgreSQL manual, "COPY", File Formats). Appends to a buffer that it does not own.
class CopyText final
{
public:
    explicit CopyText(QByteArray &out)
        : m_out(out)
    {
    }

    CopyText &null() { return separated().raw("\\N"); }

    CopyText &text(QByteArrayView value)
    {
        separated();
        for (const char c : value)
            switch (c) {
            case '\\':
                raw("\\\\");
                break;
            case '\t':
                raw("\\t");
                break;
            case '\n':
                raw("\\n");
                break;
            case '\r':
                raw("\\r");
                break;
            default:
                m_out += c;
            }
        return *this;
    }
    CopyText &text(const QByteArray &value) { return text(QByteArrayView(value)); }
    CopyText &text(const QString &value) { return text(QByteArrayView(value.toUtf8())); }

    /// Without escaping: for what holds no special character.
    CopyText &plain(QByteArrayView value) { return separated().raw(value); }
    CopyText &integer(qint64 value) { return separated().rawNumber(value); }
    CopyText &boolean(bool value) { return separated().raw(value ? "t" : "f"); }

    /// `value` units of 10^-digits: cents, grams.
    CopyText &scaled(quint64 value, int digits)
    {
        separated();
        quint64 unit = 1;
        for (int i = 0; i < digits; ++i)
            unit *= 10;
        rawNumber(qint64(value / unit));
        m_out += '.';
        for (quint64 rest = value % unit, place = unit / 10; place > 0; rest %= place, place /= 10)
            m_out += char('0' + rest / place);
        return *this;
    }

    CopyText &uuid(quint64 high, quint64 low)
    {
        separated();
        static constexpr char digits[] = "0123456789abcdef";
        char text[36];
        for (int i = 0, at = 0; i < 32; ++i) {
            if (i == 8 || i == 12 || i == 16 || i == 20)
                text[at++] = '-';
            text[at++] = digits[((i < 16 ? high : low) >> (60 - 4 * (i % 16))) & 15];
        }
        return raw({text, 36});
    }

    void endRow()
    {
        m_out += '\n';
        m_first = true;
    }

    CopyText &raw(QByteArrayView value)
    {
        m_out.append(value);
        return *this;
    }

    CopyText &rawNumber(qint64 value)
    {
        char digits[24];
        const std::to_chars_result end = std::to_chars(digits, digits + sizeof digits, value);
        return raw({digits, end.ptr - digits});
    }

private:
    CopyText &separated()
    {
        if (!m_first)
            m_out += '\t';
        m_first = false;
        return *this;
    }

    QByteArray &m_out;
    bool m_first = true;
};
