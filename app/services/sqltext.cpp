// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/sqltext.h"

#include "app/db/querymark.h"

#include <QRegularExpression>

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#include <algorithm>
#include <memory>
#include <optional>

using namespace Qt::StringLiterals;

namespace {

template <typename T, void (*release)(T)>
class Owned final
{
public:
    explicit Owned(T result)
        : m_result(result)
    {
    }
    ~Owned() { release(m_result); }
    Q_DISABLE_COPY_MOVE(Owned)
    const T *operator->() const { return &m_result; }

private:
    T m_result;
};

using Scan = Owned<PgQueryScanResult, pg_query_free_scan_result>;
using Parse = Owned<PgQueryParseResult, pg_query_free_parse_result>;
using Split = Owned<PgQuerySplitResult, pg_query_free_split_result>;
using Normalized = Owned<PgQueryNormalizeResult, pg_query_free_normalize_result>;

std::optional<sqltext::TokenKind> kindOf(const PgQuery__ScanToken &token)
{
    using enum sqltext::TokenKind;
    switch (token.token) {
    case PG_QUERY__TOKEN__SCONST:
    case PG_QUERY__TOKEN__USCONST:
    case PG_QUERY__TOKEN__BCONST:
    case PG_QUERY__TOKEN__XCONST:
        return Text;
    case PG_QUERY__TOKEN__ICONST:
    case PG_QUERY__TOKEN__FCONST:
        return Number;
    case PG_QUERY__TOKEN__PARAM:
        return Parameter;
    case PG_QUERY__TOKEN__SQL_COMMENT:
    case PG_QUERY__TOKEN__C_COMMENT:
        return Comment;
    default:
        break;
    }
    // Unreserved keywords are mostly used as names ("name", "type", "value").
    return token.keyword_kind > PG_QUERY__KEYWORD_KIND__UNRESERVED_KEYWORD ||
                   token.token == PG_QUERY__TOKEN__INSERT || token.token == PG_QUERY__TOKEN__UPDATE ||
                   token.token == PG_QUERY__TOKEN__DELETE_P || token.token == PG_QUERY__TOKEN__SET ||
                   token.token == PG_QUERY__TOKEN__BY || token.token == PG_QUERY__TOKEN__VALUES
               ? std::optional(Keyword)
               : std::nullopt;
}

} // namespace

QList<sqltext::Token> sqltext::tokens(const QString &sql)
{
    const QByteArray utf8 = sql.toUtf8();
    const Scan scanned(pg_query_scan(utf8.constData()));
    if (scanned->error)
        return {};
    const std::unique_ptr<PgQuery__ScanResult, void (*)(PgQuery__ScanResult *)> result(
        pg_query__scan_result__unpack(nullptr, scanned->pbuf.len,
                                      reinterpret_cast<const uint8_t *>(scanned->pbuf.data)),
        [](PgQuery__ScanResult *r) { pg_query__scan_result__free_unpacked(r, nullptr); });
    if (!result)
        return {};
    QList<Token> found;
    qsizetype bytes = 0;      // how far the conversion below has come
    qsizetype characters = 0; // and where that is in the QString
    const auto position = [&](qsizetype at) {
        for (; bytes < at && bytes < utf8.size(); ++bytes) {
            const auto byte = quint8(utf8[bytes]);
            characters += (byte & 0xc0) == 0x80 ? 0 : byte >= 0xf0 ? 2 : 1;
        }
        return characters;
    };
    for (size_t i = 0; i < result->n_tokens; ++i) {
        const PgQuery__ScanToken &token = *result->tokens[i];
        const std::optional<TokenKind> kind = kindOf(token);
        if (!kind)
            continue;
        const qsizetype start = position(token.start);
        found.append({start, position(token.end) - start, *kind});
    }
    return found;
}

Result<sqltext::Shape> sqltext::examine(const QString &sql)
{
    const auto refuse = [](const QString &message, const QString &hint = {}, const QString &detail = {}) {
        return Error{ErrorKind::Usage, message, hint, detail};
    };
    const QByteArray utf8 = sql.toUtf8();
    const Split split(pg_query_split_with_scanner(utf8.constData()));
    if (split->error)
        return refuse(
            u"This is no complete SQL statement."_s,
            u"The server keeps at most track_activity_query_size bytes of a running statement; take the text from where it is whole."_s,
            QString::fromUtf8(split->error->message));
    if (split->n_stmts == 0)
        return refuse(u"There is no statement."_s);
    if (split->n_stmts > 1)
        return refuse(u"These are %1 statements; one at a time can be explained."_s.arg(split->n_stmts));
    const PgQuerySplitStmt &only = *split->stmts[0];
    Shape shape;
    shape.statement =
        QString::fromUtf8(utf8.mid(only.stmt_location, only.stmt_len > 0 ? only.stmt_len : -1)).trimmed();

    const Parse parsed(pg_query_parse(utf8.constData()));
    if (parsed->error) {
        // Newer syntax: the server will tell. What pg_stat_statements leaves of "interval '1 day'" is parsed.
        static const QRegularExpression planned(
            u"^(\\s|/\\*.*?\\*/|--[^\\n]*\\n|\\()*(select|with|values|table|insert|update|delete|merge)\\b"_s,
            QRegularExpression::CaseInsensitiveOption | QRegularExpression::DotMatchesEverythingOption);
        shape.effect = planned.match(shape.statement).hasMatch() ? Effect::Writes : Effect::Other;
        return shape;
    }
    // A quote inside of a string is escaped in JSON, so these can only be the names of nodes.
    const QByteArrayView tree(parsed->parse_tree);
    const auto has = [&](QByteArrayView node) { return tree.contains(node); };
    const auto is = [&](QByteArrayView node) {
        return tree.contains(QByteArray("\"stmts\":[{\"stmt\":{\"" + node.toByteArray() + "\":"));
    };
    if (is("InsertStmt") || is("UpdateStmt") || is("DeleteStmt") || is("MergeStmt"))
        shape.effect = Effect::Writes;
    else if (is("SelectStmt"))
        shape.effect = has("\"InsertStmt\":") || has("\"UpdateStmt\":") || has("\"DeleteStmt\":") ||
                               has("\"MergeStmt\":") || has("\"intoClause\":") || has("\"lockingClause\":")
                           ? Effect::Writes
                           : Effect::Reads;
    return shape;
}

QString sqltext::withoutValues(const QString &sql)
{
    const Normalized normalized(pg_query_normalize(sql.toUtf8().constData()));
    if (!normalized->error)
        return QString::fromUtf8(normalized->normalized_query);
    static const QRegularExpression word(u"^\\W*(\\w+)"_s);
    return word.match(sql).captured(1).toUpper() + u" …"_s;
}

QString sqltext::oneLine(const QString &sql)
{
    QString text;
    text.reserve(sql.size());
    qsizetype from = 0;
    // Scanning is for texts with comments; most have none.
    if (sql.contains("--"_L1) || sql.contains("/*"_L1))
        for (const Token &token : tokens(sql)) {
            if (token.kind != TokenKind::Comment)
                continue;
            text += QStringView(sql).mid(from, token.start - from);
            text += u' ';
            from = token.start + token.length;
        }
    text += QStringView(sql).mid(from);
    return text.simplified();
}

bool sqltext::isOurs(const QString &sql)
{
    return sql.startsWith(QLatin1String(sqlcatalog::mark));
}

QString sqltext::withCastParameters(const QString &sql)
{
    static const QRegularExpression typed(
        u"\\b(interval|date|timestamp(?:\\s+with(?:out)?\\s+time\\s+zone)?|timestamptz|time)\\s+(\\$\\d+)"_s,
        QRegularExpression::CaseInsensitiveOption);
    QString text;
    qsizetype from = 0;
    const QList<Token> scanned = tokens(sql);
    for (const QRegularExpressionMatch &match : typed.globalMatch(sql)) {
        // In a string or a comment the same words are no parameter.
        const bool real = std::ranges::any_of(scanned, [&](const Token &token) {
            return token.kind == TokenKind::Parameter && token.start == match.capturedStart(2);
        });
        const bool quoted = std::ranges::any_of(scanned, [&](const Token &token) {
            return (token.kind == TokenKind::Text || token.kind == TokenKind::Comment) &&
                   token.start < match.capturedEnd() && token.start + token.length > match.capturedStart();
        });
        if (!real || quoted)
            continue;
        text += QStringView(sql).mid(from, match.capturedStart() - from);
        text += match.captured(2) + "::"_L1 + match.captured(1);
        from = match.capturedEnd();
    }
    text += QStringView(sql).mid(from);
    return text;
}
