// SPDX-License-Identifier: GPL-3.0-or-later
//
// bench_search FOLDER, or RETAIL_ADMIN_EVAL=FOLDER: imports FOLDER/products.csv, embeds it with the built-in
// model and searches it through the real service. Prints nDCG@10 of the queries in FOLDER/queries.tsv by
// meaning and hybrid (a product is relevant when its sub-category answers the query, as the folder's score.py
// has it), and how often a look-up made from the catalogue finds its product first. Exit code 1 when a target
// is missed.
#include "app/core/canceltoken.h"
#include "app/db/migrator.h"
#include "app/jobs/quietjob.h"
#include "app/services/csvreader.h"
#include "app/services/embeddingservice.h"
#include "app/services/importservice.h"
#include "app/services/sampledatarandom.h"
#include "app/services/searchservice.h"
#include "tests/bench/must.h"
#include "tests/support/testcluster.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QSet>

#include <cmath>
#include <cstdio>

using namespace Qt::StringLiterals;

namespace {

struct Product
{
    QString name, sku, subcategory;
};

QList<Product> readProducts(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s cannot be read", qPrintable(path));
    CsvReader reader(file);
    CsvRecord record;
    (void)must(reader.next(record));
    const auto column = [header = record.fields](const char *name) { return header.indexOf(name); };
    const qsizetype name = column("name"), sku = column("sku"), group = column("subcategory");
    QList<Product> products;
    while (must(reader.next(record)))
        products.append({QString::fromUtf8(record.fields[name]), QString::fromUtf8(record.fields[sku]),
                         QString::fromUtf8(record.fields[group])});
    return products;
}

/// A letter left out, doubled, replaced, or two exchanged; never the first of a word, which people get right.
QString misspelt(const QString &name, quint64 index)
{
    SampleRandom random(1, 1, index);
    QList<qsizetype> places;
    for (qsizetype i = 1; i + 1 < name.size(); ++i)
        if (name[i].isLetter() && name[i - 1].isLetter() && name[i + 1].isLetter())
            places.append(i);
    if (places.isEmpty())
        return name;
    QString text = name;
    const qsizetype at = places[qsizetype(random.below(quint32(places.size())))];
    switch (random.below(4)) {
    case 0:
        return text.remove(at, 1);
    case 1:
        return text.insert(at, text[at]);
    case 2:
        text[at] = QChar(u'a' + char16_t(random.below(26)));
        return text;
    default:
        std::swap(text[at], text[at + 1]);
        return text;
    }
}

class Bench
{
public:
    explicit Bench(const QString &folder)
        : m_folder(folder)
        , m_products(readProducts(folder + u"/products.csv"_s))
        , m_session(m_database.superuser())
    {
        for (const Product &product : m_products)
            m_subcategories[product.sku] = product.subcategory;
    }

    void load()
    {
        const Login login = m_database.login(u"postgres"_s);
        Migrator migrator(
            m_session, [&](const QString &name) { return openSession(login, u"Bench"_s, {}, name); },
            [](const QString &) {});
        (void)must(migrator.run({}));
        (void)must(
            m_session.execute("INSERT INTO retail.stores (store_id, store_name) VALUES ('eval', 'Eval')"));
        ImportOptions options;
        options.file = m_folder + u"/products.csv"_s;
        options.store = u"eval"_s;
        options.map = {{u"name"_s, u"product_name"_s},
                       {u"description"_s, u"product_description"_s},
                       {u"stock_level"_s, u"current_stock"_s}};
        ImportReport report;
        QuietJob job;
        (void)must(ImportService::productsInto(m_session, options, report, job));
        const auto offline = must(m_providers.offline());
        QElapsedTimer clock;
        clock.start();
        (void)must(EmbeddingService::embedInto(m_session, {u"eval"_s}, *offline, true, job));
        std::printf("%lld products imported, embedded and stored in %lld ms\n",
                    static_cast<long long>(report.inserted), static_cast<long long>(clock.elapsed()));
        (void)must(m_session.execute("ANALYZE"));
    }

    QStringList skus(const QString &text, SearchMode mode)
    {
        SearchRequest request;
        request.text = text;
        request.mode = mode;
        request.limit = 10;
        QStringList found;
        for (const SearchHit &hit :
             must(SearchService::searchIn(m_session, u"eval"_s, request, m_providers)).hits)
            found += hit.sku;
        return found;
    }

    double ndcg(SearchMode mode)
    {
        QFile file(m_folder + u"/queries.tsv"_s);
        if (!file.open(QIODevice::ReadOnly))
            qFatal("no queries.tsv");
        double sum = 0;
        int queries = 0;
        while (!file.atEnd()) {
            const QStringList line = QString::fromUtf8(file.readLine()).trimmed().split(u'\t');
            if (line.size() != 2)
                continue;
            const QStringList answers = line[1].split(u';');
            qsizetype relevant = 0;
            for (const Product &product : std::as_const(m_products))
                relevant += answers.contains(product.subcategory);
            double gain = 0;
            double ideal = 0;
            const QStringList found = skus(line[0], mode);
            for (qsizetype i = 0; i < std::min<qsizetype>(10, found.size()); ++i)
                gain += answers.contains(m_subcategories[found[i]]) ? 1 / std::log2(double(i + 2)) : 0;
            for (qsizetype i = 0; i < std::min<qsizetype>(10, relevant); ++i)
                ideal += 1 / std::log2(double(i + 2));
            sum += gain / ideal;
            ++queries;
        }
        return sum / queries;
    }

    template <typename Text>
    double foundFirst(const Text &text)
    {
        int first = 0;
        for (qsizetype i = 0; i < m_products.size(); ++i) {
            const QStringList found = skus(text(m_products[i], quint64(i)), SearchMode::Hybrid);
            // Two products of one name are both right.
            first += !found.isEmpty() &&
                     (found.first() == m_products[i].sku || nameOf(found.first()) == m_products[i].name);
        }
        return 100.0 * first / double(m_products.size());
    }

private:
    QString nameOf(const QString &sku) const
    {
        for (const Product &product : m_products)
            if (product.sku == sku)
                return product.name;
        return {};
    }

    const QString m_folder;
    const QList<Product> m_products;
    QHash<QString, QString> m_subcategories;
    const TestDatabase m_database{TestDatabase::Empty};
    Session m_session;
    EmbeddingProviders m_providers;
};

bool print(const char *what, double figure, double target)
{
    std::printf("%-28s %6.3f  (target %.2f)%s\n", what, figure, target, figure >= target ? "" : "  MISSED");
    return figure >= target;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    const QString folder = app.arguments().value(1, qEnvironmentVariable("RETAIL_ADMIN_EVAL"));
    if (folder.isEmpty()) {
        std::fprintf(stderr, "usage: bench_search FOLDER, or RETAIL_ADMIN_EVAL=FOLDER\n");
        return 2;
    }
    Bench bench(folder);
    bench.load();
    const double vector = bench.ndcg(SearchMode::Vector);
    bool met = print("nDCG@10 by meaning", vector, 0.40);
    met = print("nDCG@10 hybrid", bench.ndcg(SearchMode::Hybrid), vector - 0.01) && met;
    std::printf("%-28s %6.3f\n", "nDCG@10 by words", bench.ndcg(SearchMode::Text));
    met = print("look-up by SKU, %", bench.foundFirst([](const Product &p, quint64) { return p.sku; }), 95) &&
          met;
    met =
        print("look-up by name, %", bench.foundFirst([](const Product &p, quint64) { return p.name; }), 95) &&
        met;
    met = print("look-up by name, one typo, %",
                bench.foundFirst([](const Product &p, quint64 i) { return misspelt(p.name, i); }), 90) &&
          met;
    return met ? 0 : 1;
}
