// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/search/searchfilterbar.h"

#include "ui/shared/currency.h"
#include "ui/shared/flowlayout.h"

#include <QAbstractItemView>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleValidator>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>

using namespace Qt::StringLiterals;

namespace {

std::optional<double> number(const QLineEdit *edit)
{
    bool valid = false;
    const double value = edit->locale().toDouble(edit->text().trimmed(), &valid);
    return valid ? std::optional(value) : std::nullopt;
}

void setChoice(QComboBox *box, const QString &any, const QStringList &texts)
{
    const QSignalBlocker blocker(box); // that the list has come is no new question
    const QString current = box->currentIndex() > 0 ? box->currentText() : QString();
    box->clear();
    box->addItem(any);
    box->addItems(texts);
    box->setCurrentIndex(current.isEmpty() ? 0 : std::max(0, box->findText(current)));
}

} // namespace

SearchFilterBar::SearchFilterBar(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"searchFilters"_s);
    auto *layout = new FlowLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    m_category = addChoice(u"searchCategory"_s, tr("Category"));
    m_brand = addChoice(u"searchBrand"_s, tr("Brand"));
    m_minPrice =
        addField(u"searchMinPrice"_s, tr("Price from"), tr("Lowest price, %1").arg(currency()), true);
    m_maxPrice = addField(u"searchMaxPrice"_s, tr("Price to"), tr("Highest price, %1").arg(currency()), true);
    m_minStock = addField(u"searchMinStock"_s, tr("Stock ≥"), tr("Stock at least"), true);
    m_minRating = addField(u"searchMinRating"_s, tr("Rating ≥"), tr("Rating at least"), true);
    m_tags = addField(u"searchTags"_s, tr("Tags, all of: a, b"), tr("Tags, separated by commas"), false);
    m_inactive = new QCheckBox(tr("&Inactive too"), this);
    m_inactive->setObjectName(u"searchInactive"_s);
    m_reset = new QPushButton(tr("Clear filters"), this);
    m_reset->setObjectName(u"searchResetFilters"_s);
    m_reset->setProperty("flat", true);
    layout->addWidget(m_inactive);
    layout->addWidget(m_reset);
    setChoices({}, {});
    m_reset->setEnabled(false);
    connect(m_inactive, &QCheckBox::toggled, this, &SearchFilterBar::changed);
    connect(m_reset, &QPushButton::clicked, this, &SearchFilterBar::reset);
    connect(this, &SearchFilterBar::changed, this, [this] { m_reset->setEnabled(restricts()); });
}

QLineEdit *SearchFilterBar::addField(const QString &name, const QString &hint, const QString &accessible,
                                     bool isNumber)
{
    auto *edit = new QLineEdit(this);
    edit->setObjectName(name);
    edit->setPlaceholderText(hint);
    edit->setAccessibleName(accessible);
    edit->setToolTip(accessible);
    edit->setFixedWidth(edit->fontMetrics().horizontalAdvance(hint) + 30); // as long as its hint
    if (isNumber) {
        auto *validator = new QDoubleValidator(0, 1e9, 2, edit);
        validator->setNotation(QDoubleValidator::StandardNotation);
        edit->setValidator(validator);
    }
    layout()->addWidget(edit);
    connect(edit, &QLineEdit::textChanged, this, &SearchFilterBar::changed);
    return edit;
}

QComboBox *SearchFilterBar::addChoice(const QString &name, const QString &accessible)
{
    auto *box = new QComboBox(this);
    box->setObjectName(name);
    box->setAccessibleName(accessible);
    box->view()->setObjectName(name + u"List"_s);
    box->view()->setAccessibleName(accessible);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(10);
    layout()->addWidget(box);
    connect(box, &QComboBox::currentIndexChanged, this, &SearchFilterBar::changed);
    return box;
}

SearchFilter SearchFilterBar::filter() const
{
    SearchFilter filter;
    if (m_category->currentIndex() > 0)
        filter.categories = {m_category->currentText()};
    if (m_brand->currentIndex() > 0)
        filter.brands = {m_brand->currentText()};
    filter.minPrice = number(m_minPrice);
    filter.maxPrice = number(m_maxPrice);
    if (const std::optional<double> stock = number(m_minStock))
        filter.minStock = static_cast<int>(std::min(*stock, 1e9));
    filter.minRating = number(m_minRating);
    const QStringList tags = m_tags->text().split(u',', Qt::SkipEmptyParts);
    for (const QString &tag : tags)
        if (const QString word = tag.trimmed(); !word.isEmpty())
            filter.tags.append(word);
    filter.includeInactive = m_inactive->isChecked();
    return filter;
}

void SearchFilterBar::setFilter(const SearchFilter &filter)
{
    const QSignalBlocker blocker(this);
    const auto choose = [](QComboBox *box, const QString &text) {
        // One that the list does not have is shown all the same: the database says what there is.
        if (!text.isEmpty() && box->findText(text) < 0)
            box->addItem(text);
        box->setCurrentIndex(text.isEmpty() ? 0 : box->findText(text));
    };
    choose(m_category, filter.categories.value(0));
    choose(m_brand, filter.brands.value(0));
    const auto write = [](QLineEdit *edit, const auto &value, int decimals) {
        edit->setText(value ? edit->locale().toString(double(*value), 'f', decimals) : QString());
    };
    write(m_minPrice, filter.minPrice, 2);
    write(m_maxPrice, filter.maxPrice, 2);
    write(m_minStock, filter.minStock, 0);
    write(m_minRating, filter.minRating, 2); // as fine as a rating is kept: 4.75 must not become 4.8
    m_tags->setText(filter.tags.join(u", "_s));
    m_inactive->setChecked(filter.includeInactive);
    m_reset->setEnabled(restricts());
}

bool SearchFilterBar::restricts() const
{
    const SearchFilter f = filter();
    return !f.categories.isEmpty() || !f.brands.isEmpty() || f.minPrice || f.maxPrice || f.minStock ||
           f.minRating || !f.tags.isEmpty() || f.includeInactive;
}

void SearchFilterBar::setChoices(const QStringList &categories, const QStringList &brands)
{
    setChoice(m_category, tr("Any category"), categories);
    setChoice(m_brand, tr("Any brand"), brands);
}

void SearchFilterBar::reset()
{
    const bool restricted = restricts();
    {
        const QSignalBlocker blocker(this); // one question, not one a field
        m_category->setCurrentIndex(0);
        m_brand->setCurrentIndex(0);
        for (QLineEdit *edit : {m_minPrice, m_maxPrice, m_minStock, m_minRating, m_tags})
            edit->clear();
        m_inactive->setChecked(false);
    }
    m_reset->setEnabled(false);
    if (restricted)
        emit changed();
}
