// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shared/chartdata.h"

#include <QtCharts/QChartView>

#include <memory>

class QAbstractSeries;
class QCategoryAxis;
class Theme;
struct Tokens;

/// The picture of a ChartData. The point under the mouse, or reached with the arrow keys, shows its exact
/// values; Enter or a double click on it asks for the rows behind.
class ChartView final : public QChartView
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ChartView)

public:
    explicit ChartView(const Theme &theme, QWidget *parent = nullptr);
    ~ChartView() override;

    void setData(ChartData shown);
    void setTokens(const Tokens &tokens); ///< the look; paper is light whatever the screen is
    /// What Enter does, shown with the values; empty: nothing.
    void setActionHint(const QString &hint);
    int current() const { return m_current; }
    void setCurrent(int index);
    /// Draws at a size of its own, seen or not, without the current point.
    static void draw(QPainter &painter, const QRect &target, const Theme &theme, const Tokens &tokens,
                     const ChartData &shown);

signals:
    void activated(int index);

protected:
    void drawForeground(QPainter *painter, const QRectF &rect) override;
    void resizeEvent(QResizeEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    void build();
    void buildLines();
    void buildBars();
    void attach(QAbstractSeries *series);
    void fillValueAxis(QCategoryAxis *axis);
    void fillPointAxis(QCategoryAxis *axis);
    bool horizontal() const { return m_data.form == ChartData::Form::HorizontalBars; }
    bool byTime() const { return m_data.form == ChartData::Form::Line && !m_data.times.isEmpty(); }
    bool directLabels() const;
    double position(int index) const; ///< along the axis of points
    QPointF place(int index, double value) const;
    int nearest(const QPointF &point) const;
    QColor colour(int series) const;
    void drawDirectLabels(QPainter *painter) const;
    void drawBarValues(QPainter *painter) const;
    void drawKey(QPainter *painter) const;
    void drawCurrent(QPainter *painter) const;

    const Theme &m_theme;
    std::unique_ptr<Tokens> m_tokens;
    ChartData m_data;
    QString m_actionHint;
    QCategoryAxis *m_points = nullptr;
    QCategoryAxis *m_values = nullptr;
    QAbstractSeries *m_any = nullptr; // maps values to places
    int m_current = -1;
};
