// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/search/searchmodel.h"

#include "app/core/format.h"
#include "ui/search/searchtext.h"
#include "ui/shared/cellrole.h"
#include "ui/shared/currency.h"

#include <QLocale>

#include <cmath>

using namespace Qt::StringLiterals;

namespace {

// Measured for the built-in model alone; another model's cosines lie elsewhere.
constexpr double closeFrom = 0.45;
constexpr double likelyFrom = 0.30;
constexpr double chanceBelow = 0.20;

bool measured(const QString &model)
{
    return model == OfflineEmbeddingProvider::builtInModel();
}

QString ordinal(int n)
{
    const int last = n % 100 >= 11 && n % 100 <= 13 ? 0 : n % 10;
    return (last == 1   ? SearchModel::tr("%1st")
            : last == 2 ? SearchModel::tr("%1nd")
            : last == 3 ? SearchModel::tr("%1rd")
                        : SearchModel::tr("%1th"))
        .arg(n);
}

bool isNumber(int column)
{
    return column == SearchModel::Price || column == SearchModel::Stock ||
           column == SearchModel::Similarity || column == SearchModel::Rating;
}

} // namespace

QString similarityMeaning(const QString &model, double similarity)
{
    if (!measured(model) || !std::isfinite(similarity))
        return {};
    return similarity >= closeFrom    ? SearchModel::tr("close")
           : similarity >= likelyFrom ? SearchModel::tr("likely")
           : similarity < chanceBelow ? SearchModel::tr("mostly chance")
                                      : SearchModel::tr("weak");
}

QString similarityLegend(const QString &model)
{
    if (!measured(model))
        return model.isEmpty() ? QString() : SearchModel::tr("The higher, the closer in meaning");
    const QLocale locale;
    return SearchModel::tr("≥ %1 close · ≥ %2 likely · < %3 mostly chance")
        .arg(format::decimal(closeFrom, 2, locale), format::decimal(likelyFrom, 2, locale),
             format::decimal(chanceBelow, 2, locale));
}

SearchModel::SearchModel(QObject *parent)
    : QAbstractTableModel(parent)
{
}

void SearchModel::setAnswer(const SearchAnswer &answer, const QString &query)
{
    beginResetModel();
    m_answer = answer;
    m_stems = searchtext::stems(query);
    endResetModel();
}

const SearchHit *SearchModel::hit(int row) const
{
    return row >= 0 && row < m_answer.hits.size() ? &m_answer.hits[row] : nullptr;
}

bool SearchModel::weak(const SearchHit &hit) const
{
    return measured(m_answer.model) && hit.textRank == 0 && hit.similarity < chanceBelow;
}

QString SearchModel::why(const SearchHit &hit) const
{
    QStringList parts;
    if (hit.vectorRank > 0)
        parts.append(tr("%1 by meaning").arg(ordinal(hit.vectorRank)));
    if (hit.textRank > 0)
        parts.append(tr("%1 by words").arg(ordinal(hit.textRank)));
    return parts.join(u" · "_s);
}

QStringList SearchModel::matchedWords(const SearchHit &hit) const
{
    return searchtext::matchedWords(hit.name + u' ' + hit.brand + u' ' + hit.description, m_stems);
}

int SearchModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_answer.hits.size());
}

int SearchModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString SearchModel::display(const SearchHit &hit, int column) const
{
    const QLocale locale;
    switch (column) {
    case Name:
        return hit.active ? hit.name : tr("%1 (inactive)").arg(hit.name);
    case Brand:
        return hit.brand;
    case Price:
        return format::decimal(hit.price.toDouble(), 2, locale);
    case Stock:
        return format::count(hit.stock, locale);
    case Similarity:
        return std::isfinite(hit.similarity) ? format::decimal(hit.similarity, 2, locale)
                                             : tr("–", "no value");
    case Why:
        return why(hit);
    case Description:
        return searchtext::snippet(hit.description, m_stems);
    case Sku:
        return hit.sku;
    case Category:
        return hit.category;
    case Rating:
        return hit.ratings > 0 ? format::decimal(hit.rating, 1, locale) : tr("–", "no value");
    default:
        return {};
    }
}

QVariant SearchModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const SearchHit &hit = m_answer.hits[index.row()];
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return display(hit, column);
    case cell::Key:
        return hit.productId;
    case cell::Raw:
        return column == Similarity ? QVariant(hit.similarity) : QVariant(display(hit, column));
    case StemsRole:
        return m_stems;
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((isNumber(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case cell::ToneRole: {
        const bool muted = !hit.active || weak(hit) || column == Why || column == Description ||
                           (column == Stock && hit.stock == 0) ||
                           (column == Similarity && !std::isfinite(hit.similarity));
        return static_cast<int>(muted ? cell::Tone::Muted : cell::Tone::Normal);
    }
    case Qt::ToolTipRole:
        if (column == Why || column == Similarity) {
            QStringList lines;
            if (const QString meaning = similarityMeaning(m_answer.model, hit.similarity); !meaning.isEmpty())
                lines.append(tr("Similarity: %1").arg(meaning));
            if (const QStringList words = matchedWords(hit); !words.isEmpty())
                lines.append(tr("Words: %1").arg(words.join(u", "_s)));
            return lines.join(u'\n');
        }
        return {};
    case Qt::AccessibleTextRole:
        if (column == Price)
            return display(hit, column) + u' ' + currency();
        if (column == Similarity)
            return std::isfinite(hit.similarity)
                       ? u"%1 %2"_s
                             .arg(display(hit, column), similarityMeaning(m_answer.model, hit.similarity))
                             .trimmed()
                       : tr("not compared");
        return display(hit, column);
    default:
        return {};
    }
}

QVariant SearchModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical)
        return role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((isNumber(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Name");
    case Brand:
        return tr("Brand");
    case Price:
        return tr("Price, %1").arg(currency());
    case Stock:
        return tr("Stock");
    case Similarity:
        return tr("Similarity");
    case Why:
        return tr("Why here");
    case Description:
        return tr("Description");
    case Sku:
        return tr("SKU");
    case Category:
        return tr("Category");
    case Rating:
        return tr("Rating");
    default:
        return {};
    }
}
