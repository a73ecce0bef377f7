// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/savedsearches.h"

#include <QWidget>

#include <optional>

class QAction;
class QButtonGroup;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSlider;
class SearchFilterBar;
class LocalStore;
class Theme;

/// Everything a question is made of: the line with its saved and recent searches, how to search, how many,
/// how alike, the filters.
class SearchBar final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SearchBar)

public:
    SearchBar(Theme &theme, LocalStore &local, QWidget *parent = nullptr);

    SearchRequest request() const;
    bool empty() const; ///< nothing to look for
    SearchFilterBar &filters() { return *m_filters; }
    void setText(const QString &text);
    void setLike(const QString &productId, const QString &name); ///< instead of the text; empty: no more
    QString like() const { return m_like; }
    QString text() const;
    void setModel(const QString &model); ///< whose similarities the legend tells about
    /// Whose searches are saved and remembered.
    void setPlace(const QString &profile, const QString &storeId);
    void clearPlace() { m_searches.reset(); }
    /// All that a question is made of; sends nothing.
    void setRequest(const SearchRequest &request);
    void remember(); ///< the present text becomes the newest of the recent searches
    void focusLine();

signals:
    void edited();        ///< another question; more may follow at once
    void submitted();     ///< Enter, or a recent search
    void resultsWanted(); ///< Arrow down
    void failed(const Error &error);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void buildModes();
    void buildThreshold();
    void thresholdMoved();
    void showHistory();
    void askForName();
    SearchMode mode() const;

    Theme &m_theme;
    LocalStore &m_local;
    std::optional<SavedSearches> m_searches; // of the chosen store
    QString m_like, m_likeName;
    QLineEdit *m_line;
    QAction *m_save = nullptr;
    QButtonGroup *m_modes;
    QComboBox *m_limit;
    QSlider *m_threshold;
    QLabel *m_thresholdText;
    QLabel *m_legend;
    QPushButton *m_likeChip;
    SearchFilterBar *m_filters;
};
