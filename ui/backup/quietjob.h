// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/job.h"

/// Work of a dialog that is short enough to have no place in the history; cancelled with its request.
class QuietJob final : public JobContext
{
public:
    explicit QuietJob(CancelToken token)
        : m_token(std::move(token))
    {
    }
    const CancelToken &token() const override { return m_token; }
    void progress(const JobProgress &) override {}
    void log(const QString &) override {}

private:
    CancelToken m_token;
};
