// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "app/services/sandbox.h"

#include <QTemporaryDir>

#include <memory>

/// A real PostgreSQL with pgvector, the retail schema, the sandbox's logins and sample data. Under ctest it
/// is the cluster of the fixture; a test program run by hand starts its own and removes it at the end. Tests
/// must not change retail_db: they work on a TestDatabase.
class TestCluster final
{
public:
    /// The cluster, started if needed. Aborts the program when there is none: such a test fails, it is not
    /// skipped.
    static TestCluster &shared();

    /// Makes the cluster anew in `directory`; for the fixture.
    static Result<void> start(const QString &directory);
    static Result<void> stop(const QString &directory);

    Login login(const QString &user, const QString &database) const; ///< "sandbox_manager", "postgres", …
    Session superuser(const QString &database) const;
    const SandboxStatus &status() const { return m_status; }

    ~TestCluster();

private:
    TestCluster();

    std::unique_ptr<QTemporaryDir> m_own;
    SandboxStatus m_status;
};

/// A copy of the migrated and filled database, dropped at the end.
class TestDatabase final
{
public:
    enum Content { Filled, Empty };

    explicit TestDatabase(Content content = Filled);
    ~TestDatabase();
    Q_DISABLE_COPY_MOVE(TestDatabase)

    QString name() const { return m_name; }
    Login login(const QString &user) const { return TestCluster::shared().login(user, m_name); }
    Session superuser() const { return TestCluster::shared().superuser(m_name); }

private:
    QString m_name;
};

/// Opens the pool on the database; fails the test with the error's text.
#define OPEN_POOL(pool, database, user)                                                                      \
    do {                                                                                                     \
        const Login poolLogin = (database).login(user);                                                      \
        const Result<Capabilities> poolOpened =                                                              \
            (pool).open(poolLogin.profile, poolLogin.password, {}).result();                                 \
        QVERIFY2(poolOpened.ok(), poolOpened ? "" : qPrintable(poolOpened.error().text()));                  \
    } while (false)

/// Fails the test with the text of the error that `result` holds; evaluates it once.
#define VERIFY_OK(result)                                                                                    \
    do {                                                                                                     \
        const auto &verified = (result);                                                                     \
        QVERIFY2(verified.ok(), verified.ok() ? "" : qPrintable(verified.error().text()));                   \
    } while (false)
