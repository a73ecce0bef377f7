// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/sampledataservice.h"

using namespace Qt::StringLiterals;

JobWork SampleDataService::load(const SampleDataOptions &options)
{
    return [this, options](JobContext &job) -> Result<QString> {
        Result<Session> session = m_pool.direct(u"Sample data"_s, job.token());
        if (!session)
            return session.error();
        return loadInto(*session, options, job);
    };
}

Result<QString> SampleDataService::loadInto(Session &session, const SampleDataOptions &options,
                                            JobContext &job)
{
    struct Step
    {
        const char *name;
        QString phase;
        Params params;
    };
    const Step steps[] = {
        {"sample/stores", u"stores and categories"_s, {}},
        {"sample/customers", u"customers"_s, {options.customers}},
        {"sample/products", u"products"_s, {options.products}},
        {"sample/transactions", u"sales"_s, {options.transactions, options.months}},
        {"sample/items", u"items of sales"_s, {}},
        {"sample/totals", u"totals of sales"_s, {}},
    };
    const auto undo = [&session](Error error) {
        (void)session.execute("ROLLBACK");
        return error;
    };
    if (const Result<Rows> begun = session.executeScript("BEGIN; SET LOCAL ROLE retail_owner;"); !begun)
        return undo(begun.error());
    const Result<Rows> present = session.execute(sqlcatalog::query("sample/present").sql);
    if (!present)
        return undo(present.error());
    if (present->boolean(0, 0))
        return undo(Error{ErrorKind::Conflict, u"This database holds customers already."_s,
                          u"Sample data is only loaded into an empty one."_s});
    if (const Result<Rows> seeded =
            session.execute("SELECT setseed($1)", {double(options.seed % 1000) / 1000});
        !seeded)
        return undo(seeded.error());
    int done = 0;
    for (const Step &step : steps) {
        job.progress({step.phase, done++, std::ssize(steps), {}});
        const Result<Rows> loaded = session.execute(sqlcatalog::query(step.name).sql, step.params);
        if (!loaded)
            return undo(loaded.error());
        job.log(u"%1: %2 rows"_s.arg(step.phase).arg(loaded->affected()));
    }
    if (const Result<Rows> committed = session.execute("COMMIT"); !committed)
        return undo(committed.error());
    return u"%1 customers, %2 products and %3 sales were loaded."_s.arg(options.customers)
        .arg(options.products)
        .arg(options.transactions);
}
