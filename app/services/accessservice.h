// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"

/// Who may log in and which stores they may enter.
struct Person
{
    QString login;
    QStringList groups;
    QStringList stores;    ///< of its own rows
    QStringList inherited; ///< through a group; "*" for all
    bool allStores = false;
    bool canLogin = false;
    bool superuser = false;
    bool exists = true; ///< false: the role is gone, and its rights stayed
    qint64 sessions = 0;
    QDateTime validUntil;
};

struct NewStore
{
    QString id;
    QString name;
    QString location;
    QString type;
    QString region;
};

/// A change of access or of a store, as it is shown, typed and then carried out: these statements and no
/// other, in one transaction, and what is to come after it in a second one.
struct AccessChange
{
    struct Step
    {
        Command command;
        QString shown;           ///< the statement as SQL that can be copied
        bool makesRoles = false; ///< needs CREATEROLE
        bool mustChange = false; ///< no row changed means that there is nothing of that name
        bool afterwards = false; ///< once the others are saved; such steps stand last
    };
    QString title;
    QString explanation; ///< what it does, in words
    QString confirmWord; ///< to be typed
    QList<Step> steps;   ///< what this login may do itself
    QString handOver;    ///< SQL for whoever has CREATEROLE, where this login has not; or empty
    QString refusal;     ///< why this login can do nothing of it, and who can; or empty
    QString done;        ///< the sentence afterwards
    QString login;       ///< whose access it is about, or empty
    int epoch = 0;       ///< of the pool it was planned on: it is carried out there or not at all

    QString sql() const; ///< all of `steps`, as a script
};

/// People and stores for the owner of the database: what can be done is planned first, with its SQL, and then
/// carried out as planned, audited by the database's own triggers. Passwords leave this program only as SCRAM
/// verifiers. The calls return at once and work on pool threads.
class AccessService final
{
public:
    explicit AccessService(ConnectionPool &pool)
        : m_pool(pool)
    {
    }

    QFuture<Result<QList<Person>>> people(const CancelToken &token = {});

    /// Login, password, membership and stores of a new manager.
    QFuture<Result<AccessChange>> planManager(const QString &login, const QString &password,
                                              const QStringList &stores, const CancelToken &token = {});
    /// Takes every store away, ends open sessions, and lets the login no more in.
    QFuture<Result<AccessChange>> planLock(const QString &login, const CancelToken &token = {});
    QFuture<Result<AccessChange>> planGrant(const QString &login, const QString &storeId,
                                            const CancelToken &token = {});
    QFuture<Result<AccessChange>> planRevoke(const QString &login, const QString &storeId,
                                             const CancelToken &token = {});
    QFuture<Result<AccessChange>> planActive(const QString &storeId, bool active,
                                             const CancelToken &token = {});
    QFuture<Result<AccessChange>> planStore(const NewStore &store, const CancelToken &token = {});

    /// Carries it out; the sentence says what was done and what is left (a right through a group). Kind
    /// Conflict when another database was opened since it was planned, or the same one again; kind
    /// OutcomeUnknown when the change is saved and a step that comes afterwards failed: the error says both.
    QFuture<Result<QString>> apply(const AccessChange &change, const CancelToken &token = {});

    /// The password of the login of this connection.
    QFuture<Result<void>> changeOwnPassword(const QString &password, const CancelToken &token = {});

    /// The profile of a login on the database of this connection, to hand over; it holds no secret.
    static Profile profileFor(const Profile &ours, const QString &login);

    /// 20 characters that are told apart when read aloud.
    static QString generatePassword();
    /// Why a password will not do; empty when it will.
    static QString weakness(const QString &login, const QString &password);

private:
    using Planner = std::function<Result<AccessChange>(Session &)>;
    QFuture<Result<AccessChange>> plan(const CancelToken &token, Planner planner);

    ConnectionPool &m_pool;
};
