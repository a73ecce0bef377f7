// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/settingcolumns.h"

#include "app/core/format.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SettingsPage", text);
}

QString verdictOf(const ServerSetting &row)
{
    if (row.pendingRestart)
        return tr("waits for a restart");
    switch (row.verdict) {
    case ServerSetting::AsRecommended:
        return tr("as recommended");
    case ServerSetting::Above:
        return tr("more than recommended");
    case ServerSetting::Differs:
        return tr("differs");
    case ServerSetting::Obsolete:
        return tr("obsolete");
    case ServerSetting::NotShown:
        return tr("not shown to this login");
    }
    return {};
}

cell::Tone toneOf(const ServerSetting &row)
{
    if (row.pendingRestart || row.verdict == ServerSetting::Differs)
        return cell::Tone::Warning;
    return row.verdict == ServerSetting::Obsolete || row.verdict == ServerSetting::NotShown
               ? cell::Tone::Muted
               : cell::Tone::Good;
}

QString iconOf(const ServerSetting &row)
{
    return toneOf(row) == cell::Tone::Warning ? u"state-warning"_s
           : toneOf(row) == cell::Tone::Muted ? u"state-information"_s
                                              : u"dialog-ok-apply"_s;
}

} // namespace

QList<ListColumn<ServerSetting>> settingColumns()
{
    using Row = ServerSetting;
    const auto orDash = [](const QString &text) { return text.isEmpty() ? u"–"_s : text; };
    return {
        {.title = tr("Setting"), .value = [](const Row &row) { return row.name; }, .bold = true},
        {.title = tr("Verdict"),
         .value = [](const Row &row) { return int(row.verdict); },
         .text = verdictOf,
         .tone = toneOf,
         .icon = iconOf},
        {.title = tr("Server has"),
         .value = [](const Row &row) { return row.value; },
         .text = [orDash](const Row &row) { return orDash(row.value); }},
        {.title = tr("Recommended"),
         .value = [](const Row &row) { return row.recommended; },
         .text = [orDash](const Row &row) { return orDash(row.recommended); }},
        {.title = tr("Source"),
         .value = [](const Row &row) { return row.source; },
         .toolTip = [](const Row &row) { return row.sourceFile; },
         .explanation = tr("Where the server's value comes from")},
        {.title = tr("Takes effect"),
         .value = [](const Row &row) { return row.context.isEmpty() ? QString() : row.effect(); }},
        {.title = tr("Why"),
         .value = [](const Row &row) { return row.reason; },
         .toolTip = [](const Row &row) { return row.reason; }},
    };
}

QList<ListColumn<SettingAdvice>> adviceColumns()
{
    using Row = SettingAdvice;
    return {
        {.title = tr("Setting"),
         .value = [](const Row &row) { return row.setting; },
         .icon = [](const Row &) { return u"state-information"_s; },
         .bold = true},
        {.title = tr("To"),
         .value = [](const Row &row) { return row.value; },
         .text = [](const Row &row) { return row.value.isEmpty() ? u"–"_s : row.value; }},
        {.title = tr("What was observed"),
         .value = [](const Row &row) { return row.cause; },
         .toolTip = [](const Row &row) { return row.cause; }},
    };
}
