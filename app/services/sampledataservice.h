// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "app/jobs/job.h"
#include "app/services/sampledatagenerator.h"

/// Fills stores with made-up customers, products and sales that agree with each other, by COPY as
/// retail_owner in one transaction: while one thread makes rows, the caller's sends them. What is there
/// already is not touched. A database that holds data is refused with Conflict unless
/// options.confirmDatabase is its name; options that cannot be, with Usage.
class SampleDataService final
{
public:
    explicit SampleDataService(ConnectionPool &pool)
        : m_pool(pool)
    {
    }

    /// The work of a job, on a connection of its own.
    JobWork load(const SampleDataOptions &options);

    /// The same on a session of one's own whose login may take the role retail_owner. Returns a summary.
    static Result<QString> loadInto(Session &session, const SampleDataOptions &options, JobContext &job);

private:
    ConnectionPool &m_pool;
};
