// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"

using namespace Qt::StringLiterals;

int cli::sampleData(AppContext &context, const QStringList &arguments)
{
    Invocation call(context, u"sample-data"_s,
                    u"Fills an empty database with made-up customers, products and sales."_s);
    const SampleDataOptions defaults;
    const auto add = [&](const QString &name, const QString &what, int value) {
        call.parser().addOption({name, u"%1 (%2)."_s.arg(what).arg(value), u"N"_s, QString::number(value)});
    };
    add(u"customers"_s, u"Number of customers"_s, defaults.customers);
    add(u"products"_s, u"Number of products"_s, defaults.products);
    add(u"transactions"_s, u"Number of sales and returns"_s, defaults.transactions);
    add(u"months"_s, u"Months the sales spread over"_s, defaults.months);
    add(u"seed"_s, u"The same seed makes the same data"_s, int(defaults.seed));
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
    const Result<Capabilities> connected = call.connect();
    if (!connected)
        return call.fail(connected.error());
    return call.runJob({u"sample-data"_s, u"Load sample data"_s, context.pool.profile().target(),
                        u"retail-admin sample-data"_s},
                       context.sampleData.load(options));
}
