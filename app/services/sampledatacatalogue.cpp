// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/sampledatacatalogue.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

#include <cmath>

using namespace Qt::StringLiterals;

namespace {

Result<QJsonObject> readObject(const QString &path)
{
    QFile file(path);
    QJsonParseError problem;
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorKind::Internal, u"%1 cannot be read."_s.arg(path)};
    const QJsonDocument document = QJsonDocument::fromJson(file.readAll(), &problem);
    if (!document.isObject())
        return Error{ErrorKind::Internal, u"%1 is no JSON object."_s.arg(path), {}, problem.errorString()};
    return document.object();
}

QStringList texts(const QJsonValue &value)
{
    QStringList list;
    for (const QJsonValue &entry : value.toArray())
        list += entry.toString();
    return list;
}

quint32 scaled(const QJsonValue &value, double factor)
{
    return quint32(std::lround(value.toDouble() * factor));
}

CatalogueItem readItem(const QJsonObject &json, const QJsonObject &brands)
{
    static const QStringList seasons{u"all"_s,    u"spring"_s, u"summer"_s, u"autumn"_s,
                                     u"winter"_s, u"gift"_s,   u"school"_s};
    CatalogueItem item;
    item.type = json[u"type"].toString();
    item.group = json[u"group"].toString();
    item.season = CatalogueItem::Season(qMax(0, int(seasons.indexOf(json[u"season"].toString()))));
    item.brands = texts(brands[json[u"brands"].toString()]);
    item.also = texts(json[u"also"]);
    item.styles = texts(json[u"styles"]);
    item.styleMeans = json[u"style_means"].toObject();
    item.materials = texts(json[u"materials"]);
    item.colours = texts(json[u"colours"]);
    item.sizes = texts(json[u"sizes"]);
    item.uses = texts(json[u"uses"]);
    item.audiences = texts(json[u"for"]);
    item.descriptions = texts(json[u"descriptions"]);
    item.tags = texts(json[u"tags"]);
    item.metadata = json[u"metadata"].toObject();
    for (int end = 0; end < 2; ++end) {
        item.price[end] = scaled(json[u"price"].toArray().at(end), 100);
        item.weight[end] = scaled(json[u"weight_kg"].toArray().at(end), 1000);
        for (int axis = 0; axis < 3; ++axis)
            item.size[end][axis] = scaled(json[u"size_cm"].toArray().at(end).toArray().at(axis), 1);
    }
    return item;
}

bool usable(const CatalogueItem &item)
{
    return !item.type.isEmpty() && !item.brands.isEmpty() && !item.styles.isEmpty() &&
           !item.descriptions.isEmpty() && item.price[0] >= 100 && item.price[1] >= item.price[0] &&
           item.weight[1] >= item.weight[0];
}

} // namespace

Result<SampleCatalogue> SampleCatalogue::load()
{
    SampleCatalogue all;
    std::vector<std::vector<CatalogueItem>> perCategory;
    // Sorted, so that the same seed gives the same data whatever order the resource system has.
    for (const QString &name : QDir(u":/catalogue"_s).entryList({u"*.json"_s}, QDir::Files, QDir::Name)) {
        const Result<QJsonObject> file = readObject(u":/catalogue/"_s + name);
        if (!file)
            return file.error();
        const int category = int(all.categories.size());
        all.categories += (*file)[u"category"].toString();
        all.suppliers += texts((*file)[u"suppliers"]);
        std::vector<CatalogueItem> items;
        for (const QJsonValue &entry : (*file)[u"items"].toArray()) {
            items.push_back(readItem(entry.toObject(), (*file)[u"brands"].toObject()));
            items.back().category = category;
            if (!usable(items.back()))
                return Error{ErrorKind::Internal,
                             u"%1 holds an item that is not whole: %2."_s.arg(name, items.back().type)};
        }
        if (items.empty() || all.suppliers.last().isEmpty())
            return Error{ErrorKind::Internal, u"%1 holds no items or no suppliers."_s.arg(name)};
        perCategory.push_back(std::move(items));
    }
    for (std::size_t i = 0; !perCategory.empty(); ++i) {
        bool any = false;
        for (const auto &items : perCategory)
            if (i < items.size()) {
                all.items.push_back(items[i]);
                any = true;
            }
        if (!any)
            break;
    }
    const Result<QJsonObject> people = readObject(u":/sampledata/people.json"_s);
    if (!people)
        return people.error();
    all.firstNames = texts((*people)[u"first"]);
    all.lastNames = texts((*people)[u"last"]);
    if (all.items.empty() || all.firstNames.isEmpty() || all.lastNames.isEmpty())
        return Error{ErrorKind::Internal, u"The catalogue of the sample data is empty."_s};
    return all;
}
