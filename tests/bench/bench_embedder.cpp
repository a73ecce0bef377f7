// SPDX-License-Identifier: GPL-3.0-or-later
//
// bench_embedder MODEL EVALDIR [RANKING.tsv]: quality on EVALDIR/products.csv and queries.tsv (name and
// description only), speed and cost of the built-in embedder. Exit code 1 when a figure misses its limit.
#include "app/services/offlineembedder.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QSet>
#include <QStringList>
#include <QTextStream>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace {

struct Product
{
    QString name, sku, description, group;
};

struct Query
{
    QString text;
    QSet<QString> groups;
};

QByteArray contentOf(const QString &path)
{
    QFile f(path);
    return f.open(QIODevice::ReadOnly) ? f.readAll() : QByteArray();
}

/// RFC 4180, as far as this file needs it.
QList<QStringList> readCsv(const QString &text)
{
    QList<QStringList> rows;
    QStringList row;
    QString field;
    bool quoted = false;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        if (quoted) {
            if (c == u'"' && i + 1 < text.size() && text[i + 1] == u'"')
                field += text[++i];
            else if (c == u'"')
                quoted = false;
            else
                field += c;
        } else if (c == u'"') {
            quoted = true;
        } else if (c == u',' || c == u'\n') {
            row += field;
            field.clear();
            if (c == u'\n') {
                rows += row;
                row.clear();
            }
        } else if (c != u'\r') {
            field += c;
        }
    }
    if (!field.isEmpty() || !row.isEmpty())
        rows += row << field;
    return rows;
}

std::vector<Product> readProducts(const QString &dir)
{
    QString text = QString::fromUtf8(contentOf(dir + QStringLiteral("/products.csv")));
    if (text.startsWith(QChar::ByteOrderMark))
        text.remove(0, 1);
    const QList<QStringList> rows = readCsv(text);
    std::vector<Product> out;
    if (rows.isEmpty())
        return out;
    const QStringList &head = rows.first();
    const auto column = [&](QLatin1String name) { return head.indexOf(name); };
    const auto name = column(QLatin1String("name"));
    const auto sku = column(QLatin1String("sku"));
    const auto description = column(QLatin1String("description"));
    const auto group = column(QLatin1String("subcategory"));
    for (qsizetype i = 1; i < rows.size(); ++i)
        if (rows[i].size() == head.size())
            out.push_back({rows[i][name], rows[i][sku], rows[i][description], rows[i][group]});
    return out;
}

std::vector<Query> readQueries(const QString &dir)
{
    std::vector<Query> out;
    const QString text = QString::fromUtf8(contentOf(dir + QStringLiteral("/queries.tsv")));
    for (const QString &line : text.split(u'\n', Qt::SkipEmptyParts)) {
        const QStringList parts = line.split(u'\t');
        if (parts.size() == 2) {
            const QStringList groups = parts[1].trimmed().split(u';');
            out.push_back({parts[0], QSet<QString>(groups.begin(), groups.end())});
        }
    }
    return out;
}

std::vector<int> rank(const std::vector<std::vector<float>> &products, const std::vector<float> &query)
{
    std::vector<float> score(products.size());
    for (std::size_t i = 0; i < products.size(); ++i)
        score[i] = std::inner_product(query.begin(), query.end(), products[i].begin(), 0.0F);
    std::vector<int> order(products.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](int a, int b) { return score[std::size_t(a)] > score[std::size_t(b)]; });
    return order;
}

/// nDCG@10 with binary relevance (Järvelin, Kekäläinen, 2002), as eval/score.py computes it.
double ndcg10(const std::vector<Product> &products, const Query &query, const std::vector<int> &order)
{
    const auto relevant = [&](int i) { return query.groups.contains(products[std::size_t(i)].group); };
    const auto total = std::count_if(order.begin(), order.end(), relevant);
    double dcg = 0;
    double ideal = 0;
    for (int i = 0; i < 10; ++i) {
        const double gain = 1.0 / std::log2(i + 2.0);
        if (std::size_t(i) < order.size() && relevant(order[std::size_t(i)]))
            dcg += gain;
        if (i < total)
            ideal += gain;
    }
    return ideal > 0 ? dcg / ideal : 0;
}

double residentMb()
{
    const QList<QByteArray> fields = contentOf(QStringLiteral("/proc/self/statm")).split(' ');
    return fields.size() > 1 ? fields[1].toDouble() * 4096 / 1e6 : 0;
}

/// One letter swapped with its neighbour in the longest word, a slip of the fingers that is the same in every
/// run.
QString withTypo(const QString &name)
{
    QString s = name;
    qsizetype best = 0;
    qsizetype from = 0;
    for (qsizetype i = 0, start = 0; i <= s.size(); ++i) {
        if (i == s.size() || !s[i].isLetter()) {
            if (i - start > best) {
                best = i - start;
                from = start;
            }
            start = i + 1;
        }
    }
    if (best >= 4)
        std::swap(s[from + best / 2],
                  s[from + best / 2 + 1 < from + best ? from + best / 2 + 1 : from + best / 2 - 1]);
    return s;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    QTextStream out(stdout);
    const QStringList args = QCoreApplication::arguments();
    if (args.size() < 3) {
        out << "usage: bench_embedder MODEL EVALDIR [RANKING.tsv]\n";
        return 2;
    }
    const double before = residentMb();
    QElapsedTimer timer;
    timer.start();
    const auto loaded = OfflineEmbedder::load(args[1]);
    if (!loaded) {
        out << loaded.error().text() << '\n';
        return 2;
    }
    const OfflineEmbedder &embedder = *loaded;
    (void)embedder.embed(QStringLiteral("warm up"));
    const double startMs = static_cast<double>(timer.nsecsElapsed()) / 1e6;

    const std::vector<Product> products = readProducts(args[2]);
    const std::vector<Query> queries = readQueries(args[2]);
    if (products.empty() || queries.empty()) {
        out << "no products or queries in " << args[2] << '\n';
        return 2;
    }
    std::vector<std::vector<float>> vectors;
    for (const Product &p : products)
        vectors.push_back(embedder.embed(OfflineEmbedder::productText(p.name, p.description)));
    timer.restart();
    std::size_t done = 0;
    while (timer.elapsed() < 1000)
        for (const Product &p : products)
            done += embedder.embed(OfflineEmbedder::productText(p.name, p.description)).empty() ? 0 : 1;
    const double perSecond = static_cast<double>(done) * 1e9 / static_cast<double>(timer.nsecsElapsed());
    const double resident = residentMb() - before;

    double total = 0;
    QFile rankingFile(args.value(3));
    const bool write = args.size() > 3 && rankingFile.open(QIODevice::WriteOnly);
    for (const Query &q : queries) {
        const std::vector<int> order = rank(vectors, embedder.embed(q.text));
        total += ndcg10(products, q, order);
        if (write) {
            QStringList skus;
            for (std::size_t i = 0; i < std::min<std::size_t>(50, order.size()); ++i)
                skus << products[std::size_t(order[i])].sku;
            rankingFile.write((q.text + u'\t' + skus.join(u',') + u'\n').toUtf8());
        }
    }
    const double ndcg = total / static_cast<double>(queries.size());
    int byName = 0;
    int byTypo = 0;
    for (std::size_t i = 0; i < products.size(); ++i) {
        const auto first = [&](const QString &text) {
            return products[std::size_t(rank(vectors, embedder.embed(text)).front())].name ==
                   products[i].name;
        };
        byName += first(products[i].name) ? 1 : 0;
        byTypo += first(withTypo(products[i].name)) ? 1 : 0;
    }
    const auto percent = [&](int n) { return 100.0 * n / static_cast<double>(products.size()); };
    out << QStringLiteral("%1 on %2 products, %3 queries\n")
               .arg(embedder.model())
               .arg(products.size())
               .arg(queries.size());
    out << QStringLiteral("  nDCG@10                %1   (limit 0.40; words TF-IDF 0.31, hashed WordNet "
                          "0.35, fastText mean 0.41)\n")
               .arg(ndcg, 0, 'f', 3);
    out << QStringLiteral("  name first             %1 %   with a typing error %2 %   (vectors alone)\n")
               .arg(percent(byName), 0, 'f', 1)
               .arg(percent(byTypo), 0, 'f', 1);
    out << QStringLiteral("  products a second      %1   (limit 2000, one thread)\n")
               .arg(perSecond, 0, 'f', 0);
    out << QStringLiteral("  start-up               %1 ms (limit 150)\n").arg(startMs, 0, 'f', 1);
    out << QStringLiteral("  resident, with vectors %1 MB (limit 60)\n").arg(resident, 0, 'f', 1);
    const bool good = ndcg >= 0.40 && perSecond >= 2000 && startMs <= 150 && resident <= 60;
    out << (good ? "all limits kept\n" : "A LIMIT IS MISSED\n");
    return good ? 0 : 1;
}
