// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/connectionpool.h"
#include "app/jobs/job.h"

struct SampleDataOptions
{
    int customers = 2000;
    int products = 500;
    int transactions = 5000;
    int months = 12;
    quint32 seed = 42;
};

/// Fills the stores of a database with made-up customers, products and sales that agree with each other, as
/// retail_owner in one transaction. Refuses a database that holds customers already.
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
