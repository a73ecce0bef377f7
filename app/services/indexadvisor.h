// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/indexfindings.h"

/// What the planner says of an index that is not there.
struct IndexProof
{
    struct Statement
    {
        QString query = {};
        qint64 calls = 0;  ///< 0: no statement that was seen, but the check of a foreign key
        double before = 0; ///< the planner's cost
        double after = 0;
    };

    qint64 tableId = 0;
    QString table = {};
    QStringList columns = {};
    bool partitioned = false;
    bool tried = false; ///< false: HypoPG is missing, or refused this index
    qint64 bytes = -1;  ///< about how large the index would be
    QList<Statement> statements =
        {}; ///< those that it would make cheaper, or with !tried those that read it all
    QString note = {};

    bool proven() const { return tried && !statements.isEmpty(); }
    QString text() const; ///< for people: costs before and after, or why it is not proven
};

/// Asks the planner whether the indexes that seem to be missing would be used: foreign keys of the report,
/// and columns that statements compare while they read large tables as a whole. Plans only, on a connection
/// of its own with HypoPG's imagined indexes, under the policies of this login; executes nothing.
class IndexAdvisor final
{
public:
    explicit IndexAdvisor(ConnectionPool &pool)
        : m_pool(pool)
    {
    }

    QFuture<Result<QList<IndexProof>>> prove(const IndexReport &report, const CancelToken &token = {});

private:
    ConnectionPool &m_pool;
};

/// The findings with what was proven: beside the foreign key it is about, or as one of its own.
QList<IndexFinding> withProof(QList<IndexFinding> findings, const IndexProof &proof);
