// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/sampledatagenerator.h"

#include "app/services/copytext.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

constexpr quint64 daySeconds = 86400;
constexpr int yearsOfCustomers = 5;
constexpr std::size_t rememberedPurchases = 64; // of a customer, for returns: bounds memory
constexpr int salesPerBlock = 20'000;           // one COPY: what the server's trigger queues hold at once
constexpr int rowsPerBlock = 5'000;

// The shape of the original design's generator.
constexpr std::array<quint32, 4> tierShares{50, 30, 15, 5};
constexpr std::array<quint32, 3> typeShares{90, 7, 3};
constexpr std::array<quint32, 4> paymentShares{45, 25, 20, 10};
constexpr std::array<quint32, 5> itemShares{40, 30, 20, 7, 3};

// Ours: better customers come more often; people shop on Saturdays, online on Sundays and in the evening.
constexpr std::array<quint32, 4> tierActivity{4, 6, 9, 14};
constexpr std::array<quint32, 7> shopWeek{80, 82, 88, 95, 125, 170, 140};
constexpr std::array<quint32, 7> onlineWeek{105, 100, 98, 96, 90, 105, 130};
constexpr std::array<quint32, 12> year{82, 80, 92, 95, 100, 98, 96, 100, 97, 102, 128, 185};
constexpr std::array<quint32, 24> shopHours{0, 0,  0, 0, 0, 0,  0,  0,  1, 4, 7,
                                            9, 10, 8, 8, 9, 11, 13, 10, 6, 2};
constexpr std::array<quint32, 24> onlineHours{4, 2, 1, 1, 1, 1, 2,  4,  5,  6,  7,  7,
                                              8, 7, 6, 6, 7, 8, 10, 12, 14, 13, 10, 7};
// What sells when, by CatalogueItem::Season and month; 10 is the mean.
constexpr std::array<std::array<quint32, 12>, CatalogueItem::seasons> seasonFactors{{
    {10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10},
    {6, 9, 22, 26, 22, 10, 6, 5, 6, 5, 4, 4},
    {3, 3, 6, 10, 18, 26, 28, 20, 8, 4, 3, 3},
    {5, 4, 4, 4, 5, 6, 8, 14, 25, 26, 18, 8},
    {24, 20, 10, 4, 3, 3, 3, 4, 7, 14, 22, 26},
    {7, 8, 7, 7, 8, 7, 6, 6, 7, 9, 22, 40},
    {9, 6, 5, 5, 5, 6, 12, 32, 26, 8, 6, 6},
}};

bool online(QByteArrayView store)
{
    return store.contains("online") || store.contains("web");
}

quint32 sizeOfStore(QByteArrayView store, std::size_t position)
{
    constexpr std::array<quint32, 5> sizes{40, 20, 15, 12, 8};
    return online(store) ? 25 : sizes[position % sizes.size()];
}

} // namespace

Result<SampleDataOptions> SampleDataOptions::checked() const
{
    const auto wrong = [](const QString &message) { return Error{ErrorKind::Usage, message}; };
    SampleDataOptions options = *this;
    if (!options.until.isValid())
        options.until = QDateTime::currentDateTimeUtc().date();
    options.stores.removeDuplicates();
    if (options.stores.isEmpty() || options.stores.size() > 1000)
        return wrong(u"Name between one store and a thousand."_s);
    for (const QString &store : std::as_const(options.stores))
        if (store.trimmed() != store || store.isEmpty() || store.size() > 50)
            return wrong(u"“%1” is no name of a store: 1 to 50 characters."_s.arg(store));
    if (customers < 1 || transactions < 0 || months < 1 || months > 600)
        return wrong(u"At least one customer and between 1 and 600 months are needed."_s);
    if (products < options.stores.size() || products > mostProducts)
        return wrong(
            u"The number of products must be between %1, one a store, and %2."_s.arg(options.stores.size())
                .arg(mostProducts));
    // What one customer may have spent is limited by the column's digits.
    if (transactions / 5000 > customers)
        return wrong(u"Sales would be more than 5,000 a customer: ask for more customers."_s);
    if (options.until > QDateTime::currentDateTimeUtc().date() || options.until.year() < 1990)
        return wrong(u"The last day must lie between 1990 and today."_s);
    return options;
}

QByteArray SampleDataGenerator::skuPrefix(int batch)
{
    return batch == 0 ? QByteArray() : 's' + QByteArray::number(batch) + '-';
}

QByteArray SampleDataGenerator::mailDomain(int batch)
{
    // Reserved for examples by RFC 2606, so that nobody is ever written to.
    return batch == 0 ? "example.com" : 's' + QByteArray::number(batch) + ".example.com";
}

SampleDataGenerator::SampleDataGenerator(const SampleDataOptions &options, const SampleCatalogue &catalogue,
                                         const QHash<QString, int> &categoryIds, int batch)
    : m_options(options)
    , m_catalogue(catalogue)
    , m_categoryIds(categoryIds)
    , m_batch(batch)
    , m_from(options.until.addMonths(-options.months))
    , m_window(quint32(m_from.daysTo(options.until)))
{
    for (quint32 day = 0; day < m_window; ++day) {
        const QDate date = m_from.addDays(day);
        m_dates.push_back(date.toString(Qt::ISODate).toLatin1());
        m_months.push_back(date.month() - 1);
    }
    m_dates.push_back(options.until.toString(Qt::ISODate).toLatin1());
    planStores();
    planProducts();
    for (quint32 i = 0; i < quint32(m_options.customers); ++i) {
        SampleRandom numbers = random(Customers, i);
        m_activity += customer(i, numbers).activity;
    }
}

SampleRandom SampleDataGenerator::random(Stream stream, quint64 index) const
{
    return {m_options.seed, quint64(m_batch) * 16 + stream, index};
}

void SampleDataGenerator::planStores()
{
    quint64 total = 0;
    for (const QString &name : m_options.stores) {
        Store store;
        store.id = name.toUtf8();
        store.rhythm = online(store.id) ? Rhythm::Online : Rhythm::Shop;
        store.weight = sizeOfStore(store.id, m_stores.size());
        total += store.weight;
        planDays(store, m_stores.size());
        m_stores.push_back(std::move(store));
    }
    // One product a store at least, the others by the store's size.
    const auto spare = quint64(m_options.products) - m_stores.size();
    quint64 before = 0;
    quint32 first = 0;
    for (Store &store : m_stores) {
        store.firstProduct = first;
        store.products =
            1 + quint32(spare * (before + store.weight) / total) - quint32(spare * before / total);
        before += store.weight;
        first += store.products;
    }
}

void SampleDataGenerator::planDays(Store &store, quint64 number)
{
    const auto &week = store.rhythm == Rhythm::Online ? onlineWeek : shopWeek;
    quint32 demand = 0;
    for (quint32 day = 0; day < m_window; ++day) {
        const QDate date = m_from.addDays(day);
        SampleRandom numbers = random(Days, number * 100'000 + day);
        quint32 today = week[std::size_t(date.dayOfWeek() - 1)] * year[std::size_t(date.month() - 1)] / 100;
        today = today * numbers.between(80, 120) / 100;
        today += today * day / m_window / 5; // the business grows by a fifth
        if (date.month() == 12 && date.day() == 25 && store.rhythm == Rhythm::Shop)
            today = 0;
        store.days.push_back(demand += today);
    }
}

const CatalogueItem &SampleDataGenerator::itemOf(const Store &store, quint32 product) const
{
    return m_catalogue.items[m_itemOrder[(product - store.firstProduct) % m_itemOrder.size()]];
}

void SampleDataGenerator::planProducts()
{
    SampleRandom shuffle = random(Products, quint64(-1));
    for (quint32 i = 0; i < m_catalogue.items.size(); ++i)
        m_itemOrder.push_back(i);
    // Whole rounds of one item a category trade places, so that a small store has all categories.
    const auto round = std::size_t(m_catalogue.categories.size());
    for (std::size_t rounds = m_itemOrder.size() / round; rounds > 1; --rounds) {
        const std::size_t other = shuffle.below(quint32(rounds));
        for (std::size_t i = 0; i < round; ++i)
            std::swap(m_itemOrder[(rounds - 1) * round + i], m_itemOrder[other * round + i]);
    }
    m_products.resize(std::size_t(m_options.products));
    for (Store &store : m_stores) {
        for (quint32 p = store.firstProduct; p < store.firstProduct + store.products; ++p) {
            const CatalogueItem &item = itemOf(store, p);
            SampleRandom numbers = random(Products, p);
            Product &product = m_products[p];
            product.high = numbers.next();
            product.low = numbers.next();
            const quint32 share = numbers.below(1001);
            const quint32 price = item.price[0] + (item.price[1] - item.price[0]) / 1000 * share;
            // Prices end as prices do.
            constexpr std::array<quint32, 4> ends{99, 95, 50, 0};
            product.price = std::max(price / 100 * 100, 100U) - 100 + ends[numbers.below(4)];
            product.price = std::max(product.price, item.price[0]);
            // A few things sell well, most do not; dear ones less often.
            const quint32 luck = numbers.between(1, 12);
            product.popularity = 1 + luck * luck * 20'000 / (product.price + 2'000);
            store.seasonProducts[item.season].push_back(p);
            auto &demand = store.seasonDemand[item.season];
            demand.push_back((demand.empty() ? 0 : demand.back()) + product.popularity);
        }
        for (std::size_t month = 0; month < 12; ++month) {
            quint32 sum = 0;
            for (std::size_t season = 0; season < CatalogueItem::seasons; ++season) {
                const auto &demand = store.seasonDemand[season];
                // Below 2^32: at most 500,000 products of popularity 1,400, four times in their best month.
                sum += quint32(
                    demand.empty() ? 0 : quint64(demand.back()) * seasonFactors[season][month] / 10 + 1);
                store.monthDemand[month][season] = sum;
            }
        }
    }
}

SampleDataGenerator::Customer SampleDataGenerator::customer(quint32 index, SampleRandom &random) const
{
    Customer made;
    made.high = random.next();
    made.low = random.next();
    quint32 total = 0;
    for (const Store &store : m_stores)
        total += store.weight;
    quint32 drawn = random.below(total);
    while (drawn >= m_stores[made.store].weight)
        drawn -= m_stores[made.store++].weight;
    // The first customers were there all along, so that a small load has sales on every day.
    const quint32 oldest = yearsOfCustomers * 365;
    made.sinceDay = int(index == 0 ? std::max(oldest, m_window) : 2 + random.below(oldest - 1));
    made.tier = random.weighted(tierShares);
    // Shares of sales grow with the days on which there could be any.
    made.activity =
        quint64(random.between(1, 9)) * tierActivity[made.tier] * std::min(m_window, quint32(made.sinceDay));
    return made;
}

void SampleDataGenerator::fillSale(Sale &sale, const Store &store, SampleRandom &random) const
{
    const auto month = std::size_t(m_months[sale.when / daySeconds]);
    const std::size_t wanted = std::min<std::size_t>(random.weighted(itemShares) + 1, store.products);
    const auto taken = [&](quint32 product) {
        return std::any_of(sale.lines.begin(), sale.lines.begin() + std::ptrdiff_t(sale.count),
                           [&](const Line &line) { return line.product == product; });
    };
    while (sale.count < wanted) {
        quint32 product = 0;
        int tries = 0;
        do {
            const auto &months = store.monthDemand[month];
            const auto season = std::size_t(
                std::upper_bound(months.begin(), months.end(), random.below(months.back())) - months.begin());
            const auto &demand = store.seasonDemand[season];
            const auto at = std::size_t(
                std::upper_bound(demand.begin(), demand.end(), random.below(demand.back())) - demand.begin());
            product = store.seasonProducts[season][at];
        } while (taken(product) && ++tries < 16);
        while (taken(product)) // a small assortment with one bestseller
            product = store.firstProduct + (product - store.firstProduct + 1) % store.products;
        Line &line = sale.lines[sale.count++];
        line.product = product;
        line.quantity = random.between(1, 3);
        line.discount = 0;
        const quint32 percent = random.between(5, 25);
        if (random.chance(20))
            line.discount = (m_products[product].price * line.quantity * percent + 50) / 100;
    }
}

/// A purchase is returned once, in part or whole, at what was paid: so a refund's tax, rounded like any
/// other, never exceeds the tax of the purchase. False when there is nothing left to return.
bool SampleDataGenerator::fillReturn(Sale &sale, std::vector<Sale> &history, SampleRandom &random) const
{
    std::array<std::size_t, rememberedPurchases> open{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < history.size(); ++i)
        if (!history[i].returned)
            open[count++] = i;
    if (count == 0)
        return false;
    // Of two the later: things come back soon.
    const std::size_t chosen = open[std::max(random.below(quint32(count)), random.below(quint32(count)))];
    Sale &original = history[chosen];
    original.returned = true;
    sale.payment = original.payment;
    sale.originalHigh = original.high;
    sale.originalLow = original.low;
    sale.originalIndex = original.index;
    sale.originalWhen = original.when;
    const std::size_t wanted = 1 + random.below(quint32(original.count));
    for (std::size_t i = 0; i < wanted; ++i) {
        const Line &bought = original.lines[i];
        Line &line = sale.lines[sale.count++];
        line.product = bought.product;
        line.quantity = random.between(1, bought.quantity);
        // Rounded up: never more is paid back than was paid.
        line.discount = (bought.discount * line.quantity + bought.quantity - 1) / bought.quantity;
    }
    return true;
}

/// Calls visit(store, customer, sale) for each, customer by customer and in the order of time; false ends it.
template <typename Visitor>
bool SampleDataGenerator::eachSale(const Visitor &visit)
{
    quint64 before = 0;
    quint64 index = 0;
    int owed = 0; // returns that fell to customers who had bought nothing yet
    std::vector<quint64> times;
    std::vector<Sale> history;
    for (quint32 i = 0; i < quint32(m_options.customers); ++i) {
        SampleRandom identity = random(Customers, i);
        const Customer buyer = customer(i, identity);
        const Store &store = m_stores[buyer.store];
        const auto all = quint64(m_options.transactions);
        // The exact share of each customer: no rounding is lost or counted twice.
        const quint64 count = all * (before + buyer.activity) / m_activity - all * before / m_activity;
        before += buyer.activity;
        if (count == 0)
            continue;
        SampleRandom numbers = random(Purchases, i);
        const quint32 firstDay = m_window - std::min(m_window, quint32(buyer.sinceDay));
        const quint32 base = firstDay == 0 ? 0 : store.days[firstDay - 1];
        const quint32 demand = store.days.back() - base;
        times.clear();
        for (quint64 n = 0; n < count; ++n) {
            const quint64 day = demand == 0 ? firstDay
                                            : quint64(std::upper_bound(store.days.begin(), store.days.end(),
                                                                       base + numbers.below(demand)) -
                                                      store.days.begin());
            const std::size_t hour =
                numbers.weighted(store.rhythm == Rhythm::Online ? onlineHours : shopHours);
            times.push_back(day * daySeconds + hour * 3600 + numbers.below(3600));
        }
        std::sort(times.begin(), times.end());
        history.clear();
        for (const quint64 when : times) {
            Sale sale;
            sale.high = numbers.next();
            sale.low = numbers.next();
            sale.index = index++;
            sale.when = when;
            sale.type = int(numbers.weighted(typeShares));
            if (sale.type == 0 && owed > 0) {
                sale.type = 1;
                --owed;
            }
            sale.payment = numbers.weighted(paymentShares);
            if (sale.type == 1 && !fillReturn(sale, history, numbers)) {
                sale.type = 0;
                ++owed;
            }
            if (sale.type != 1) {
                fillSale(sale, store, numbers);
                if (history.size() == rememberedPurchases)
                    history.erase(history.begin());
                history.push_back(sale);
            }
            if (!visit(store, buyer, sale))
                return false;
        }
    }
    return true;
}

bool SampleDataGenerator::run(const Sink &sink)
{
    quint64 seen = 0;
    for (Product &product : m_products)
        product.netSold = 0;
    const bool counted = eachSale([&](const Store &, const Customer &, const Sale &sale) {
        for (std::size_t i = 0; i < sale.count; ++i) {
            const auto quantity = qint32(sale.lines[i].quantity);
            m_products[sale.lines[i].product].netSold += sale.type == 1 ? -quantity : quantity;
        }
        // An empty block now and then asks whether to go on.
        return ++seen % 100'000 != 0 || sink(SampleTable::Products, 0, {});
    });
    if (!counted)
        return false;

    QByteArray text;
    int rows = 0;
    const auto flush = [&](SampleTable table) {
        const bool goOn = rows == 0 || sink(table, std::exchange(rows, 0), std::exchange(text, {}));
        return goOn;
    };
    for (const Store &store : m_stores)
        for (quint32 p = store.firstProduct; p < store.firstProduct + store.products; ++p) {
            appendProduct(text, store, p);
            if (++rows == rowsPerBlock && !flush(SampleTable::Products))
                return false;
        }
    if (!flush(SampleTable::Products))
        return false;
    for (quint32 i = 0; i < quint32(m_options.customers); ++i) {
        appendCustomer(text, i);
        if (++rows == rowsPerBlock && !flush(SampleTable::Customers))
            return false;
    }
    if (!flush(SampleTable::Customers))
        return false;

    QByteArray items;
    int itemRows = 0;
    const auto flushSales = [&] {
        return flush(SampleTable::Transactions) &&
               (itemRows == 0 ||
                sink(SampleTable::Items, std::exchange(itemRows, 0), std::exchange(items, {})));
    };
    return eachSale([&](const Store &store, const Customer &buyer, const Sale &sale) {
               if (text.isEmpty()) {
                   text.reserve(salesPerBlock * 320);
                   items.reserve(salesPerBlock * 420);
               }
               appendSale(text, items, store, buyer, sale);
               itemRows += int(sale.count);
               return ++rows < salesPerBlock || flushSales();
           }) &&
           flushSales();
}
