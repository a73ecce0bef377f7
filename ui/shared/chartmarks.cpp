// SPDX-License-Identifier: GPL-3.0-or-later
// What a ChartView writes over Qt's chart: names and values beside what they belong to, and the current
// point.
#include "ui/shared/chartview.h"
#include "ui/shared/theme.h"

#include <QPainter>
#include <QtCharts/QChart>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

void ChartView::drawForeground(QPainter *painter, const QRectF &)
{
    if (!m_any)
        return;
    painter->save();
    painter->setFont(m_theme.font(0.9));
    if (horizontal() && m_data.series.size() == 1)
        drawBarValues(painter);
    if (m_data.series.size() > 1)
        directLabels() ? drawDirectLabels(painter) : drawKey(painter);
    if (m_current >= 0)
        drawCurrent(painter);
    painter->restore();
}

void ChartView::drawDirectLabels(QPainter *painter) const
{
    struct Label
    {
        double y;
        int series;
    };
    QList<Label> labels;
    for (int s = 0; s < m_data.series.size(); ++s) {
        const QList<double> &values = m_data.series[s].values;
        for (int i = std::min(m_data.count(), static_cast<int>(values.size())) - 1; i >= 0; --i)
            if (!std::isnan(values[i])) {
                labels.append({place(i, values[i]).y(), s});
                break;
            }
    }
    std::sort(labels.begin(), labels.end(), [](const Label &a, const Label &b) { return a.y < b.y; });
    // Pushed apart downwards, and back up where that leaves the plot.
    const QFontMetrics metrics(painter->font());
    const QRectF plot = chart()->plotArea();
    for (int i = 1; i < labels.size(); ++i)
        labels[i].y = std::max(labels[i].y, labels[i - 1].y + metrics.height());
    double lowest = plot.bottom();
    for (int i = static_cast<int>(labels.size()) - 1; i >= 0; --i) {
        labels[i].y = std::min(labels[i].y, lowest);
        lowest = labels[i].y - metrics.height();
    }
    const double side = metrics.ascent() * 0.75;
    const double left = plot.right() + m_theme.px(8);
    const double text = left + side + m_theme.px(6);
    const int room = static_cast<int>(width() - text) - m_theme.px(2);
    for (const Label &label : labels) {
        // The colour as a mark, as it need not be legible as a text.
        painter->fillRect(QRectF(left, label.y - side / 2, side, side), colour(label.series));
        painter->setPen(m_tokens->text);
        painter->drawText(QPointF(text, label.y + metrics.ascent() / 2.0 - 1),
                          metrics.elidedText(m_data.series[label.series].name, Qt::ElideRight, room));
    }
}

void ChartView::drawBarValues(QPainter *painter) const
{
    const QFontMetrics metrics(painter->font());
    painter->setPen(m_tokens->text);
    const QList<double> &values = m_data.series[0].values;
    const double each = chart()->plotArea().height() / std::max(1, m_data.count());
    if (each < metrics.height() * 0.8)
        return; // the table and the hover have them
    for (int i = 0; i < m_data.count(); ++i) {
        const double value = values.value(i, qQNaN());
        const QPointF end = place(i, std::isnan(value) ? 0.0 : std::max(value, 0.0));
        painter->drawText(QPointF(end.x() + m_theme.px(6), end.y() + metrics.ascent() / 2.0 - 1),
                          m_data.valueText(value));
    }
}

void ChartView::drawKey(QPainter *painter) const
{
    const QFontMetrics metrics(painter->font());
    const double side = metrics.ascent() * 0.75;
    double x = std::max<double>(chart()->plotArea().left(), m_theme.px(8));
    const double baseline = m_theme.px(4) + metrics.ascent();
    for (int s = 0; s < m_data.series.size() && x < width(); ++s) {
        painter->fillRect(QRectF(x, baseline - side, side, side), colour(s));
        x += side + m_theme.px(6);
        painter->setPen(m_tokens->text);
        const QString name = metrics.elidedText(m_data.series[s].name, Qt::ElideRight, m_theme.px(160));
        painter->drawText(QPointF(x, baseline), name);
        x += metrics.horizontalAdvance(name) + m_theme.px(16);
    }
}

void ChartView::drawCurrent(QPainter *painter) const
{
    const QRectF plot = chart()->plotArea();
    const QPointF at = place(m_current, 0.0);
    painter->setPen(QPen(m_tokens->control, 1));
    if (horizontal())
        painter->drawLine(QPointF(plot.left(), at.y()), QPointF(plot.left() - m_theme.px(4), at.y()));
    else
        painter->drawLine(QPointF(at.x(), plot.top()), QPointF(at.x(), plot.bottom()));
    if (m_data.form == ChartData::Form::Line)
        for (int s = 0; s < m_data.series.size(); ++s)
            if (const double value = m_data.series[s].values.value(m_current, qQNaN()); !std::isnan(value)) {
                painter->setPen(QPen(m_tokens->surface, 1.5));
                painter->setBrush(colour(s));
                painter->drawEllipse(place(m_current, value), 4.0, 4.0);
            }

    const QFont bold = m_theme.font(0.9, QFont::DemiBold);
    const QFontMetricsF metrics(painter->font());
    const double line = metrics.height() + m_theme.px(2);
    const double pad = m_theme.px(8);
    const double mark = metrics.ascent() * 0.7 + m_theme.px(6);
    double names = 0;
    double values = 0;
    QStringList texts;
    for (const ChartSeries &one : m_data.series) {
        texts += m_data.valueText(one.values.value(m_current, qQNaN())) +
                 (m_data.unit.isEmpty() ? QString() : u' ' + m_data.unit);
        names = std::max(names, std::min(metrics.horizontalAdvance(one.name), double(m_theme.px(200))));
        values = std::max(values, metrics.horizontalAdvance(texts.last()));
    }
    const QString head = m_data.pointText(m_current);
    double boxWidth =
        std::max(QFontMetricsF(bold).horizontalAdvance(head), mark + names + m_theme.px(16) + values);
    boxWidth =
        std::min(std::max(boxWidth, metrics.horizontalAdvance(m_actionHint)) + 2 * pad, double(width()));
    const auto lines = 1 + m_data.series.size() + (m_actionHint.isEmpty() ? 0 : 1);
    const double boxHeight = static_cast<double>(lines) * line + 2 * pad;
    // Beside the point, on the side that has room.
    double x = horizontal() ? plot.right() - boxWidth : at.x() + m_theme.px(12);
    if (!horizontal() && x + boxWidth > width())
        x = at.x() - m_theme.px(12) - boxWidth;
    double y = horizontal() ? at.y() + m_theme.px(12) : plot.top();
    if (y + boxHeight > height())
        y = horizontal() ? at.y() - m_theme.px(12) - boxHeight : height() - boxHeight;
    const QRectF box(std::max(0.0, x), std::max(0.0, y), boxWidth, boxHeight);
    painter->setPen(QPen(m_tokens->control, 1));
    painter->setBrush(m_tokens->surface);
    painter->drawRoundedRect(box, m_theme.px(6), m_theme.px(6));

    const QRectF inside = box.adjusted(pad, pad, -pad, -pad);
    QRectF row(inside.left(), inside.top(), inside.width(), line);
    painter->setPen(m_tokens->text);
    painter->setFont(bold);
    painter->drawText(row, Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetricsF(bold).elidedText(head, Qt::ElideRight, row.width()));
    painter->setFont(m_theme.font(0.9));
    for (int s = 0; s < m_data.series.size(); ++s) {
        row.translate(0, line);
        const double side = metrics.ascent() * 0.7;
        painter->fillRect(QRectF(row.left(), row.center().y() - side / 2, side, side), colour(s));
        painter->setPen(m_tokens->secondary);
        painter->drawText(row.adjusted(mark, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                          metrics.elidedText(m_data.series[s].name, Qt::ElideRight, names));
        painter->setPen(m_tokens->text);
        painter->drawText(row, Qt::AlignRight | Qt::AlignVCenter, texts[s]);
    }
    if (!m_actionHint.isEmpty()) {
        row.translate(0, line);
        painter->setPen(m_tokens->secondary);
        painter->drawText(row, Qt::AlignLeft | Qt::AlignVCenter, m_actionHint);
    }
}
