// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/serverfacts.h"

Result<ServerFacts> readServerFacts(Session &session)
{
    const Result<Rows> rows = session.read({}, sqlcatalog::query("activity/server"));
    if (!rows)
        return rows.error();
    const auto column = [&](const char *name) { return rows->column(name); };
    ServerFacts facts;
    if (!rows->isNull(0, column("stats_reset")))
        facts.statsReset = rows->timestamp(0, column("stats_reset"));
    facts.started = rows->timestamp(0, column("started"));
    facts.readAt = rows->timestamp(0, column("read_at"));
    facts.standby = rows->boolean(0, column("standby"));
    if (!rows->isNull(0, column("lag_seconds")))
        facts.lagSeconds = rows->number(0, column("lag_seconds"));
    if (!rows->isNull(0, column("lag_bytes")))
        facts.lagBytes = rows->integer(0, column("lag_bytes"));
    facts.receiving = rows->boolean(0, column("receiving"));
    facts.standbys = int(rows->integer(0, column("standbys")));
    facts.seesAll = rows->boolean(0, column("sees_all"));
    facts.timesIo = rows->boolean(0, column("times_io"));
    facts.counts = rows->boolean(0, column("counts"));
    return facts;
}
