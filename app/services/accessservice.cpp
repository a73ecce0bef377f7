// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/accessservice.h"

#include "app/db/conninfo.h"

#include <QRandomGenerator>
#include <QRegularExpression>
#include <QSet>

using namespace Qt::StringLiterals;

namespace {

constexpr int leastPassword = 12;

struct Rights
{
    bool makesRoles = false;
    bool owner = false;
    bool endsSessions = false;
    bool managersConnect = false;
    QString database;
    QString role;
    QStringList roleMakers;
    QStringList owners;
    QString login;
};

Result<Rights> readRights(Session &session)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("access/rights"));
    if (!rows)
        return rows.error();
    return Rights{rows->boolean(0, 0),   rows->boolean(0, 1),   rows->boolean(0, 2),
                  rows->boolean(0, 3),   rows->text(0, 4),      rows->text(0, 5),
                  rows->textArray(0, 6), rows->textArray(0, 7), rows->text(0, 8)};
}

Result<QList<Person>> readPeople(Session &session)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("access/people"));
    if (!rows)
        return rows.error();
    QList<Person> people;
    for (int row = 0; row < rows->count(); ++row) {
        Person person;
        person.login = rows->text(row, 0);
        person.groups = rows->textArray(row, 1);
        person.stores = rows->textArray(row, 2);
        person.allStores = rows->boolean(row, 3);
        person.inherited = rows->textArray(row, 4);
        person.canLogin = rows->boolean(row, 5);
        person.validUntil = rows->timestamp(row, 6);
        person.superuser = rows->boolean(row, 7);
        person.sessions = rows->integer(row, 8);
        person.exists = rows->boolean(row, 9);
        people.append(person);
    }
    return people;
}

Result<Person> findPerson(Session &session, const QString &login)
{
    const Result<QList<Person>> people = readPeople(session);
    if (!people)
        return people.error();
    for (const Person &person : *people)
        if (person.login == login)
            return person;
    return Error{ErrorKind::NotFound, u"There is no login “%1” that has to do with the stores."_s.arg(login),
                 u"“retail-admin store access” and the page Access list them."_s};
}

QString names(const QStringList &logins)
{
    return logins.isEmpty() ? u"nobody yet"_s : logins.join(u", "_s);
}

QString ownersOnly(const Rights &rights)
{
    return u"%1 may not do this: it needs the rights of retail_owner. These logins have them: %2."_s.arg(
        rights.role, names(rights.owners));
}

/// The statement with its values in place of $1, $2 …, as one would type it.
QString shown(const QByteArray &sql, const QStringList &values)
{
    QString text;
    for (const QByteArray &line : sql.split('\n'))
        if (!line.startsWith("--"))
            text += QString::fromUtf8(line) + u'\n';
    // What marks our statements for the server's dashboards is not for people.
    text.remove(u"/* retail-admin */"_s);
    text = text.trimmed();
    // In one pass: a value may look like a parameter.
    static const QRegularExpression parameter(u"\\$(\\d)"_s);
    QString filled;
    qsizetype end = 0;
    for (auto match = parameter.globalMatch(text); match.hasNext();) {
        const QRegularExpressionMatch found = match.next();
        filled += QStringView(text).mid(end, found.capturedStart() - end);
        filled += values.value(found.capturedView(1).toInt() - 1);
        end = found.capturedEnd();
    }
    filled += QStringView(text).mid(end);
    return filled.trimmed();
}

AccessChange::Step bound(const char *query, const QStringList &values, const Params &params)
{
    const Statement statement = sqlcatalog::query(query);
    return {{statement, params}, shown(statement.sql, values)};
}

/// Of statements that take no parameters.
AccessChange::Step written(const QByteArray &sql)
{
    return {{{"access", sql}, {}}, QString::fromUtf8(sql), true};
}

QString literal(const QString &text)
{
    return text.isEmpty() ? u"NULL"_s : QString::fromUtf8(quoteLiteral(text));
}

Param textOrNull(const QString &text)
{
    return text.isEmpty() ? Param(nullptr) : Param(text);
}

AccessChange::Step grantStep(const QString &login, const QString &store)
{
    return bound("access/grant", {literal(login), literal(store)}, {login, store});
}

AccessChange::Step revokeStep(const QString &login, const QString &store)
{
    return bound("access/revoke", {literal(login), literal(store)}, {login, textOrNull(store)});
}

AccessChange::Step endStep(const QString &login)
{
    AccessChange::Step step = bound("access/end_sessions", {literal(login)}, {login});
    // Sessions end at once, and as long as the lock is not saved the client that lost one gets in again.
    step.afterwards = true;
    return step;
}

/// As apply() sends them.
QString script(const QList<AccessChange::Step> &steps)
{
    QStringList lines;
    for (const bool afterwards : {false, true}) {
        QStringList statements;
        for (const AccessChange::Step &step : steps)
            if (step.afterwards == afterwards)
                statements += step.shown + u';';
        if (!statements.isEmpty())
            lines += QStringList{u"BEGIN;"_s} + statements + QStringList{u"COMMIT;"_s};
    }
    return lines.join(u'\n');
}

Result<void> checkName(const QString &login)
{
    static const QString allowed = u"abcdefghijklmnopqrstuvwxyz0123456789_.-"_s;
    bool plain = !login.isEmpty() && login.toUtf8().size() <= 63 && !login.startsWith(u"pg_"_s);
    for (const QChar &letter : login)
        plain = plain && allowed.contains(letter);
    if (plain)
        return {};
    return Error{ErrorKind::Usage, u"“%1” cannot be the name of a login."_s.arg(login),
                 u"Use up to 63 of a–z, 0–9, _, . and -, not beginning with pg_."_s};
}

} // namespace

QString AccessChange::sql() const
{
    return script(steps);
}

QFuture<Result<QList<Person>>> AccessService::people(const CancelToken &token)
{
    return m_pool.run<QList<Person>>(u"Access"_s, token, [](Session &session) -> Result<QList<Person>> {
        Result<QList<Person>> people = readPeople(session);
        if (people || people.error().kind != ErrorKind::Permission)
            return people;
        const Result<Rights> rights = readRights(session);
        return rights ? Error{ErrorKind::Permission, ownersOnly(*rights), {}, people.error().message}
                      : people;
    });
}

QFuture<Result<AccessChange>> AccessService::plan(const CancelToken &token, Planner planner)
{
    return m_pool.run<AccessChange>(
        u"Access"_s, token,
        [epoch = m_pool.epoch(), planner = std::move(planner)](Session &session) -> Result<AccessChange> {
            Result<AccessChange> change = planner(session);
            if (change)
                (*change).epoch = epoch;
            return change;
        });
}

QFuture<Result<AccessChange>> AccessService::planManager(const QString &login, const QString &password,
                                                         const QStringList &stores, const CancelToken &token)
{
    return plan(token, [=](Session &session) -> Result<AccessChange> {
        if (const Result<void> named = checkName(login); !named)
            return named.error();
        if (const QString weak = weakness(login, password); !weak.isEmpty())
            return Error{ErrorKind::Usage, weak};
        if (stores.isEmpty())
            return Error{ErrorKind::Usage, u"A manager needs one store at least."_s};
        const Result<Rights> rights = readRights(session);
        if (!rights)
            return rights.error();
        const Result<QString> verifier = session.scramVerifier(login, password);
        if (!verifier)
            return verifier.error();
        const QByteArray name = quoteIdentifier(login);
        AccessChange change;
        change.login = login;
        change.confirmWord = login;
        change.title = u"New manager %1"_s.arg(login);
        change.explanation =
            u"Makes the login %1, puts it into retail_manager and lets it enter: %2. The password "
            u"travels as a SCRAM verifier only."_s.arg(login, stores.join(u", "_s));
        change.steps += written("CREATE ROLE " + name + " LOGIN PASSWORD " + quoteLiteral(*verifier));
        change.steps += written("GRANT retail_manager TO " + name);
        // So that the owner can look through this manager's eyes.
        change.steps += written("GRANT " + name + " TO retail_owner");
        if (!rights->managersConnect)
            change.steps +=
                written("GRANT CONNECT ON DATABASE " + quoteIdentifier(rights->database) + " TO " + name);
        for (const QString &store : stores)
            change.steps += grantStep(login, store);
        change.done = u"The manager %1 can log in and enter %2."_s.arg(login, stores.join(u", "_s));
        if (!rights->makesRoles || !rights->owner) {
            change.refusal =
                rights->makesRoles
                    ? ownersOnly(*rights)
                    : u"%1 may not make logins (CREATEROLE). These may, with the SQL below: %2."_s.arg(
                          rights->role, names(rights->roleMakers));
            change.handOver = script(change.steps);
            change.steps.clear();
        }
        return change;
    });
}

QFuture<Result<AccessChange>> AccessService::planLock(const QString &login, const CancelToken &token)
{
    return plan(token, [=](Session &session) -> Result<AccessChange> {
        const Result<Rights> rights = readRights(session);
        if (!rights)
            return rights.error();
        AccessChange change;
        change.login = login;
        change.confirmWord = login;
        change.title = u"Revoke and lock %1"_s.arg(login);
        if (!rights->owner) {
            change.refusal = ownersOnly(*rights);
            return change;
        }
        const Result<Person> person = findPerson(session, login);
        if (!person)
            return person.error();
        if (login == rights->login)
            return Error{ErrorKind::Usage, u"That is the login of this connection."_s,
                         u"Somebody else has to lock it."_s};
        for (const QString &store : person->stores)
            change.steps += revokeStep(login, store);
        if (person->allStores)
            change.steps += revokeStep(login, {});
        QString lock;
        if (person->exists && person->canLogin) {
            const AccessChange::Step step = written("ALTER ROLE " + quoteIdentifier(login) + " NOLOGIN");
            if (rights->makesRoles)
                change.steps += step;
            else if (person->superuser)
                change.handOver = script({step});
            else
                change.handOver = script({step, endStep(login)});
            lock = rights->makesRoles
                       ? u"It can no longer log in."_s
                       : u"%1 may not lock logins (CREATEROLE): %2 can, with the SQL below."_s.arg(
                             rights->role, names(rights->roleMakers));
        }
        // Without a session too: one may be opened before this is carried out. A login that is locked already
        // opens none.
        const bool ends = rights->endsSessions && person->exists && !person->superuser &&
                          (!change.steps.isEmpty() || person->sessions > 0);
        if (ends)
            change.steps += endStep(login);
        const qsizetype all = person->stores.size() + (person->allStores ? 1 : 0);
        QStringList sentences{u"%1 loses %2, in open sessions (%3) from their next statement on."_s.arg(
            login,
            all == 0                     ? u"no store, since it has none of its own"_s
            : person->allStores          ? u"the right to all stores"_s
            : person->stores.size() == 1 ? u"the store "_s + person->stores.first()
                                         : u"the stores "_s + person->stores.join(u", "_s),
            QString::number(person->sessions))};
        if (!lock.isEmpty())
            sentences += lock;
        if (ends)
            sentences += u"After this is saved, its sessions in this database are ended."_s;
        else if (person->sessions > 0)
            sentences += u"Its open sessions are not ended."_s;
        sentences += u"Nothing it made or changed is removed."_s;
        change.explanation = sentences.join(u' ');
        change.done = u"%1 has no store of its own any more. %2"_s
                          .arg(login, rights->makesRoles || lock.isEmpty() ? lock : u"It can still log in."_s)
                          .trimmed();
        if (change.steps.isEmpty())
            change.refusal = lock.isEmpty() ? u"%1 is locked and has no store."_s.arg(login) : lock;
        return change;
    });
}

QFuture<Result<AccessChange>> AccessService::planGrant(const QString &login, const QString &storeId,
                                                       const CancelToken &token)
{
    return plan(token, [=](Session &session) -> Result<AccessChange> {
        const Result<Rights> rights = readRights(session);
        if (!rights)
            return rights.error();
        AccessChange change;
        change.login = login;
        change.confirmWord = login;
        change.title = u"Let %1 enter %2"_s.arg(login, storeId);
        change.explanation = u"%1 may read and edit what its group allows in the store %2, from its next "
                             u"statement on."_s.arg(login, storeId);
        change.done = u"%1 may enter %2."_s.arg(login, storeId);
        change.steps += grantStep(login, storeId);
        if (!rights->owner) {
            change.refusal = ownersOnly(*rights);
            change.steps.clear();
        }
        return change;
    });
}

QFuture<Result<AccessChange>> AccessService::planRevoke(const QString &login, const QString &storeId,
                                                        const CancelToken &token)
{
    return plan(token, [=](Session &session) -> Result<AccessChange> {
        const Result<Rights> rights = readRights(session);
        if (!rights)
            return rights.error();
        AccessChange change;
        change.login = login;
        change.confirmWord = login;
        change.title = u"Take %2 away from %1"_s.arg(login, storeId);
        if (!rights->owner) {
            change.refusal = ownersOnly(*rights);
            return change;
        }
        const Result<Person> person = findPerson(session, login);
        if (!person)
            return person.error();
        if (!person->stores.contains(storeId))
            return Error{ErrorKind::NotFound,
                         u"%1 has no right of its own to the store %2."_s.arg(login, storeId),
                         person->allStores ? u"It may enter all stores: “store lock” takes that away."_s
                         : person->inherited.isEmpty()
                             ? QString()
                             : u"It has rights through a group: %1."_s.arg(person->inherited.join(u", "_s))};
        change.explanation =
            u"%1 loses the store %2 at its next statement, in open sessions (%3) too."_s.arg(login, storeId)
                .arg(person->sessions);
        change.done = u"%1 has no right of its own to %2 any more."_s.arg(login, storeId);
        change.steps += revokeStep(login, storeId);
        return change;
    });
}

QFuture<Result<AccessChange>> AccessService::planActive(const QString &storeId, bool active,
                                                        const CancelToken &token)
{
    return plan(token, [=](Session &session) -> Result<AccessChange> {
        const Result<Rights> rights = readRights(session);
        if (!rights)
            return rights.error();
        AccessChange change;
        change.confirmWord = storeId;
        change.title = active ? u"Open the store %1"_s.arg(storeId) : u"Close the store %1"_s.arg(storeId);
        change.explanation =
            active
                ? u"Everybody with a right to %1 can enter it again."_s.arg(storeId)
                : u"Nobody can enter %1 from their next statement on, applications too. Its rows stay, and "
                  u"opening it again brings all back."_s.arg(storeId);
        change.done =
            active ? u"The store %1 is open."_s.arg(storeId) : u"The store %1 is closed."_s.arg(storeId);
        AccessChange::Step step = bound(
            "access/activate_store", {literal(storeId), active ? u"TRUE"_s : u"FALSE"_s}, {storeId, active});
        step.mustChange = true;
        change.steps += step;
        if (!rights->owner) {
            change.refusal = ownersOnly(*rights);
            change.steps.clear();
        }
        return change;
    });
}

QFuture<Result<AccessChange>> AccessService::planStore(const NewStore &store, const CancelToken &token)
{
    return plan(token, [=](Session &session) -> Result<AccessChange> {
        const QString id = store.id.trimmed();
        if (id.isEmpty() || id.size() > 50 || id != store.id || store.name.trimmed().isEmpty() ||
            store.name.size() > 100)
            return Error{
                ErrorKind::Usage,
                u"A store needs an id of up to 50 characters, without blanks around it, and a name of up "
                u"to 100."_s};
        const Result<Rights> rights = readRights(session);
        if (!rights)
            return rights.error();
        AccessChange change;
        change.confirmWord = id;
        change.title = u"Add the store %1"_s.arg(id);
        change.explanation =
            u"Adds the store “%1” (%2), active and empty. Nobody but the owner and applications for "
            u"all stores may enter it until they are let in."_s.arg(store.name, id);
        change.done = u"The store %1 is there."_s.arg(id);
        change.steps += bound(
            "access/add_store",
            {literal(id), literal(store.name), literal(store.location), literal(store.type),
             literal(store.region)},
            {id, store.name, textOrNull(store.location), textOrNull(store.type), textOrNull(store.region)});
        if (!rights->owner) {
            change.refusal = ownersOnly(*rights);
            change.steps.clear();
        }
        return change;
    });
}

QFuture<Result<QString>> AccessService::apply(const AccessChange &change, const CancelToken &token)
{
    const auto carryOut = [&pool = m_pool, change](Session &session) -> Result<QString> {
        if (change.steps.isEmpty())
            return Error{ErrorKind::Permission,
                         change.refusal.isEmpty() ? u"There is nothing to do."_s : change.refusal};
        // Epochs only grow, and the session's lies between these two.
        if (pool.epoch() != change.epoch)
            return Error{ErrorKind::Conflict,
                         u"Another connection is open than the one this was planned on: nothing was done."_s,
                         u"Make the plan again, and look at what it says now."_s};
        // The server would refuse the rest, but ends sessions in a read-only transaction too.
        if (session.profile().readOnly)
            return Error{ErrorKind::Permission,
                         u"This profile is read only: it changes nothing and ends no session."_s,
                         u"Connect with a profile that may write."_s};
        QList<Command> together;
        QList<Command> afterwards;
        for (const AccessChange::Step &step : change.steps)
            (step.afterwards ? afterwards : together) += step.command;
        const Result<QList<Rows>> done =
            together.isEmpty() ? Result<QList<Rows>>(QList<Rows>()) : session.write({}, together);
        if (!done) {
            Error error = done.error();
            if (error.sqlstate == u"23505")
                error = {ErrorKind::Conflict, u"There is a store of that id already."_s, {}, error.message};
            else if (error.sqlstate == u"23503")
                error = {ErrorKind::NotFound, u"There is no such store."_s,
                         u"“retail-admin stores list” lists them."_s, error.message};
            else if (error.sqlstate == u"42710")
                error = {ErrorKind::Conflict, u"There is a login of that name already."_s,
                         u"Give another name, or let the existing login into the store."_s, error.message};
            return error;
        }
        for (qsizetype i = 0; i < done->size(); ++i)
            if (change.steps[i].mustChange && (*done)[i].affected() == 0)
                return Error{ErrorKind::NotFound, u"There is no store “%1”."_s.arg(change.confirmWord),
                             u"“retail-admin stores list” lists them."_s};
        if (!afterwards.isEmpty())
            if (const Result<QList<Rows>> ended = session.write({}, afterwards); !ended)
                return Error{ErrorKind::OutcomeUnknown,
                             u"%1 Its sessions could not be ended and may still be open."_s.arg(change.done),
                             u"Repeat it to end those that are left, or end them on the page Activity."_s,
                             // Its words would say that nothing was saved.
                             ended.error().kind == ErrorKind::Cancelled ? QString() : ended.error().message,
                             ended.error().sqlstate, ended.error().where};
        QString sentence = change.done;
        if (!change.login.isEmpty())
            if (const Result<Person> person = findPerson(session, change.login);
                person && !person->inherited.isEmpty())
                sentence += u" Through a group it may enter: %1."_s.arg(
                    person->inherited.contains(u"*"_s) ? u"all stores"_s : person->inherited.join(u", "_s));
        return sentence;
    };
    return m_pool.run<QString>(u"Access"_s, token, carryOut);
}

QFuture<Result<void>> AccessService::changeOwnPassword(const QString &password, const CancelToken &token)
{
    const QString login = m_pool.capabilities().login;
    return m_pool.run<void>(u"Password"_s, token, [login, password](Session &session) -> Result<void> {
        if (const QString weak = weakness(login, password); !weak.isEmpty())
            return Error{ErrorKind::Usage, weak};
        const Result<QString> verifier = session.scramVerifier(login, password);
        if (!verifier)
            return verifier.error();
        // A profile may name a role, which is taken first and may not change the login.
        const Result<QList<Rows>> done =
            session.write({}, {{{"access/password", "SET LOCAL ROLE NONE"}, {}},
                               {{"access/password", "ALTER ROLE " + quoteIdentifier(login) + " PASSWORD " +
                                                        quoteLiteral(*verifier)},
                                {}}});
        return done ? Result<void>() : done.error();
    });
}

Profile AccessService::profileFor(const Profile &ours, const QString &login)
{
    const conninfo::Effective effective = conninfo::effective(ours.conninfo);
    QStringList hosts;
    QStringList ports;
    for (const conninfo::Endpoint &endpoint : effective.endpoints) {
        hosts += endpoint.host;
        ports += endpoint.port;
    }
    Profile profile;
    profile.name = login;
    QStringList parts{conninfo::pair(u"user"_s, login), conninfo::pair(u"dbname"_s, effective.database),
                      conninfo::pair(u"port"_s, ports.join(u','))};
    if (!hosts.join(QString()).isEmpty())
        parts.prepend(conninfo::pair(u"host"_s, hosts.join(u',')));
    if (!effective.sslmode.isEmpty())
        parts += conninfo::pair(u"sslmode"_s, effective.sslmode);
    profile.conninfo = parts.join(u' ');
    profile.environment = ours.environment;
    profile.colour = ours.colour;
    profile.ssh = ours.ssh;
    return profile;
}

QString AccessService::generatePassword()
{
    // Without 0 O 1 l I; 20 of 56 letters are 116 bits.
    static const QString letters = u"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"_s;
    QString password;
    while (password.size() < 20)
        password += letters[QRandomGenerator::system()->bounded(letters.size())];
    return password;
}

QString AccessService::weakness(const QString &login, const QString &password)
{
    if (password.size() < leastPassword)
        return u"The password needs %1 characters at least."_s.arg(leastPassword);
    if (!login.isEmpty() && password.contains(login, Qt::CaseInsensitive))
        return u"The password must not contain the login's name."_s;
    if (QSet<QChar>(password.cbegin(), password.cend()).size() < 5)
        return u"The password has too few different characters."_s;
    return {};
}
