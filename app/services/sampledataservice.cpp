// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/sampledataservice.h"

#include "app/core/format.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

using namespace Qt::StringLiterals;

namespace {

struct Block
{
    SampleTable table = SampleTable::Products;
    int rows = 0;
    QByteArray text;
};

/// Between the thread that makes rows and the one that sends them. Bounded: a fast generator waits instead
/// of filling the memory.
class BlockQueue final
{
public:
    /// False when nobody takes blocks any more.
    bool put(Block &&block)
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_closed || m_blocks.size() < longest; });
        if (m_closed)
            return false;
        m_blocks.push_back(std::move(block));
        m_changed.notify_all();
        return true;
    }

    /// Nothing at the end of the rows.
    std::optional<Block> take()
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_closed || m_ended || !m_blocks.empty(); });
        if (m_closed || m_blocks.empty())
            return std::nullopt;
        Block block = std::move(m_blocks.front());
        m_blocks.pop_front();
        m_changed.notify_all();
        return block;
    }

    void end()
    {
        const std::lock_guard lock(m_mutex);
        m_ended = true;
        m_changed.notify_all();
    }

    void close()
    {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
        m_blocks.clear();
        m_changed.notify_all();
    }

private:
    static constexpr std::size_t longest = 3;
    std::mutex m_mutex; // guards all below
    std::condition_variable m_changed;
    std::deque<Block> m_blocks;
    bool m_ended = false;
    bool m_closed = false;
};

/// Makes rows on a thread of its own while it lives.
class Producer final
{
public:
    Producer(SampleDataGenerator &generator, const CancelToken &token)
        : m_cancel(token.onCancel([this] { m_queue.close(); }))
        , m_thread([this, &generator, token] {
            generator.run([this, &token](SampleTable table, int rows, QByteArray &&text) {
                return !token.cancelled() && (rows == 0 || m_queue.put({table, rows, std::move(text)}));
            });
            m_queue.end();
        })
    {
    }
    ~Producer()
    {
        m_queue.close();
        m_thread.join();
    }
    Q_DISABLE_COPY_MOVE(Producer)

    std::optional<Block> take() { return m_queue.take(); }

private:
    BlockQueue m_queue;
    CancelToken::Registration m_cancel;
    std::thread m_thread;
};

QString phaseOf(SampleTable table)
{
    switch (table) {
    case SampleTable::Products:
        return u"products"_s;
    case SampleTable::Customers:
        return u"customers"_s;
    default:
        return u"sales"_s;
    }
}

/// The design's four stores by their names, any other by its own.
Params describeStore(const QString &store, const QDate &since)
{
    const QString created = since.toString(Qt::ISODate) + u" 08:00:00+00"_s;
    QString name = store;
    name.replace(u'_', u' ').replace(u'-', u' ');
    name[0] = name[0].toUpper();
    if (store == u"online")
        return {store, u"Zava Retail Online"_s, u"Digital"_s, u"ecommerce"_s, u"global"_s, created};
    if (store == u"seattle" || store == u"redmond" || store == u"bellevue")
        return {store,
                u"Zava Retail "_s + name,
                name + u", WA"_s,
                store == u"seattle" ? u"flagship"_s : u"standard"_s,
                u"west"_s,
                created};
    return {store, u"Zava Retail "_s + name.left(80), name, u"standard"_s, nullptr, created};
}

/// The number of this load: 0 in an empty database, else the first whose keys nobody uses.
Result<int> chooseBatch(Session &session, const SampleDataOptions &options)
{
    const Result<Rows> present = session.execute(sqlcatalog::query("sample/present").sql);
    if (!present)
        return present.error();
    if (!present->boolean(0, 0))
        return 0;
    const QString database = present->text(0, 1);
    if (options.confirmDatabase.isEmpty())
        return Error{
            ErrorKind::Conflict, u"The database %1 holds data already."_s.arg(database),
            u"To add sample data to it, type its name (--confirm %1). What is there stays."_s.arg(database)};
    if (options.confirmDatabase != database)
        return Error{ErrorKind::Conflict,
                     u"The typed name “%1” is not the name of this database, which holds data already."_s.arg(
                         options.confirmDatabase),
                     u"This is the database %1."_s.arg(database)};
    for (int batch = 2;; ++batch) {
        const Result<Rows> taken =
            session.execute(sqlcatalog::query("sample/batch_taken").sql,
                            {SampleDataGenerator::skuPrefix(batch),
                             QByteArray('@' + SampleDataGenerator::mailDomain(batch))});
        if (!taken)
            return taken.error();
        if (!taken->boolean(0, 0))
            return batch;
    }
}

/// Stores and categories; the ids of the latter by name.
Result<QHash<QString, int>> prepareReferences(Session &session, const SampleDataOptions &options,
                                              const SampleCatalogue &catalogue)
{
    const QDate since = options.until.addYears(-6);
    for (const QString &store : options.stores)
        if (const Result<Rows> made =
                session.execute(sqlcatalog::query("sample/store").sql, describeStore(store, since));
            !made)
            return made.error();
    QHash<QString, int> ids;
    for (const QString &category : catalogue.categories) {
        const Result<Rows> id = session.execute(sqlcatalog::query("sample/category").sql, {category});
        if (!id)
            return id.error();
        ids[category] = int(id->integer(0, 0));
    }
    return ids;
}

Result<void> sendRows(Session &session, SampleDataGenerator &generator, const SampleDataOptions &options,
                      JobContext &job)
{
    Producer producer(generator, job.token());
    const auto totalOf = [&](SampleTable table) -> qint64 {
        return table == SampleTable::Products    ? options.products
               : table == SampleTable::Customers ? options.customers
                                                 : options.transactions;
    };
    QString phase = u"planning"_s;
    qint64 done = 0;
    job.progress({phase, 0, -1, {}});
    while (std::optional<Block> block = producer.take()) {
        if (phaseOf(block->table) != phase) {
            phase = phaseOf(block->table);
            done = 0;
        }
        bool sent = false;
        const Result<qint64> copied =
            session.copyIn("COPY " + SampleDataGenerator::columns(block->table) + " FROM STDIN",
                           [&](QByteArray &buffer) -> Result<bool> {
                               if (std::exchange(sent, true))
                                   return false;
                               buffer = std::move(block->text);
                               return true;
                           });
        if (!copied)
            return copied.error();
        if (block->table != SampleTable::Items)
            done += block->rows;
        job.progress({phase, done, totalOf(block->table), u"rows"_s});
    }
    if (job.cancelled())
        return Error{ErrorKind::Cancelled, u"Loading was cancelled."_s, u"Nothing of it remains."_s};
    return {};
}

Result<void> fill(Session &session, const SampleDataOptions &options, JobContext &job)
{
    if (const Result<Rows> begun = session.executeScript("BEGIN; SET LOCAL ROLE retail_owner"); !begun)
        return begun.error();
    if (const Result<Rows> locked = session.execute(sqlcatalog::query("sample/lock").sql); !locked)
        return locked.error();
    const Result<int> batch = chooseBatch(session, options);
    if (!batch)
        return batch.error();
    const Result<SampleCatalogue> catalogue = SampleCatalogue::load();
    if (!catalogue)
        return catalogue.error();
    const Result<QHash<QString, int>> categories = prepareReferences(session, options, *catalogue);
    if (!categories)
        return categories.error();
    SampleDataGenerator generator(options, *catalogue, *categories, *batch);
    if (const Result<void> sent = sendRows(session, generator, options, job); !sent)
        return sent.error();
    const Result<Rows> committed = session.execute("COMMIT");
    if (!committed && committed.error().kind == ErrorKind::LinkLost)
        return Error{ErrorKind::OutcomeUnknown,
                     u"The connection ended while the sample data was being confirmed."_s,
                     u"All of it was saved or nothing: look at the customers before repeating it."_s,
                     committed.error().detail};
    return committed ? Result<void>() : committed.error();
}

} // namespace

JobWork SampleDataService::load(const SampleDataOptions &options)
{
    return [origin = m_pool.origin(), options](JobContext &job) -> Result<QString> {
        Result<Session> session = ConnectionPool::direct(origin, u"Sample data"_s, job.token());
        if (!session)
            return session.error();
        return loadInto(*session, options, job);
    };
}

Result<QString> SampleDataService::loadInto(Session &session, const SampleDataOptions &asked, JobContext &job)
{
    const Result<SampleDataOptions> options = asked.checked();
    if (!options)
        return options.error();
    if (const Result<void> filled = fill(session, *options, job); !filled) {
        (void)session.execute("ROLLBACK");
        return filled.error();
    }
    job.progress({u"statistics"_s, 0, -1, {}});
    // The planner knows nothing of the new rows until they are analysed. Without it the data is there all
    // the same, so a failure is only told.
    const Result<Rows> analysed =
        session.executeScript("BEGIN; SET LOCAL ROLE retail_owner;"
                              "ANALYZE retail.stores, retail.products, retail.product_documents, "
                              "retail.customers, retail.sales_transactions, retail.sales_transaction_items;"
                              "COMMIT");
    if (!analysed) {
        (void)session.execute("ROLLBACK");
        job.log(u"The statistics of the tables could not be renewed: %1"_s.arg(analysed.error().message));
    }
    return u"%1, %2 and %3 were loaded into %4."_s.arg(
        format::counted(options->customers, u"customer"_s, u"customers"_s),
        format::counted(options->products, u"product"_s, u"products"_s),
        format::counted(options->transactions, u"sale"_s, u"sales"_s), options->stores.join(u", "_s));
}
