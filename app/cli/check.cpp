// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#include "app/services/healthservice.h"

#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace {

struct Limit
{
    QString option;
    QString description;
    std::optional<HealthLimits::Pair> HealthLimits::*pair;
};

const QList<Limit> &limitOptions()
{
    static const QList<Limit> all{
        {u"connections"_s, u"Percent of the connections that logins can have. Default 80,95."_s,
         &HealthLimits::connections},
        {u"blocked"_s, u"Seconds that a session has waited for a lock. Default 60,600."_s,
         &HealthLimits::blocked},
        {u"idle-in-transaction"_s,
         u"Seconds that a session has been idle in a transaction. Default 600,3600."_s,
         &HealthLimits::idleInTransaction},
        {u"wraparound"_s, u"Percent of the way to transaction wraparound. Default 25,50."_s,
         &HealthLimits::wraparound},
        {u"invalid-indexes"_s, u"Number of invalid indexes in the database. Default 1,10."_s,
         &HealthLimits::invalidIndexes},
        {u"backup-age"_s,
         u"Hours since the last verified backup. Default 26,50 where a folder of backups is known."_s,
         &HealthLimits::backupAge},
        {u"drill-age"_s,
         u"Hours since the last drill. Default 192,360 where one was made; 26,50 where it is scheduled daily."_s,
         &HealthLimits::drillAge},
        {u"upload-age"_s,
         u"Hours since the last upload. Default 26,50 where one was made; 192,360 where it is scheduled weekly."_s,
         &HealthLimits::uploadAge},
    };
    return all;
}

/// WARNING,CRITICAL or "off"; the critical one must not come first.
Result<std::optional<HealthLimits::Pair>> readPair(const Limit &limit, const QString &text)
{
    if (text == u"off")
        return std::optional<HealthLimits::Pair>();
    const QStringList parts = text.split(u',');
    bool first = false;
    bool second = false;
    const HealthLimits::Pair pair{parts.value(0).toDouble(&first), parts.value(1).toDouble(&second)};
    if (parts.size() != 2 || !first || !second || pair.warning < 0 || pair.warning > pair.critical)
        return Error{ErrorKind::Usage,
                     u"--%1 takes WARNING,CRITICAL with the lower number first, or off."_s.arg(limit.option)};
    return std::optional(pair);
}

/// One line as Nagios and its kin read it: what is wrong first, then performance data.
QString statusLine(const QList<HealthCheck> &checks)
{
    QList<HealthCheck> ordered = checks;
    std::stable_sort(ordered.begin(), ordered.end(), [](const HealthCheck &a, const HealthCheck &b) {
        return worst({a}) != worst({b}) && worst({a, b}) == a.status;
    });
    QStringList texts;
    QStringList figures;
    for (const HealthCheck &check : std::as_const(ordered)) {
        texts +=
            check.status == HealthCheck::Ok ? check.text : healthName(check.status) + u": "_s + check.text;
        if (check.status == HealthCheck::Unknown)
            continue;
        // Hours are no unit of Nagios's.
        figures += u"'%1'=%2%3;%4;%5;0"_s.arg(
            check.name, QString::number(check.value, 'f', check.unit.isEmpty() ? 0 : 2),
            check.unit == u"h" ? QString() : check.unit, QString::number(check.limits.warning),
            QString::number(check.limits.critical));
    }
    return u"RETAIL %1 - %2 | %3"_s.arg(healthName(worst(checks)), texts.join(u"; "_s), figures.join(u' '))
        .replace(u'\n', u' ');
}

void printJson(const QList<HealthCheck> &checks)
{
    QJsonArray rows;
    for (const HealthCheck &check : checks)
        rows.append(QJsonObject{
            {u"check"_s, check.name},
            {u"status"_s, healthName(check.status)},
            {u"text"_s, check.text},
            {u"value"_s, check.status == HealthCheck::Unknown ? QJsonValue() : QJsonValue(check.value)},
            {u"unit"_s, check.unit},
            {u"warning"_s, check.limits.warning},
            {u"critical"_s, check.limits.critical}});
    const QJsonObject all{{u"rows"_s, rows}, {u"next"_s, QJsonValue()}};
    cli::printLine(QString::fromUtf8(QJsonDocument(all).toJson(QJsonDocument::Compact)));
}

/// Errors are told on standard output, where a monitoring system looks, and by its codes.
int failed(const Error &error)
{
    const bool down = error.kind == ErrorKind::Connect || error.kind == ErrorKind::LinkLost ||
                      error.kind == ErrorKind::Timeout;
    const HealthCheck::Status status = down ? HealthCheck::Critical : HealthCheck::Unknown;
    cli::printLine(
        u"RETAIL %1 - %2"_s.arg(healthName(status), QString(error.message).replace(u'|', u'/').simplified()));
    return status;
}

} // namespace

int cli::check(AppContext &context, const QStringList &arguments)
{
    Invocation call(
        context, u"check"_s,
        u"A plugin for Nagios and its kin: prints one line with performance data. Exit code 0 when all is "
        u"well, "
        u"1 for a warning, 2 when it is critical or the server cannot be reached, 3 when it cannot be told."_s,
        Data::Json);
    for (const Limit &limit : limitOptions())
        call.parser().addOption({limit.option, limit.description, u"WARNING,CRITICAL"_s});
    call.parser().addOption(
        {u"backup-dir"_s, u"Folder of the backups. Default: that of the last backup made here."_s, u"DIR"_s});
    if (!call.parse(arguments))
        return call.exit() == Success ? HealthCheck::Ok : HealthCheck::Unknown;
    HealthLimits limits;
    QStringList off;
    limits.backupFolder = call.isSet(u"backup-dir"_s) ? call.value(u"backup-dir"_s)
                                                      : context.settings.get(settings::backupFolder);
    if (!limits.backupFolder.isEmpty())
        limits.backupAge = HealthLimits::Pair{26, 50};
    for (const Limit &limit : limitOptions()) {
        if (!call.isSet(limit.option))
            continue;
        const Result<std::optional<HealthLimits::Pair>> pair = readPair(limit, call.value(limit.option));
        if (!pair)
            return failed(pair.error());
        limits.*limit.pair = *pair;
        if (!*pair)
            off += limit.option;
    }
    if (const Result<Capabilities> connected = call.connect(); !connected)
        return failed(connected.error());
    Result<QList<HealthCheck>> checks = HealthService(context.pool).check(limits, interruption()).result();
    if (!checks)
        return failed(checks.error());
    const Capabilities &server = context.pool.capabilities();
    const QDateTime now = QDateTime::currentDateTimeUtc();
    const backup::Overview overview =
        backup::overview(limits.backupFolder, server.database,
                         server.systemIdentifier == 0 ? QString() : QString::number(server.systemIdentifier),
                         context.local, context.schedules.states(now));
    for (const HealthCheck &check : backupChecks(overview, limits, now))
        if (!off.contains(check.name))
            *checks += check;
    if (call.json())
        printJson(*checks);
    else
        printLine(statusLine(*checks));
    return worst(*checks);
}
