// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/isolationservice.h"

/// One proof of the isolation, from BEGIN to ROLLBACK, on a session of a worker thread. Whatever ends it
/// early leaves a transaction open, and such a connection is closed instead of reused.
class IsolationProof final
{
public:
    IsolationProof(Session &session, const QString &role)
        : m_session(session)
    {
        m_report.role = role;
    }

    Result<IsolationReport> run(const Capabilities &can);

private:
    /// A file of sql/queries/isolation/attacks, taken apart.
    struct Attack
    {
        Statement statement;
        QString attempt;
        QStringList settings; ///< own, other, none, row_security off
        QString passes;       ///< no row, refused, alike, rows
        QStringList binds;    ///< what $1, $2, … are
    };

    static QList<Attack> attacks();
    Result<void> begin();
    Result<void> findStores();
    Result<void> findTarget();
    Result<void> attempt(const Attack &attack, const QString &setting);
    Result<void> choose(const QString &setting);
    Result<Rows> ask(const Attack &attack, const QHash<QString, QString> &values);
    Result<void> undo();
    IsolationAttempt judge(const Attack &attack, const Result<Rows> &answer) const;

    Session &m_session;
    IsolationReport m_report;
    QStringList m_entered;           // the stores the role may enter
    QHash<QString, QString> m_other; // what the binds mean: ids in the other store
    QHash<QString, QString> m_none;  // the same with ids that are nowhere
};
