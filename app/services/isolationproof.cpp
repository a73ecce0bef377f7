// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/isolationproof.h"

#include <QRegularExpression>
#include <QUuid>

using namespace Qt::StringLiterals;

namespace {

const QString anyId = QStringLiteral("ID");

/// Only what ends the work as a whole; a refusal of the server is what we are here for.
bool endsTheWork(const Error &error)
{
    return error.kind == ErrorKind::Cancelled || error.kind == ErrorKind::LinkLost ||
           error.kind == ErrorKind::Internal;
}

} // namespace

QList<IsolationProof::Attack> IsolationProof::attacks()
{
    static const QRegularExpression line(u"^-- (\\$\\d+|[a-z]+): (.+)$"_s,
                                         QRegularExpression::MultilineOption);
    QList<Statement> files = sqlcatalog::allQueries();
    files.removeIf([](const Statement &file) { return !file.name.startsWith("isolation/attacks/"); });
    std::sort(files.begin(), files.end(),
              [](const Statement &a, const Statement &b) { return a.name < b.name; });
    QList<Attack> all;
    for (const Statement &file : std::as_const(files)) {
        Attack attack{file, {}, {}, {}, {}};
        for (auto lines = line.globalMatch(QString::fromUtf8(file.sql)); lines.hasNext();) {
            const QRegularExpressionMatch found = lines.next();
            const QString key = found.captured(1);
            if (key == u"attempt")
                attack.attempt = found.captured(2);
            else if (key == u"store")
                attack.settings = found.captured(2).split(u", "_s);
            else if (key == u"passes")
                attack.passes = found.captured(2);
            else
                attack.binds += found.captured(2);
        }
        all += attack;
    }
    return all;
}

Result<IsolationReport> IsolationProof::run(const Capabilities &can)
{
    m_report.database = can.database;
    m_report.login = can.login;
    if (m_report.role.isEmpty())
        m_report.role = can.login;
    m_report.at = QDateTime::currentDateTimeUtc();
    if (const Result<void> begun = begin(); !begun)
        return begun.error();
    if (const Result<void> found = findStores(); !found)
        return found.error();
    if (const Result<void> found = findTarget(); !found)
        return found.error();
    for (const Attack &attack : attacks())
        for (const QString &setting : attack.settings) {
            // Without a store of its own there is nothing to move, to sell, or to see.
            const bool needsOwn = attack.passes != u"no row" && attack.binds.contains(u"own store");
            if (m_report.ownStore.isEmpty() && needsOwn)
                continue;
            if (const Result<void> tried = attempt(attack, setting); !tried)
                return tried.error();
        }
    if (const Result<Rows> ended = m_session.execute("ROLLBACK"); !ended)
        return ended.error();
    return m_report;
}

Result<void> IsolationProof::begin()
{
    const QByteArray role = quoteIdentifier(m_report.role);
    const Result<Rows> begun = m_session.executeScript(
        "BEGIN READ WRITE; SET LOCAL lock_timeout = '1s'; SET LOCAL statement_timeout = '20s';"
        "SET LOCAL datestyle = 'ISO'; SET LOCAL application_name = 'retail-admin - Isolation'; SET LOCAL "
        "role = " +
        (m_report.role == m_report.login ? QByteArray("none") : role) + "; SAVEPOINT attempt");
    if (begun)
        return {};
    Error error = begun.error();
    if (error.sqlstate == u"42501" || error.sqlstate == u"22023") {
        error.message = u"“%1” cannot take the role “%2”."_s.arg(m_report.login, m_report.role);
        error.hint = u"It has to be a member of it. Its owner can run: GRANT %1 TO %2;"_s.arg(
            QString::fromUtf8(role), QString::fromUtf8(quoteIdentifier(m_report.login)));
    } else if (error.sqlstate == u"25006") {
        error.message = u"This server is a standby and takes no changes, so nothing can be proved on it."_s;
        error.hint = u"Connect to the primary server."_s;
    }
    return error;
}

/// Which stores the role may enter, found by trying each that it can name.
Result<void> IsolationProof::findStores()
{
    const Result<Rows> named = m_session.execute(sqlcatalog::query("isolation/stores").sql);
    if (!named && endsTheWork(named.error()))
        return named.error();
    if (const Result<void> undone = undo(); !undone)
        return undone;
    for (int row = 0; named && row < named->count(); ++row) {
        const QString store = named->text(row, 0);
        const Result<Rows> used = m_session.execute(sqlcatalog::query("stores/use").sql, {store});
        if (used)
            m_entered += store;
        else if (endsTheWork(used.error()))
            return used.error();
        if (const Result<void> undone = undo(); !undone)
            return undone;
    }
    m_report.ownStore = m_entered.value(0);
    return {};
}

/// As the proving login, who may know more: what there is to steal.
Result<void> IsolationProof::findTarget()
{
    if (const Result<Rows> own = m_session.execute("SET LOCAL role = none"); !own)
        return own.error();
    const Result<Rows> target =
        m_session.execute(sqlcatalog::query("isolation/target").sql, {Param(m_entered)});
    if (!target)
        return target.error();
    if (const Result<void> undone = undo(); !undone)
        return undone;
    const auto somewhere = [] { return QUuid::createUuid().toString(QUuid::WithoutBraces); };
    m_report.otherKnown = target->count() > 0;
    m_report.otherStore = m_report.otherKnown ? target->text(0, 0) : u"a-store-of-somebody-else"_s;
    m_none = {{u"own store"_s, m_report.ownStore}, {u"other store"_s, m_report.otherStore},
              {u"role"_s, m_report.role},          {u"customer"_s, somewhere()},
              {u"product"_s, somewhere()},         {u"sale"_s, somewhere()}};
    m_other = m_none;
    for (const char *id : {"customer", "product", "sale"})
        if (m_report.otherKnown && !target->isNull(0, target->column(id)))
            m_other[QLatin1String(id)] = target->text(0, target->column(id));
    return {};
}

Result<void> IsolationProof::undo()
{
    const Result<Rows> undone = m_session.executeScript("ROLLBACK TO SAVEPOINT attempt");
    return undone ? Result<void>() : Result<void>(undone.error());
}

Result<void> IsolationProof::choose(const QString &setting)
{
    Result<Rows> chosen = Rows();
    if (setting == u"row_security off")
        chosen = m_session.execute("SET LOCAL row_security = off");
    else if (setting == u"other")
        chosen =
            m_session.execute("SELECT set_config('app.current_store_id', $1, true)", {m_report.otherStore});
    else if (setting == u"own" && !m_report.ownStore.isEmpty())
        chosen = m_session.execute(sqlcatalog::query("stores/use").sql, {m_report.ownStore});
    return chosen ? Result<void>() : Result<void>(chosen.error());
}

Result<Rows> IsolationProof::ask(const Attack &attack, const QHash<QString, QString> &values)
{
    Params params;
    for (const QString &bind : attack.binds)
        params += values[bind].isEmpty() ? Param(nullptr) : Param(values[bind]);
    return m_session.execute(attack.statement.sql, params);
}

Result<void> IsolationProof::attempt(const Attack &attack, const QString &setting)
{
    if (const Result<void> chosen = choose(setting); !chosen)
        return chosen;
    const Result<Rows> answer = ask(attack, m_other);
    if (!answer && endsTheWork(answer.error()))
        return answer.error();
    if (const Result<void> undone = undo(); !undone)
        return undone;
    IsolationAttempt judged = judge(attack, answer);
    static const QHash<QString, QString> settings{
        {u"own"_s, u"in its own store"_s},
        {u"other"_s, u"with the other store set by SET"_s},
        {u"none"_s, u"with no store chosen"_s},
        {u"row_security off"_s, u"with row_security = off"_s},
    };
    judged.setting = settings.value(setting);

    if (attack.passes == u"alike" && !answer && answer.error().sqlstate == u"23503") {
        // Refused like an id that is nowhere, to the letter: then the refusal tells nothing.
        if (const Result<void> chosen = choose(setting); !chosen)
            return chosen;
        const Result<Rows> missing = ask(attack, m_none);
        if (!missing && endsTheWork(missing.error()))
            return missing.error();
        if (const Result<void> undone = undo(); !undone)
            return undone;
        const auto words = [&](const Result<Rows> &said, const QHash<QString, QString> &values) {
            QString text = said ? u"accepted"_s : said.error().text();
            for (const QString &id : {u"customer"_s, u"product"_s, u"sale"_s})
                text.replace(values[id], anyId);
            return text;
        };
        const bool same = words(answer, m_other) == words(missing, m_none);
        judged.verdict = same ? Verdict::Passed : Verdict::Broken;
        judged.answer = same ? u"refused like an id that does not exist"_s
                             : u"a foreign and a missing id are answered differently"_s;
    }
    m_report.attempts += judged;
    return {};
}

IsolationAttempt IsolationProof::judge(const Attack &attack, const Result<Rows> &answer) const
{
    IsolationAttempt judged;
    judged.attempt = attack.attempt;
    if (!answer) {
        const Error &error = answer.error();
        judged.sqlstate = error.sqlstate;
        judged.answer = error.message;
        // A data exception came from a row that should not have been looked at.
        judged.verdict = error.sqlstate == u"42501"         ? Verdict::Passed
                         : error.sqlstate.startsWith(u"22") ? Verdict::Broken
                                                            : Verdict::Undecided;
        return judged;
    }
    judged.rows = std::max<qint64>(answer->count(), answer->affected());
    judged.answer = judged.rows == 1 ? u"1 row"_s : u"%1 rows"_s.arg(judged.rows);
    if (attack.passes == u"rows") {
        judged.verdict = judged.rows > 0 ? Verdict::Passed : Verdict::Undecided;
    } else if (attack.passes == u"no row") {
        judged.verdict = judged.rows == 0 ? Verdict::Passed : Verdict::Broken;
    } else {
        judged.verdict = Verdict::Broken;
        judged.answer = u"it was done"_s;
    }
    return judged;
}
