// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/searchservice.h"

#include <QAbstractTableModel>

/// What a search found, best first, with what it was that found it.
class SearchModel final : public QAbstractTableModel
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SearchModel)

public:
    enum Column {
        Name,
        Brand,
        Price,
        Stock,
        Similarity,
        Why,
        Description,
        Sku,
        Category,
        Rating,
        ColumnCount
    };
    enum Role { StemsRole = Qt::UserRole + 200 };

    explicit SearchModel(QObject *parent = nullptr);

    void setAnswer(const SearchAnswer &answer, const QString &query);
    void clear() { setAnswer({}, {}); }
    const SearchAnswer &answer() const { return m_answer; }
    const SearchHit *hit(int row) const; ///< nullptr when there is no such row
    /// Found by meaning alone, with a similarity that measured no better than chance.
    bool weak(const SearchHit &hit) const;
    QString why(const SearchHit &hit) const;
    QStringList matchedWords(const SearchHit &hit) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    QString display(const SearchHit &hit, int column) const;

    SearchAnswer m_answer;
    QStringList m_stems;
};

/// What a similarity of this model's vectors means, in a word; empty where nobody has measured it.
QString similarityMeaning(const QString &model, double similarity);
/// The measured steps in one line.
QString similarityLegend(const QString &model);
