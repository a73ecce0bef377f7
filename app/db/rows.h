// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>
#include <QDateTime>
#include <QString>
#include <QStringList>

#include <memory>

using PGresult = struct pg_result;

/// The elements of a text[] as the server writes it; a NULL element becomes a null string.
QStringList parseTextArray(QByteArrayView literal);

/// The rows of one answer of the server: immutable, cheap to copy, readable from any thread. It keeps the
/// bytes as they came and converts on access, so that a page of a thousand rows costs one allocation and not
/// ten thousand. `row` and `column` count from 0 and must exist. A NULL converts to the empty or zero value;
/// ask isNull() first where the difference matters.
class Rows final
{
public:
    Rows() = default;
    explicit Rows(PGresult *result); ///< takes ownership

    /// `count` rows from `first` on, sharing the same memory.
    Rows slice(int first, int count) const;

    /// These rows and then `more`, which has the same columns.
    Rows followedBy(const Rows &more) const;

    int count() const;
    int columns() const;
    QString columnName(int column) const;
    int column(const char *name) const; ///< -1 when there is none
    qint64 affected() const;            ///< rows changed by INSERT, UPDATE, DELETE

    bool isNull(int row, int column) const;
    QByteArrayView bytes(int row, int column) const;
    QString text(int row, int column) const;
    qint64 integer(int row, int column) const;
    double number(int row, int column) const;
    bool boolean(int row, int column) const;
    QDateTime timestamp(int row, int column) const; ///< UTC
    QStringList textArray(int row, int column) const;

private:
    std::shared_ptr<PGresult> m_result;
    int m_first = 0;
    int m_count = 0;
};
