// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/rows.h"

#include <libpq-fe.h>

#include <charconv>

Rows::Rows(PGresult *result)
    : m_result(result, [](PGresult *r) { PQclear(r); })
    , m_count(PQntuples(result))
{
}

Rows Rows::slice(int first, int count) const
{
    Rows part = *this;
    part.m_first += first;
    part.m_count = count;
    return part;
}

Rows Rows::followedBy(const Rows &more) const
{
    if (count() == 0)
        return more;
    if (more.count() == 0)
        return *this;
    PGresult *all = PQcopyResult(m_result.get(), PG_COPYRES_ATTRS);
    Q_CHECK_PTR(all);
    int to = 0;
    for (const Rows *part : {this, &more})
        for (int row = 0; row < part->count(); ++row, ++to)
            for (int column = 0; column < columns(); ++column) {
                PGresult *from = part->m_result.get();
                const int length =
                    part->isNull(row, column) ? -1 : PQgetlength(from, part->m_first + row, column);
                if (!PQsetvalue(all, to, column, PQgetvalue(from, part->m_first + row, column), length))
                    qBadAlloc();
            }
    return Rows(all);
}

int Rows::count() const
{
    return m_count;
}
int Rows::columns() const
{
    return m_result ? PQnfields(m_result.get()) : 0;
}
QString Rows::columnName(int column) const
{
    return QString::fromUtf8(PQfname(m_result.get(), column));
}

int Rows::column(const char *name) const
{
    // Not PQfnumber, which folds case and takes quotes for syntax.
    for (int i = 0; i < columns(); ++i)
        if (qstrcmp(PQfname(m_result.get(), i), name) == 0)
            return i;
    return -1;
}

qint64 Rows::affected() const
{
    return m_result ? QByteArrayView(PQcmdTuples(m_result.get())).toLongLong() : 0;
}

bool Rows::isNull(int row, int column) const
{
    return PQgetisnull(m_result.get(), m_first + row, column) != 0;
}

QByteArrayView Rows::bytes(int row, int column) const
{
    return {PQgetvalue(m_result.get(), m_first + row, column),
            PQgetlength(m_result.get(), m_first + row, column)};
}

QString Rows::text(int row, int column) const
{
    return QString::fromUtf8(bytes(row, column));
}

qint64 Rows::integer(int row, int column) const
{
    const QByteArrayView view = bytes(row, column);
    qint64 value = 0;
    std::from_chars(view.data(), view.data() + view.size(), value);
    return value;
}

double Rows::number(int row, int column) const
{
    return bytes(row, column).toDouble();
}

bool Rows::boolean(int row, int column) const
{
    const QByteArrayView view = bytes(row, column);
    return !view.isEmpty() && view.front() == 't';
}

QDateTime Rows::timestamp(int row, int column) const
{
    // Sessions run with DateStyle ISO and TimeZone UTC: "2026-11-23 12:52:32.123456+00".
    const QString iso = QString::fromLatin1(bytes(row, column).chopped(isNull(row, column) ? 0 : 3));
    if (iso.isEmpty())
        return {};
    QDateTime when = QDateTime::fromString(iso.left(23), iso.size() > 19 ? Qt::ISODateWithMs : Qt::ISODate);
    when.setTimeSpec(Qt::UTC);
    return when;
}

QStringList parseTextArray(QByteArrayView view)
{
    // array_out: {plain,"with \"quotes\" and , inside",NULL}
    QStringList values;
    QByteArray element;
    bool quoted = false;
    bool wasQuoted = false;
    bool open = false;
    const auto flush = [&] {
        values.append(!wasQuoted && element == "NULL" ? QString() : QString::fromUtf8(element));
        element.clear();
        wasQuoted = false;
        open = false;
    };
    for (qsizetype i = 0; i < view.size(); ++i) {
        const char c = view[i];
        if (quoted) {
            if (c == '\\' && i + 1 < view.size())
                element += view[++i];
            else if (c == '"')
                quoted = false;
            else
                element += c;
        } else if (c == '"') {
            quoted = wasQuoted = open = true;
        } else if (c == ',' || c == '}') {
            if (c == ',' || open || !element.isEmpty())
                flush();
        } else if (c != '{') {
            element += c;
        }
    }
    return values;
}

QStringList Rows::textArray(int row, int column) const
{
    return parseTextArray(bytes(row, column));
}
