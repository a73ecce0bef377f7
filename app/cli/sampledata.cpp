// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"

using namespace Qt::StringLiterals;

int cli::sampleData(AppContext &context, const QStringList &arguments)
{
    Invocation call(context, u"sample-data"_s,
                    u"Loads made-up customers, products and sales that agree with each other."_s);
    const SampleDataOptions defaults;
    const auto add = [&](const QString &name, const QString &what, int value) {
        call.parser().addOption({name, u"%1 (%2)."_s.arg(what).arg(value), u"N"_s, QString::number(value)});
    };
    add(u"customers"_s, u"Number of customers"_s, defaults.customers);
    add(u"products"_s, u"Number of products"_s, defaults.products);
    add(u"transactions"_s, u"Number of sales and returns"_s, defaults.transactions);
    add(u"months"_s, u"Months the sales spread over"_s, defaults.months);
    add(u"seed"_s, u"The same seed and day make the same data"_s, int(defaults.seed));
    call.parser().addOption({u"stores"_s,
                             u"Stores, made where there are none (%1)."_s.arg(defaults.stores.join(u',')),
                             u"A,B,C"_s, defaults.stores.join(u',')});
    call.parser().addOption({u"until"_s, u"The last sale is on the day before (today)."_s, u"YYYY-MM-DD"_s});
    call.parser().addOption({u"confirm"_s,
                             u"The database's name: needed where there is data already, which stays."_s,
                             u"DATABASE"_s});
    if (!call.parse(arguments))
        return call.exit();
    SampleDataOptions options;
    for (const auto &[name, field] : {std::pair{u"customers"_s, &SampleDataOptions::customers},
                                      std::pair{u"products"_s, &SampleDataOptions::products},
                                      std::pair{u"transactions"_s, &SampleDataOptions::transactions},
                                      std::pair{u"months"_s, &SampleDataOptions::months}}) {
        const Result<int> number = call.number(name, 1, 100'000'000);
        if (!number)
            return call.fail(number.error());
        options.*field = *number;
    }
    const Result<int> seed = call.number(u"seed"_s, 0, std::numeric_limits<int>::max());
    if (!seed)
        return call.fail(seed.error());
    options.seed = quint32(*seed);
    options.stores = call.value(u"stores"_s).split(u',');
    if (call.isSet(u"until"_s)) {
        options.until = QDate::fromString(call.value(u"until"_s), Qt::ISODate);
        if (!options.until.isValid())
            return call.usage(u"--until takes a date such as 2026-01-31."_s);
    }
    options.confirmDatabase = call.value(u"confirm"_s);
    if (const Result<SampleDataOptions> checked = options.checked(); !checked)
        return call.fail(checked.error());
    const Result<Capabilities> connected = call.connect();
    if (!connected)
        return call.fail(connected.error());
    return call.runJob({u"sample-data"_s, u"Load sample data"_s, context.pool.profile().target(),
                        u"retail-admin sample-data"_s},
                       context.sampleData.load(options));
}
