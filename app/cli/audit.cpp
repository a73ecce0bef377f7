// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"

#include <QFile>

using namespace Qt::StringLiterals;

namespace {

/// A day (its beginning) or a time in ISO 8601; local where no zone is given.
Result<QDateTime> timeOption(const cli::Invocation &call, const QString &option)
{
    const QString text = call.value(option);
    if (text.isEmpty())
        return QDateTime();
    const QDateTime time = QDateTime::fromString(text, Qt::ISODate);
    if (!time.isValid())
        return Error{ErrorKind::Usage, u"--%1 “%2” is neither a day nor a time."_s.arg(option, text),
                     u"Write 2026-11-24 or 2026-11-24T09:30:00, with Z or +01:00 for another zone."_s};
    return time;
}

} // namespace

int cli::audit(AppContext &context, const QStringList &arguments)
{
    Invocation call(context, u"audit"_s, u"Prints a store's audit log, newest first."_s, Data::Rows);
    call.parser().addOptions(
        {{u"store"_s, u"The store's id."_s, u"S"_s},
         {u"table"_s, u"Only this table."_s, u"T"_s},
         {u"action"_s, u"Only this action, such as UPDATE."_s, u"A"_s},
         {u"user"_s, u"Only what this login did."_s, u"U"_s},
         {u"record"_s, u"Only the row with this id."_s, u"ID"_s},
         {u"column"_s, u"Only updates that changed this column."_s, u"C"_s},
         {u"text"_s, u"Only entries with this text in their values."_s, u"TEXT"_s},
         {u"since"_s, u"From this day or time on."_s, u"T"_s},
         {u"until"_s, u"Before this day or time."_s, u"T"_s},
         {u"limit"_s, u"Rows a page (100)."_s, u"N"_s, u"100"_s},
         {u"after"_s, u"Go on after a former page: its “next”."_s, u"CURSOR"_s},
         {u"evidence"_s,
          u"Write all entries to FILE (.csv or .jsonl), with a manifest that holds the filter and the "
          "SHA-256, instead of printing a page."_s,
          u"FILE"_s}});
    if (!call.parse(arguments))
        return call.exit();
    if (!call.parser().positionalArguments().isEmpty())
        return call.usage(u"audit takes options only."_s);
    const QString store = call.value(u"store"_s);
    if (store.isEmpty())
        return call.usage(u"Name the store with --store; “retail-admin stores list” lists them."_s);
    const QString evidence = call.value(u"evidence"_s);
    if (!evidence.isEmpty() && !evidence.endsWith(".csv"_L1) && !evidence.endsWith(".jsonl"_L1))
        return call.usage(u"--evidence takes a file that ends with .csv or .jsonl."_s);
    const Result<int> limit = call.number(u"limit"_s, 1, 10'000);
    if (!limit)
        return call.fail(limit.error());
    const Result<QDateTime> since = timeOption(call, u"since"_s);
    if (!since)
        return call.fail(since.error());
    const Result<QDateTime> until = timeOption(call, u"until"_s);
    if (!until)
        return call.fail(until.error());
    const AuditFilter filter{*since,
                             *until,
                             call.value(u"table"_s),
                             call.value(u"action"_s),
                             call.value(u"user"_s),
                             call.value(u"record"_s),
                             call.value(u"column"_s),
                             call.value(u"text"_s)};
    if (QFile::exists(evidence))
        return call.fail({ErrorKind::Conflict, u"%1 exists."_s.arg(evidence),
                          u"Evidence is not overwritten: choose another name, or remove the file."_s});
    if (const Result<Capabilities> connected = call.connect(); !connected)
        return call.fail(connected.error());

    if (!evidence.isEmpty()) {
        const EvidenceFormat format =
            evidence.endsWith(".csv"_L1) ? EvidenceFormat::Csv : EvidenceFormat::JsonLines;
        return call.runJob(context.audit.evidenceSpec(store, filter, evidence),
                           context.audit.exportEvidence(store, filter, format, evidence));
    }
    const Result<AuditPage> page =
        context.audit.page(store, filter, call.value(u"after"_s), *limit, interruption()).result();
    if (!page)
        return call.fail(page.error());
    using enum ColumnType;
    call.print({{u"log_id"_s, Uuid},
                {u"created_at"_s, Timestamp},
                {u"table_name"_s, Text},
                {u"action"_s, Text},
                {u"user_name"_s, Text},
                {u"record_id"_s, Uuid},
                {u"old_values"_s, Json},
                {u"new_values"_s, Json},
                {u"metadata"_s, Json}},
               page->rows, page->next);
    return Success;
}
