// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/job.h"

/// Work that no list of jobs shows: short enough, or a test's. Cancelled by its token.
class QuietJob final : public JobContext
{
public:
    explicit QuietJob(CancelToken token = {})
        : m_token(std::move(token))
    {
    }
    const CancelToken &token() const override { return m_token; }
    void progress(const JobProgress &) override {}
    void log(const QString &) override {}

private:
    CancelToken m_token;
};
