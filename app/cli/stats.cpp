// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#include "app/services/activityservice.h"
#include "app/services/indexadvisor.h"
#include "app/services/settingsservice.h"
#include "app/services/tablestatservice.h"

#include <QJsonArray>

using namespace Qt::StringLiterals;

namespace {

QJsonValue timeOf(const QDateTime &when)
{
    return when.isValid() ? QJsonValue(when.toUTC().toString(Qt::ISODateWithMs)) : QJsonValue();
}

QJsonValue known(qint64 value)
{
    return value >= 0 ? QJsonValue(value) : QJsonValue();
}

QJsonValue known(double value)
{
    return value >= 0 ? QJsonValue(value) : QJsonValue();
}

/// For people only: since when the figures count.
void tellSince(const cli::Invocation &call, const ServerFacts &server)
{
    if (call.json() || call.isSet(u"csv"_s))
        return;
    cli::printError(server.statsReset.isValid()
                        ? u"Counted since %1."_s.arg(server.statsReset.toString(u"yyyy-MM-dd HH:mm:ss 'UTC'"))
                        : u"Counted since the database was made or the server last crashed: never reset."_s);
    if (server.standby)
        cli::printError(u"This is a standby: it counts its own reads only."_s);
}

int printAdvice(cli::Invocation &call, const IndexReport &report)
{
    if (const QString none = whyNoneIsUnused(report);
        !none.isEmpty() && !call.json() && !call.isSet(u"csv"_s))
        cli::printError(none);
    QList<IndexFinding> findings = indexFindings(report);
    QHash<QString, IndexProof> proofs;
    if (call.isSet(u"prove"_s)) {
        const Result<QList<IndexProof>> proven =
            IndexAdvisor(call.context().pool).prove(report, cli::interruption()).result();
        if (!proven)
            return call.fail(proven.error());
        for (const IndexProof &proof : *proven)
            findings = withProof(findings, proof);
    }
    QJsonArray rows;
    for (const IndexFinding &finding : std::as_const(findings))
        rows.append(QJsonObject{{u"finding"_s, findingName(finding.kind)},
                                {u"object"_s, finding.object},
                                {u"table"_s, finding.table},
                                {u"bytes"_s, known(finding.bytes)},
                                {u"reason"_s, finding.reason},
                                {u"doubt"_s, finding.doubt},
                                {u"sql"_s, finding.sql},
                                {u"lock"_s, finding.lock},
                                {u"proof"_s, finding.proof}});
    call.print({u"finding"_s, u"object"_s, u"table"_s, u"bytes"_s, u"reason"_s, u"doubt"_s, u"sql"_s,
                u"lock"_s, u"proof"_s},
               rows);
    return cli::Success;
}

int indexes(cli::Invocation &call)
{
    IndexService service(call.context().pool);
    Result<IndexReport> report = service.report(cli::interruption()).result();
    if (!report)
        return call.fail(report.error());
    const Result<QHash<qint64, qint64>> sizes = service.sizes(cli::interruption()).result();
    if (!sizes)
        return call.fail(sizes.error());
    report->setSizes(*sizes);
    tellSince(call, report->server);
    if (call.isSet(u"advice"_s) || call.isSet(u"prove"_s))
        return printAdvice(call, *report);
    QList<qint64> ids;
    for (const IndexInfo &index : std::as_const(report->indexes))
        ids += index.id;
    const Result<QHash<qint64, QString>> definitions = service.definitions(ids, cli::interruption()).result();
    if (!definitions)
        return call.fail(definitions.error());
    QJsonArray rows;
    for (const IndexInfo &index : std::as_const(report->indexes))
        rows.append(QJsonObject{{u"schema"_s, index.schema},
                                {u"table"_s, index.table},
                                {u"index"_s, index.name},
                                {u"method"_s, index.method},
                                {u"bytes"_s, index.bytes},
                                {u"expected_bytes"_s, known(index.expectedBytes)},
                                {u"scans"_s, index.scans},
                                {u"tuples_read"_s, index.tuplesRead},
                                {u"tuples_fetched"_s, index.tuplesFetched},
                                {u"last_scan"_s, timeOf(index.lastScan)},
                                {u"primary"_s, index.primary},
                                {u"unique"_s, index.unique},
                                {u"valid"_s, index.valid},
                                {u"definition"_s, definitions->value(index.id)}});
    call.print({u"schema"_s, u"table"_s, u"index"_s, u"method"_s, u"bytes"_s, u"scans"_s, u"tuples_read"_s,
                u"tuples_fetched"_s, u"last_scan"_s, u"valid"_s, u"definition"_s},
               rows);
    return cli::Success;
}

int tables(cli::Invocation &call)
{
    const Result<TableReport> report =
        TableStatService(call.context().pool).report(cli::interruption()).result();
    if (!report)
        return call.fail(report.error());
    tellSince(call, report->server);
    QJsonArray rows;
    for (const TableStats &table : report->tables)
        rows.append(QJsonObject{{u"schema"_s, table.schema},
                                {u"table"_s, table.table},
                                {u"partitions"_s, table.partitions},
                                {u"bytes"_s, known(table.bytes())},
                                {u"heap_bytes"_s, known(table.heapBytes)},
                                {u"index_bytes"_s, known(table.indexBytes)},
                                {u"toast_bytes"_s, known(table.toastBytes)},
                                {u"live_rows"_s, table.liveRows},
                                {u"dead_rows"_s, table.deadRows},
                                {u"inserts"_s, table.inserts},
                                {u"updates"_s, table.updates},
                                {u"deletes"_s, table.deletes},
                                {u"hot_share"_s, known(table.hotShare())},
                                {u"sequential_scans"_s, table.sequentialScans},
                                {u"sequential_rows"_s, table.sequentialRows},
                                {u"index_scans"_s, table.indexScans},
                                {u"last_vacuum"_s, timeOf(table.lastVacuum)},
                                {u"last_autovacuum"_s, timeOf(table.lastAutovacuum)},
                                {u"last_analyze"_s, timeOf(table.lastAnalyze)},
                                {u"last_autoanalyze"_s, timeOf(table.lastAutoanalyze)},
                                {u"frozen_age"_s, known(table.frozenAge)}});
    call.print({u"schema"_s, u"table"_s, u"bytes"_s, u"heap_bytes"_s, u"index_bytes"_s, u"toast_bytes"_s,
                u"live_rows"_s, u"dead_rows"_s, u"hot_share"_s, u"sequential_scans"_s, u"index_scans"_s,
                u"last_vacuum"_s, u"last_autovacuum"_s, u"last_analyze"_s, u"last_autoanalyze"_s},
               rows);
    return cli::Success;
}

int activity(cli::Invocation &call)
{
    const Result<QList<SessionInfo>> sessions =
        ActivityService(call.context().pool).sessions(cli::interruption()).result();
    if (!sessions)
        return call.fail(sessions.error());
    QJsonArray rows;
    for (const SessionInfo &session : *sessions) {
        QJsonArray blockers;
        for (const int pid : session.blockedBy)
            blockers.append(pid);
        rows.append(
            QJsonObject{{u"pid"_s, session.pid},
                        {u"login"_s, session.login},
                        {u"database"_s, session.database},
                        {u"store"_s, session.store.isEmpty() ? QJsonValue() : QJsonValue(session.store)},
                        {u"application"_s, session.application},
                        {u"client"_s, session.client},
                        {u"state"_s, session.state},
                        {u"wait_type"_s, session.waitType},
                        {u"wait"_s, session.wait},
                        {u"since"_s, timeOf(session.since())},
                        {u"transaction_start"_s, timeOf(session.transactionStart)},
                        {u"blocked_by"_s, blockers},
                        {u"query"_s, session.query}});
    }
    call.print({u"pid"_s, u"login"_s, u"database"_s, u"store"_s, u"application"_s, u"state"_s, u"wait"_s,
                u"since"_s, u"blocked_by"_s, u"query"_s},
               rows);
    return cli::Success;
}

QString verdictName(ServerSetting::Verdict verdict)
{
    static const QStringList names{u"as recommended"_s, u"above"_s, u"differs"_s, u"obsolete"_s,
                                   u"not shown"_s};
    return names[verdict];
}

int configuration(cli::Invocation &call)
{
    const Result<SettingReport> report =
        SettingsService(call.context().pool).report(cli::interruption()).result();
    if (!report)
        return call.fail(report.error());
    QJsonArray rows;
    if (call.isSet(u"advice"_s)) {
        for (const SettingAdvice &advice : report->advice)
            rows.append(QJsonObject{{u"setting"_s, advice.setting},
                                    {u"cause"_s, advice.cause},
                                    {u"doubt"_s, advice.doubt},
                                    {u"sql"_s, advice.sql},
                                    {u"restart"_s, advice.restart}});
        call.print({u"setting"_s, u"cause"_s, u"doubt"_s, u"sql"_s, u"restart"_s}, rows);
        return cli::Success;
    }
    for (const ServerSetting &setting : report->settings)
        rows.append(QJsonObject{{u"setting"_s, setting.name},
                                {u"value"_s, setting.value},
                                {u"recommended"_s, setting.recommended},
                                {u"verdict"_s, verdictName(setting.verdict)},
                                {u"source"_s, setting.source},
                                {u"pending_restart"_s, setting.pendingRestart},
                                {u"reason"_s, setting.reason},
                                {u"sql"_s, setting.sql}});
    call.print({u"setting"_s, u"value"_s, u"recommended"_s, u"verdict"_s, u"source"_s, u"pending_restart"_s,
                u"sql"_s},
               rows);
    return cli::Success;
}

} // namespace

int cli::stats(AppContext &context, const QStringList &arguments)
{
    static const QHash<QString, int (*)(Invocation &)> subjects{{u"slow"_s, slowStatements},
                                                                {u"indexes"_s, indexes},
                                                                {u"tables"_s, tables},
                                                                {u"activity"_s, activity},
                                                                {u"settings"_s, configuration}};
    Invocation call(context, u"stats"_s,
                    u"What the server counts: “stats slow” (statements that take long on average), “stats "
                    u"indexes”, “stats tables”, “stats activity” (who does what now), “stats settings” "
                    u"(beside the recommended ones)."_s,
                    Data::Rows);
    call.parser().addPositionalArgument(u"subject"_s, u"slow, indexes, tables, activity or settings."_s);
    addSlowOptions(call);
    call.parser().addOption(
        {u"advice"_s, u"indexes, settings: what was found, why it may be wrong, and the statement."_s});
    call.parser().addOption(
        {u"prove"_s, u"indexes: as --advice, with missing indexes proven by the planner (HypoPG)."_s});
    if (!call.parse(arguments))
        return call.exit();
    const QStringList named = call.parser().positionalArguments();
    if (named.size() != 1 || !subjects.contains(named.first()))
        return call.usage(u"The subject is “slow”, “indexes”, “tables”, “activity” or “settings”."_s);
    if (const Result<Capabilities> connected = call.connect(); !connected)
        return call.fail(connected.error());
    return subjects.value(named.first())(call);
}
