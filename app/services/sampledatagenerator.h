// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/sampledatacatalogue.h"
#include "app/services/sampledatarandom.h"

#include <QDate>
#include <QHash>

#include <functional>

/// How much sample data to make, and for whom. The same options, with the same `until`, give the same rows.
struct SampleDataOptions
{
    int customers = 2000;
    int products = 500;
    int transactions = 5000;
    int months = 12;
    quint32 seed = 42;
    QStringList stores = {QStringLiteral("seattle"), QStringLiteral("redmond"), QStringLiteral("bellevue"),
                          QStringLiteral("online")};
    QDate until = {};             ///< the last sale is on the day before; invalid: today (UTC)
    QString confirmDatabase = {}; ///< the database's name, typed: needed where there is data already

    static constexpr int mostProducts = 500'000; ///< as many article numbers there are

    /// The options with `until` filled in, or why they cannot be.
    Result<SampleDataOptions> checked() const;
};

enum class SampleTable { Products, Customers, Transactions, Items };

/// Makes the rows: agreeing with each other, in blocks of COPY text, in an order in which no row refers to a
/// later one. Sales come customer by customer, so that a return finds what was bought and memory grows with
/// the number of products alone; all sales are made twice, the first time only to know the stock that they
/// leave. Belongs to one thread at a time.
class SampleDataGenerator final
{
public:
    /// `categoryIds` by name. `batch` 0 for an empty database; another number gives other keys, article
    /// numbers and e-mail addresses, for a database that holds data.
    SampleDataGenerator(const SampleDataOptions &options, const SampleCatalogue &catalogue,
                        const QHash<QString, int> &categoryIds, int batch);

    /// Gets whole rows of one table; false ends the run.
    using Sink = std::function<bool(SampleTable table, int rows, QByteArray &&text)>;
    bool run(const Sink &sink);

    static QByteArray columns(SampleTable table); ///< as COPY names them
    static QByteArray skuPrefix(int batch);       ///< lower case; no other batch has it
    static QByteArray mailDomain(int batch);

private:
    enum class Rhythm { Shop, Online };
    enum Stream : quint64 { Products, Customers, Purchases, Days };

    struct Product
    {
        quint64 high = 0, low = 0; // uuid
        quint32 price = 0;         // cents
        quint32 popularity = 1;
        qint32 netSold = 0;
    };
    struct Store
    {
        QByteArray id;
        Rhythm rhythm = Rhythm::Shop;
        quint32 weight = 1;
        quint32 firstProduct = 0, products = 0;
        std::vector<quint32> days; // cumulative demand by day of the window
        // Products of each season, and what they add up to, so that a draw is two binary searches.
        std::array<std::vector<quint32>, CatalogueItem::seasons> seasonProducts;
        std::array<std::vector<quint32>, CatalogueItem::seasons> seasonDemand;
        std::array<std::array<quint32, CatalogueItem::seasons>, 12> monthDemand{}; // cumulative
    };
    struct Customer
    {
        quint64 high = 0, low = 0;
        std::size_t store = 0;
        int sinceDay = 0; // days before `until`
        std::size_t tier = 0;
        quint64 activity = 0; // share of all sales
    };
    struct Line
    {
        quint32 product = 0;
        quint32 quantity = 0;
        quint32 discount = 0; // cents, of the whole line
    };
    struct Sale
    {
        quint64 high = 0, low = 0, index = 0;
        quint64 when = 0; // seconds since the window's start
        int type = 0;     // sale, return, exchange
        std::size_t payment = 0;
        std::array<Line, 5> lines;
        std::size_t count = 0;
        bool returned = false;
        quint64 originalHigh = 0, originalLow = 0; // of a return
        quint64 originalIndex = 0, originalWhen = 0;
    };

    SampleRandom random(Stream stream, quint64 index) const;
    const CatalogueItem &itemOf(const Store &store, quint32 product) const;
    void planStores();
    void planProducts();
    void planDays(Store &store, quint64 number);
    Customer customer(quint32 index, SampleRandom &random) const;
    template <typename Visitor>
    bool eachSale(const Visitor &visit);
    void fillSale(Sale &sale, const Store &store, SampleRandom &random) const;
    bool fillReturn(Sale &sale, std::vector<Sale> &history, SampleRandom &random) const;
    void appendProduct(QByteArray &out, const Store &store, quint32 product) const;
    void appendCustomer(QByteArray &out, quint32 index) const;
    void appendSale(QByteArray &transactions, QByteArray &items, const Store &store, const Customer &buyer,
                    const Sale &sale) const;
    QByteArray receipt(quint64 index, quint64 when) const;

    const SampleDataOptions m_options;
    const SampleCatalogue &m_catalogue;
    const QHash<QString, int> m_categoryIds;
    const int m_batch;
    const QDate m_from;              // first day of the window
    const quint32 m_window;          // its days
    std::vector<QByteArray> m_dates; // "2026-11-22", of the window
    std::vector<int> m_months;       // 0 to 11, of the window's days
    std::vector<Store> m_stores;
    std::vector<Product> m_products;
    std::vector<quint32> m_itemOrder; // shuffled within rounds of one item a category
    quint64 m_activity = 0;           // of all customers
};
