// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/searchservice.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QLineEdit;
class QPushButton;

/// What a search is restricted to. Part of the question, so each change asks again.
class SearchFilterBar final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SearchFilterBar)

public:
    explicit SearchFilterBar(QWidget *parent = nullptr);

    SearchFilter filter() const;
    void setFilter(const SearchFilter &filter); ///< sends nothing
    bool restricts() const;
    void setChoices(const QStringList &categories, const QStringList &brands);
    void reset(); ///< restricts nothing; changed() is sent if it did

signals:
    void changed();

private:
    QLineEdit *addField(const QString &name, const QString &hint, const QString &accessible, bool number);
    QComboBox *addChoice(const QString &name, const QString &accessible);

    QComboBox *m_category;
    QComboBox *m_brand;
    QLineEdit *m_minPrice;
    QLineEdit *m_maxPrice;
    QLineEdit *m_minStock;
    QLineEdit *m_minRating;
    QLineEdit *m_tags;
    QCheckBox *m_inactive;
    QPushButton *m_reset;
};
