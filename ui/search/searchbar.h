// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/searchservice.h"

#include <QWidget>

class QButtonGroup;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSlider;
class SearchFilterBar;
class Settings;
class Theme;

/// Everything a question is made of: the line with its recent searches, how to search, how many, how alike,
/// the filters.
class SearchBar final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SearchBar)

public:
    SearchBar(Theme &theme, Settings &settings, QWidget *parent = nullptr);

    SearchRequest request() const;
    bool empty() const; ///< nothing to look for
    SearchFilterBar &filters() { return *m_filters; }
    void setText(const QString &text);
    void setLike(const QString &productId, const QString &name); ///< instead of the text; empty: no more
    QString likeName() const { return m_likeName; }
    void setModel(const QString &model); ///< whose similarities the legend tells about
    /// Under which key the recent searches are kept: one a store. Empty: none are.
    void setHistoryKey(const QString &key) { m_historyKey = key; }
    QStringList history() const;
    void remember(); ///< the present text becomes the newest of the recent searches
    void focusLine();

signals:
    void edited();        ///< another question; more may follow at once
    void submitted();     ///< Enter, or a recent search
    void resultsWanted(); ///< Arrow down

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void buildModes();
    void buildThreshold();
    void thresholdMoved();
    void showHistory();
    SearchMode mode() const;

    Theme &m_theme;
    Settings &m_settings;
    QString m_historyKey, m_like, m_likeName;
    QLineEdit *m_line;
    QButtonGroup *m_modes;
    QComboBox *m_limit;
    QSlider *m_threshold;
    QLabel *m_thresholdText;
    QLabel *m_legend;
    QPushButton *m_likeChip;
    SearchFilterBar *m_filters;
};
