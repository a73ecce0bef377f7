// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

#include <QList>

/// What can be told of an SQL text without a server, by PostgreSQL's own scanner and parser (libpg_query, of
/// version 15: syntax that is newer is scanned but not parsed). Any thread.
namespace sqltext {

enum class TokenKind { Keyword, Text, Number, Parameter, Comment };

/// A part to be highlighted, in characters of the QString. Names and operators are not listed.
struct Token
{
    qsizetype start = 0;
    qsizetype length = 0;
    TokenKind kind = TokenKind::Keyword;
};

/// In the order of the text; empty where it cannot be scanned (a text cut in the middle of a string).
QList<Token> tokens(const QString &sql);

enum class Effect {
    Reads,  ///< SELECT or VALUES that locks and changes nothing, unless a function of it does
    Writes, ///< INSERT, UPDATE, DELETE, MERGE, SELECT FOR UPDATE, SELECT INTO, or too new to be told
    Other,  ///< a command that has no plan
};

struct Shape
{
    QString statement; ///< without the semicolon and what follows it
    Effect effect = Effect::Other;
};

/// What a single statement does. An error of kind Usage for none, for more than one, and for what is no SQL.
Result<Shape> examine(const QString &sql);

/// The text with every constant replaced by $n, so that it may be kept: passwords in CREATE ROLE too. Of a
/// text that cannot be parsed only the first word is left.
QString withoutValues(const QString &sql);

/// On one line, comments left out: for lists.
QString oneLine(const QString &sql);

/// Whether the statement is one of this program's own (they begin with a comment that says so).
bool isOurs(const QString &sql);

/// `interval $1`, as pg_stat_statements leaves `interval '1 day'`, is no SQL; `$1::interval` is.
QString withCastParameters(const QString &sql);

} // namespace sqltext
