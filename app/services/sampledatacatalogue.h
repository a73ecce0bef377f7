// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

#include <QJsonObject>
#include <QStringList>

#include <vector>

/// A kind of thing that a shop sells, as resources/catalogue describes it.
struct CatalogueItem
{
    enum Season { All, Spring, Summer, Autumn, Winter, Gift, School };
    static constexpr int seasons = 7;

    int category = 0; ///< index in SampleCatalogue::categories
    QString type;
    QString group;
    Season season = All;
    QStringList brands;
    QStringList also;
    QStringList styles;
    QJsonObject styleMeans; ///< style → {key: value}
    QStringList materials;
    QStringList colours;
    QStringList sizes;
    QStringList uses;
    QStringList audiences;
    QStringList descriptions;
    quint32 price[2] = {};   ///< cents
    quint32 weight[2] = {};  ///< grams
    quint32 size[2][3] = {}; ///< centimetres, length × width × height
    QStringList tags;
    QJsonObject metadata; ///< key → values to choose from
};

/// What the sample data is composed of: things, brands, people's names. Read once from the program's
/// resources; immutable, any thread.
struct SampleCatalogue
{
    QStringList categories;
    QList<QStringList> suppliers; ///< of each category
    /// Of all categories in turn, so that the first seven items are of seven categories.
    std::vector<CatalogueItem> items;
    QStringList firstNames;
    QStringList lastNames;

    /// Internal when a file does not read as its README says.
    static Result<SampleCatalogue> load();
};
