// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/session.h"

#include <QDateTime>

/// What a dashboard says beside its figures: since when the server counts, and what it cannot know.
struct ServerFacts
{
    QDateTime statsReset; ///< invalid: never since the database was made, or since the server last crashed
    QDateTime started;
    QDateTime readAt;       ///< by the server's clock
    bool standby = false;   ///< in recovery: nothing can be written here
    double lagSeconds = -1; ///< of a standby behind its primary; -1 where it is not known
    qint64 lagBytes = -1;   ///< received and not yet replayed
    bool receiving = false; ///< a standby that is connected to its primary
    int standbys = 0;       ///< that stream from this server now
    bool seesAll = false;   ///< statements and states of other logins are told
    bool timesIo = false;   ///< track_io_timing
    bool counts = true;     ///< track_counts

    /// How long the counters have run, in seconds; -1 where that is not known.
    qint64 countingSeconds() const { return statsReset.isValid() ? statsReset.secsTo(readAt) : -1; }
};

/// Reads them on a session. Worker thread.
Result<ServerFacts> readServerFacts(Session &session);
