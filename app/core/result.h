// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <utility>
#include <variant>

/// What went wrong, coarse enough to decide what to do next: the exit code, a retry, the words of the window.
enum class ErrorKind {
    Usage,          ///< the caller asked for something that cannot be (exit 2)
    NotFound,       ///< a named thing (profile, store, table) does not exist (exit 2)
    Connect,        ///< no usable connection could be made (exit 3)
    LinkLost,       ///< an established connection ended before the answer
    OutcomeUnknown, ///< a write was sent and the connection ended before the answer
    Timeout,        ///< a time limit of ours or of the server's profile ran out
    Cancelled,      ///< the user asked to stop (exit 130)
    Permission,     ///< the server refused for lack of rights
    Schema,         ///< the database is not ours, or older or newer than this program
    Conflict,       ///< somebody else changed the same thing meanwhile
    Server,         ///< any other error reported by PostgreSQL
    Io,             ///< files, disk
    Tool,           ///< an external program is missing or failed
    Unverified,     ///< made, but the verification asked for was not reached (exit 4)
    Verification,   ///< verified and found wrong (exit 5)
    Internal,       ///< a defect of this program
};

/// An error as a value. `message` says what happened in a sentence, `hint` what to do about it; `detail`
/// holds what a specialist wants to see (the server's own words) and `where` the step or statement. Never
/// holds a secret.
struct Error
{
    ErrorKind kind = ErrorKind::Internal;
    QString message;
    QString hint = {};
    QString detail = {};
    QString sqlstate = {};
    QString where = {};

    /// All that is worth printing on a terminal, one aspect a line.
    QString text() const
    {
        QString all = message;
        for (const QString &more : {hint, detail})
            if (!more.isEmpty())
                all += u'\n' + more;
        if (!sqlstate.isEmpty())
            all += QStringLiteral("\nSQLSTATE ") + sqlstate;
        return all;
    }
};

/// A value or the reason why there is none. Reading the side that is not there is a programming error and
/// aborts.
template <typename T>
class [[nodiscard]] Result
{
public:
    Result(T value)
        : m_data(std::in_place_index<0>, std::move(value))
    {
    }
    Result(Error error)
        : m_data(std::in_place_index<1>, std::move(error))
    {
    }

    bool ok() const { return m_data.index() == 0; }
    explicit operator bool() const { return ok(); }

    const T &value() const & { return std::get<0>(m_data); }
    T &value() & { return std::get<0>(m_data); }
    T &&value() && { return std::get<0>(std::move(m_data)); }
    const T &operator*() const & { return value(); }
    T &operator*() & { return value(); }
    const T *operator->() const { return &value(); }
    T *operator->() { return &value(); }

    const Error &error() const { return std::get<1>(m_data); }

private:
    std::variant<T, Error> m_data;
};

struct Done
{
};

/// For work that yields nothing but success.
template <>
class [[nodiscard]] Result<void>
{
public:
    Result() = default;
    Result(Done) {}
    Result(Error error)
        : m_error(std::in_place_index<1>, std::move(error))
    {
    }

    bool ok() const { return m_error.index() == 0; }
    explicit operator bool() const { return ok(); }
    const Error &error() const { return std::get<1>(m_error); }

private:
    std::variant<Done, Error> m_error;
};
