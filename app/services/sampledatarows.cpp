// SPDX-License-Identifier: GPL-3.0-or-later
//
// How the generator's rows are written.
#include "app/services/copytext.h"
#include "app/services/sampledatagenerator.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <cctype>

using namespace Qt::StringLiterals;

namespace {

constexpr quint64 versionMask = 0xFFFFFFFFFFFF0FFFULL; // RFC 9562: version 4, variant 10
constexpr quint64 version4 = 0x4000ULL;
constexpr quint64 variantMask = 0x3FFFFFFFFFFFFFFFULL;
constexpr quint64 variant = 0x8000000000000000ULL;

quint64 uuidHigh(quint64 bits)
{
    return (bits & versionMask) | version4;
}

quint64 uuidLow(quint64 bits)
{
    return (bits & variantMask) | variant;
}

QString pick(const QStringList &list, SampleRandom &random)
{
    return list.isEmpty() ? QString() : list[random.below(quint32(list.size()))];
}

QString capitalised(QString text)
{
    if (!text.isEmpty())
        text[0] = text[0].toUpper();
    return text;
}

QByteArray arrayLiteral(const QStringList &values)
{
    QByteArray text = "{";
    for (const QString &value : values) {
        QByteArray element = value.toUtf8();
        element.replace('\\', "\\\\").replace('"', "\\\"");
        text += (text.size() > 1 ? ",\"" : "\"") + element + '"';
    }
    return text + '}';
}

/// One of the descriptions with {material} and {use} filled in, and a second sentence now and then.
QString describe(const CatalogueItem &item, const QString &material, SampleRandom &random)
{
    QString text = pick(item.descriptions, random);
    const QString use = pick(item.uses, random);
    const bool named = text.contains(u"{material}");
    text.replace(u"{material}"_s, material.isEmpty() ? u"sturdy"_s : material)
        .replace(u"{use}"_s, use.isEmpty() ? u"every day"_s : use);
    text = capitalised(text);
    const quint32 more = random.below(5);
    if (more == 0 && !named && !material.isEmpty())
        text += u" Made of %1."_s.arg(material);
    else if (more == 1 && !item.audiences.isEmpty())
        text += u" For %1."_s.arg(pick(item.audiences, random));
    else if (more == 2 && !item.also.isEmpty())
        text += u" Also known as %1."_s.arg(pick(item.also, random));
    return text;
}

} // namespace

QByteArray SampleDataGenerator::columns(SampleTable table)
{
    switch (table) {
    case SampleTable::Products:
        return "retail.products (product_id, store_id, sku, product_name, product_description, category_id, "
               "brand, model, color, size, weight_kg, dimensions_cm, price, cost, current_stock, "
               "minimum_stock, maximum_stock, reorder_point, supplier_name, supplier_sku, is_active, "
               "is_featured, rating_average, rating_count, tags, metadata, created_at, updated_at)";
    case SampleTable::Customers:
        return "retail.customers (customer_id, store_id, first_name, last_name, email, phone, "
               "date_of_birth, gender, customer_since, loyalty_tier, created_at, updated_at)";
    case SampleTable::Transactions:
        return "retail.sales_transactions (transaction_id, store_id, customer_id, transaction_date, "
               "transaction_type, payment_method, subtotal, tax_amount, discount_amount, total_amount, "
               "cashier_id, register_id, receipt_number, notes, metadata, created_at)";
    case SampleTable::Items:
        break;
    }
    return "retail.sales_transaction_items (item_id, transaction_id, product_id, quantity, unit_price, "
           "total_price, discount_amount, tax_amount, created_at, store_id)";
}

void SampleDataGenerator::appendProduct(QByteArray &out, const Store &store, quint32 number) const
{
    const CatalogueItem &item = itemOf(store, number);
    const Product &product = m_products[number];
    SampleRandom random = this->random(Products, number);
    (void)random.next(); // the key's
    (void)random.next();
    const quint32 share = random.below(1001); // as planProducts() drew it: weight and size follow the price
    (void)random.next();                      // the price's end and the popularity
    (void)random.next();
    const quint32 n = number - store.firstProduct;
    const quint32 round = n / quint32(m_itemOrder.size());

    // Style and colour of round r are the r-th of all combinations, so no name comes twice in a store.
    const auto colours = quint32(std::max<qsizetype>(item.colours.size(), 1));
    const quint32 variants = quint32(item.styles.size()) * colours;
    const quint32 first = SampleRandom(m_options.seed, 99, n % m_itemOrder.size()).below(variants);
    const quint32 combination = (first + round) % variants;
    const QString style = item.styles[qsizetype(combination % quint32(item.styles.size()))];
    const QString colour = item.colours.isEmpty()
                               ? QString()
                               : item.colours[qsizetype(combination / quint32(item.styles.size()))];
    const QString brand = pick(item.brands, random);
    QString name = u"%1 %2 %3"_s.arg(brand, style, item.type);
    if (colours > 1)
        name += u", "_s + colour;
    if (round >= variants)
        name += u", series %1"_s.arg(round / variants + 1);

    QString material = pick(item.materials, random);
    QJsonObject metadata;
    const QJsonObject means = item.styleMeans[style].toObject();
    for (auto key = item.metadata.begin(); key != item.metadata.end(); ++key) {
        const QJsonArray values = key.value().toArray();
        if (!values.isEmpty())
            metadata[key.key()] = values[qsizetype(random.below(quint32(values.size())))];
    }
    for (auto key = means.begin(); key != means.end(); ++key) {
        if (key.key() == u"material")
            material = key.value().toString();
        else if (key.value().isDouble() && key.value().toDouble() == 0)
            metadata.remove(key.key());
        else
            metadata[key.key()] = key.value();
    }
    if (!material.isEmpty())
        metadata[u"material"_s] = material;
    metadata[u"subcategory"_s] = item.group;

    // Stock: what is there is what was there, plus deliveries, less what was sold and not returned.
    const quint32 minimum = random.between(2, 10);
    const quint32 reorder = minimum + random.between(2, 10);
    const quint32 most = reorder + random.between(20, 150);
    const quint32 level = random.below(100);
    const quint32 stock = level < 2    ? 0
                          : level < 12 ? random.below(reorder + 1)
                                       : random.between(reorder + 1, most);
    const quint32 opening = std::min(random.between(reorder, most), stock + quint32(product.netSold));
    metadata[u"opening_stock"_s] = qint64(opening);
    metadata[u"received_stock"_s] = qint64(stock) + product.netSold - qint64(opening);

    const bool rated = !random.chance(8);
    const quint32 ratings = rated ? 1 + quint32(product.netSold) / 8 + random.below(60) : 0;
    QStringList tags = item.tags;
    if (product.popularity > 400)
        tags += u"bestseller"_s;
    if (share > 850)
        tags += u"premium"_s;
    else if (share < 120)
        tags += u"budget"_s;

    const QByteArray code = QByteArray::number(100'000 + (quint64(number) * 48'271 + 7'919) % 900'000);
    const QByteArray letters = brand.normalized(QString::NormalizationForm_KD).toLatin1();
    QByteArray sku = skuPrefix(m_batch).toUpper();
    for (qsizetype i = 0, taken = 0; i < letters.size() && taken < 3; ++i)
        if (std::isalpha(static_cast<unsigned char>(letters[i]))) {
            sku += char(std::toupper(static_cast<unsigned char>(letters[i])));
            ++taken;
        }
    sku += '-' + code;

    CopyText row(out);
    row.uuid(uuidHigh(product.high), uuidLow(product.low)).text(store.id).text(sku).text(name);
    row.text(describe(item, material, random));
    row.integer(m_categoryIds.value(m_catalogue.categories[item.category])).text(brand);
    row.text(u"%1%2"_s.arg(style.left(1).toUpper()).arg(random.between(100, 9999)));
    colour.isEmpty() ? row.null() : row.text(colour);
    item.sizes.isEmpty() ? row.null() : row.text(pick(item.sizes, random));
    row.scaled(item.weight[0] + quint64(item.weight[1] - item.weight[0]) * share / 1000, 3);
    QByteArray dimensions;
    for (int axis = 0; axis < 3; ++axis)
        dimensions +=
            (axis == 0 ? "" : " x ") +
            QByteArray::number(item.size[0][axis] +
                               qint64(qint64(item.size[1][axis]) - item.size[0][axis]) * share / 1000);
    row.plain(dimensions).scaled(product.price, 2);
    row.scaled(quint64(product.price) * random.between(40, 70) / 100, 2);
    row.integer(stock).integer(minimum).integer(most).integer(reorder);
    row.text(pick(m_catalogue.suppliers[item.category], random));
    row.plain(QByteArray("A-") + QByteArray::number(random.between(10'000, 99'999)));
    row.boolean(!random.chance(3)).boolean(random.chance(12));
    row.scaled(rated ? random.between(300, 500) : 0, 2).integer(ratings);
    row.text(arrayLiteral(tags)).text(QJsonDocument(metadata).toJson(QJsonDocument::Compact));
    // Before the first sale.
    const QByteArray created =
        m_from.addDays(-qint64(random.between(1, 400))).toString(Qt::ISODate).toLatin1() + " 08:00:00+00";
    row.plain(created).plain(created).endRow();
}

void SampleDataGenerator::appendCustomer(QByteArray &out, quint32 index) const
{
    static const std::array<QByteArray, 4> tiers{"bronze", "silver", "gold", "platinum"};
    static const std::array<QByteArray, 4> genders{"Male", "Female", "Other", "Prefer not to say"};
    static const std::array<QByteArray, 3> areaCodes{"206", "425", "253"};
    SampleRandom random = this->random(Customers, index);
    const Customer made = customer(index, random);
    const QString first = pick(m_catalogue.firstNames, random);
    const QString last = pick(m_catalogue.lastNames, random);
    const QDate since = m_options.until.addDays(-made.sinceDay);
    const QDate oldest = m_options.until.addYears(-80);
    const QDate born = oldest.addDays(random.below(quint32(oldest.daysTo(since.addYears(-18))) + 1));

    CopyText row(out);
    row.uuid(uuidHigh(made.high), uuidLow(made.low)).text(m_stores[made.store].id).text(first).text(last);
    row.plain(u"%1.%2%3@"_s.arg(first, last).arg(index + 1).toLower().toLatin1() + mailDomain(m_batch));
    // Numbers that are kept for fiction.
    row.plain("+1 " + areaCodes[made.store % 3] + " 555 01" +
              QByteArray::number(random.below(100)).rightJustified(2, '0'));
    row.plain(born.toString(Qt::ISODate).toLatin1()).plain(genders[random.below(4)]);
    const QByteArray day = since.toString(Qt::ISODate).toLatin1();
    row.plain(day).plain(tiers[made.tier]).plain(day + " 00:00:00+00").plain(day + " 00:00:00+00").endRow();
}

QByteArray SampleDataGenerator::receipt(quint64 index, quint64 when) const
{
    // Sorts by date; the number makes it unique.
    QByteArray text = "RCP" + QByteArray(m_dates[when / 86400]).remove(4, 1).remove(6, 1).remove(0, 2);
    if (m_batch > 0)
        text += QByteArray::number(m_batch) + '-';
    return text + QByteArray::number(index + 1).rightJustified(7, '0');
}

void SampleDataGenerator::appendSale(QByteArray &transactions, QByteArray &items, const Store &store,
                                     const Customer &buyer, const Sale &sale) const
{
    static const std::array<QByteArray, 3> types{"sale", "return", "exchange"};
    static const std::array<QByteArray, 4> payments{"credit_card", "debit_card", "cash", "digital_wallet"};
    const quint64 second = sale.when % 86400;
    char clock[] = " 00:00:00+00"; // times are UTC, as the program shows days
    const auto two = [&clock](int at, quint64 value) {
        clock[at] = char('0' + value / 10);
        clock[at + 1] = char('0' + value % 10);
    };
    two(1, second / 3600);
    two(4, second / 60 % 60);
    two(7, second % 60);
    const QByteArray when = m_dates[sale.when / 86400] + clock;
    SampleRandom keys(sale.high, 7, sale.low);

    quint64 subtotal = 0;
    quint64 discounts = 0;
    for (std::size_t i = 0; i < sale.count; ++i) {
        const Line &line = sale.lines[i];
        const Product &product = m_products[line.product];
        const quint64 total = quint64(product.price) * line.quantity - line.discount;
        subtotal += total;
        discounts += line.discount;
        CopyText row(items);
        const quint64 high = keys.next();
        row.uuid(uuidHigh(high), uuidLow(keys.next()));
        row.uuid(uuidHigh(sale.high), uuidLow(sale.low)).uuid(uuidHigh(product.high), uuidLow(product.low));
        row.integer(line.quantity).scaled(product.price, 2).scaled(total, 2).scaled(line.discount, 2);
        row.plain("0.00").plain(when).text(store.id).endRow();
    }
    const quint64 tax = (subtotal * 8 + 50) / 100;
    CopyText row(transactions);
    row.uuid(uuidHigh(sale.high), uuidLow(sale.low)).text(store.id);
    row.uuid(uuidHigh(buyer.high), uuidLow(buyer.low)).plain(when).plain(types[std::size_t(sale.type)]);
    row.plain(payments[sale.payment]).scaled(subtotal, 2).scaled(tax, 2).scaled(discounts, 2);
    row.scaled(subtotal + tax, 2);
    if (store.rhythm == Rhythm::Online)
        row.plain("ONLINE").plain("WEB");
    else
        row.plain("CASHIER" + QByteArray::number(1 + keys.below(10)))
            .plain("REG" + QByteArray::number(1 + keys.below(5)));
    row.plain(receipt(sale.index, sale.when));
    if (sale.type == 1) {
        row.plain("Return of " + receipt(sale.originalIndex, sale.originalWhen))
            .plain("{\"original_transaction\": \"");
        QByteArray id;
        CopyText(id).uuid(uuidHigh(sale.originalHigh), uuidLow(sale.originalLow));
        row.raw(id).raw("\"}");
    } else {
        row.null().null();
    }
    row.plain(when).endRow();
}
