// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QList>
#include <QStringList>

#include <functional>

/// A row of values along the chart, one for each category or time. NaN is a missing sample and drawn as a
/// gap.
struct ChartSeries
{
    QString name = {};
    QList<double> values = {};
    int colour = -1;         ///< slot of the palette (Theme::seriesColour); -1: its place among the series
    bool comparison = false; ///< what the others are compared with, such as last year: dimmed, dashed
};

/// All that a chart shows, as values: its picture, its table, its export and its summary are made of this.
struct ChartData
{
    enum class Form { Line, Bars, StackedBars, HorizontalBars };

    QString title = {};
    QString note = {}; ///< what the figures count: "Sales less returns, tax included"
    QString xTitle = {};
    QString unit = {}; ///< "USD", "ms"; written once, not at every value
    int decimals = 0;
    Form form = Form::Line;
    QStringList categories = {}; ///< either these
    QList<QDateTime> times = {}; ///< or these, ascending; shown in their own zone
    QList<ChartSeries> series = {};
    bool fromZero = true; ///< amounts start at zero; only measures without a natural zero do not
    bool bytes = false;   ///< the values are bytes: written as format::bytes() writes them
    std::function<QString(double)> format = {}; ///< of other values; decimals and locale otherwise

    int count() const;
    bool isEmpty() const; ///< no sample at all
    QString valueText(double value) const;
    QString pointText(int index) const; ///< the category, or the time as exact as the distance asks for
    /// In words, for who does not see the picture: highest, lowest, last value of each series.
    QString summary() const;
    /// With a header; numbers with a point, times in ISO 8601. A text that a spreadsheet would take for a
    /// formula gets an apostrophe.
    QByteArray csv() const;
};
