// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/savedsearches.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QUrl>

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype keptTexts = 20;
constexpr qsizetype longestKept = 500;

QString savedScope(const QString &place)
{
    return u"search/"_s + place;
}

QString recentScope(const QString &place)
{
    return u"recent-searches/"_s + place;
}

QStringList strings(const QJsonValue &value)
{
    QStringList all;
    const QJsonArray array = value.toArray();
    for (const QJsonValue &each : array)
        if (each.isString())
            all.append(each.toString());
    return all;
}

std::optional<double> number(const QJsonValue &value)
{
    return value.isDouble() ? std::optional(value.toDouble()) : std::nullopt;
}

} // namespace

SavedSearches::SavedSearches(LocalStore &local, const QString &profile, const QString &storeId)
    : m_local(local)
    , m_place(QString::fromLatin1(QUrl::toPercentEncoding(profile) + '/' + QUrl::toPercentEncoding(storeId)))
{
}

QJsonObject SavedSearches::toJson(const SearchRequest &request)
{
    const SearchFilter &filter = request.filter;
    QJsonObject json = filter.toJson();
    json[u"text"_s] = request.text;
    json[u"mode"_s] = searchModeName(request.mode);
    json[u"limit"_s] = request.limit;
    if (request.threshold)
        json[u"threshold"_s] = *request.threshold;
    if (!filter.categories.isEmpty())
        json[u"categories"_s] = QJsonArray::fromStringList(filter.categories);
    if (filter.includeInactive)
        json[u"inactive"_s] = true;
    return json;
}

SearchRequest SavedSearches::fromJson(const QJsonObject &json)
{
    SearchRequest request;
    request.text = json[u"text"].toString();
    for (const SearchMode mode : {SearchMode::Vector, SearchMode::Text})
        if (json[u"mode"].toString() == searchModeName(mode))
            request.mode = mode;
    request.limit = std::clamp(json[u"limit"].toInt(request.limit), 1, 999);
    request.threshold = number(json[u"threshold"]);
    SearchFilter &filter = request.filter;
    filter.categories = strings(json[u"categories"]);
    filter.brands = strings(json[u"brands"]);
    filter.minPrice = number(json[u"min_price"]);
    filter.maxPrice = number(json[u"max_price"]);
    if (json[u"min_stock"].isDouble())
        filter.minStock = json[u"min_stock"].toInt();
    filter.minRating = number(json[u"min_rating"]);
    filter.tags = strings(json[u"tags"]);
    filter.includeInactive = json[u"inactive"].toBool();
    return request;
}

Result<QList<SavedSearch>> SavedSearches::all() const
{
    const Result<QList<SavedView>> views = m_local.views(savedScope(m_place));
    if (!views)
        return views.error();
    QList<SavedSearch> searches;
    for (const SavedView &view : *views)
        searches.append({view.name, fromJson(QJsonDocument::fromJson(view.body.toUtf8()).object())});
    return searches;
}

Result<SearchRequest> SavedSearches::find(const QString &name) const
{
    const Result<QList<SavedSearch>> searches = all();
    if (!searches)
        return searches.error();
    QStringList names;
    for (const SavedSearch &search : *searches) {
        if (search.name == name)
            return search.request;
        names.append(u"“%1”"_s.arg(search.name));
    }
    return Error{ErrorKind::NotFound,
                 u"No search of this store and profile is saved here as “%1”."_s.arg(name),
                 names.isEmpty() ? u"None is saved yet."_s : u"Saved: %1."_s.arg(names.join(u", "_s))};
}

Result<void> SavedSearches::save(const SavedSearch &search)
{
    const QString name = search.name.trimmed();
    if (name.isEmpty() || name.size() > 100)
        return Error{ErrorKind::Usage, u"A saved search needs a name of at most 100 characters."_s};
    return m_local.saveView(
        savedScope(m_place),
        {name, QString::fromUtf8(QJsonDocument(toJson(search.request)).toJson(QJsonDocument::Compact))});
}

Result<void> SavedSearches::remove(const QString &name)
{
    return m_local.removeView(savedScope(m_place), name);
}

QStringList SavedSearches::recent() const
{
    // One row holds the list: its order is what matters.
    const Result<QList<SavedView>> views = m_local.views(recentScope(m_place));
    return views && !views->isEmpty() ? strings(QJsonDocument::fromJson(views->first().body.toUtf8()).array())
                                      : QStringList();
}

Result<void> SavedSearches::remember(const QString &text)
{
    const QString line = text.simplified();
    if (line.isEmpty() || line.size() > longestKept)
        return {};
    QStringList texts = recent();
    texts.removeAll(line);
    texts.prepend(line);
    return m_local.saveView(
        recentScope(m_place),
        {u"recent"_s, QString::fromUtf8(QJsonDocument(QJsonArray::fromStringList(texts.mid(0, keptTexts)))
                                            .toJson(QJsonDocument::Compact))});
}
