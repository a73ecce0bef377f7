// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/access/accesscolumns.h"

#include "app/core/format.h"
#include "ui/access/accesspage.h"

using namespace Qt::StringLiterals;

namespace {

QString groupsOf(const Person &person)
{
    static const QHash<QString, const char *> words{
        {u"retail_owner"_s, QT_TRANSLATE_NOOP("AccessPage", "owner")},
        {u"retail_ops"_s, QT_TRANSLATE_NOOP("AccessPage", "operations")},
        {u"retail_dba"_s, QT_TRANSLATE_NOOP("AccessPage", "database administrator")},
        {u"retail_manager"_s, QT_TRANSLATE_NOOP("AccessPage", "manager")},
        {u"retail_app"_s, QT_TRANSLATE_NOOP("AccessPage", "application")}};
    QStringList all;
    for (const QString &group : person.groups)
        // Operations are owners by membership; one word is enough.
        if (group != u"retail_owner" || !person.groups.contains(u"retail_ops"_s))
            all += words.contains(group) ? AccessPage::tr(words[group]) : group;
    return all.join(u", "_s);
}

QString storesOf(const Person &person)
{
    if (person.allStores || person.inherited.contains(u"*"_s))
        return AccessPage::tr("all stores");
    QStringList all = person.stores;
    for (const QString &store : person.inherited)
        all += AccessPage::tr("%1 (through a group)").arg(store);
    return all.isEmpty() ? AccessPage::tr("none") : all.join(u", "_s);
}

QString stateOf(const Person &person)
{
    return !person.exists        ? AccessPage::tr("the login is gone, its rights are not")
           : !person.canLogin    ? AccessPage::tr("locked")
           : person.sessions > 0 ? AccessPage::tr("connected (%1)").arg(format::count(person.sessions))
                                 : AccessPage::tr("not connected");
}

} // namespace

QList<ListColumn<Person>> peopleColumns()
{
    using Row = const Person &;
    return {
        {.title = AccessPage::tr("Login"), .value = [](Row p) { return p.login; }, .bold = true},
        {.title = AccessPage::tr("Role"), .value = [](Row p) { return groupsOf(p); }},
        {.title = AccessPage::tr("May enter"), .value = [](Row p) { return storesOf(p); }},
        {.title = AccessPage::tr("State"),
         .value = [](Row p) { return stateOf(p); },
         .tone =
             [](Row p) {
                 return !p.exists ? cell::Tone::Warning : p.canLogin ? cell::Tone::Normal : cell::Tone::Muted;
             },
         .explanation = AccessPage::tr("Sessions are those on this database now")}};
}

QList<ListColumn<StoreSummary>> accessStoreColumns()
{
    using Row = const StoreSummary &;
    return {{.title = AccessPage::tr("Store"), .value = [](Row s) { return s.name; }, .bold = true},
            {.title = AccessPage::tr("Id"), .value = [](Row s) { return s.storeId; }},
            {.title = AccessPage::tr("Place"), .value = [](Row s) { return s.location; }},
            {.title = AccessPage::tr("State"),
             .value = [](Row s) { return s.active ? AccessPage::tr("open") : AccessPage::tr("closed"); },
             .tone = [](Row s) { return s.active ? cell::Tone::Good : cell::Tone::Muted; }},
            {.title = AccessPage::tr("Customers"),
             .value = [](Row s) { return s.customers; },
             .text = [](Row s) { return s.customers < 0 ? u"–"_s : format::count(s.customers); },
             .number = true},
            {.title = AccessPage::tr("Products"),
             .value = [](Row s) { return s.products; },
             .text = [](Row s) { return s.products < 0 ? u"–"_s : format::count(s.products); },
             .number = true}};
}
