// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/local/localstore.h"
#include "app/services/searchservice.h"

#include <QJsonObject>

struct SavedSearch
{
    QString name;
    SearchRequest request;
};

/// The searches of one store of one profile that somebody wants back, kept on this desktop: those with a
/// name, and the texts of the last twenty. Any thread.
class SavedSearches final
{
public:
    SavedSearches(LocalStore &local, const QString &profile, const QString &storeId);

    Result<QList<SavedSearch>> all() const;                ///< by name
    Result<SearchRequest> find(const QString &name) const; ///< NotFound names those that there are
    Result<void> save(const SavedSearch &search);          ///< replaces one of the same name
    Result<void> remove(const QString &name);

    QStringList recent() const; ///< newest first
    /// Becomes the newest; a page of pasted text is none that one picks from a list and is left out.
    Result<void> remember(const QString &text);

    static QJsonObject toJson(const SearchRequest &request);
    /// What is missing or no value of its kind is as in a new request.
    static SearchRequest fromJson(const QJsonObject &json);

private:
    LocalStore &m_local;
    const QString m_place; // profile and store
};
