// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"
#include "app/services/overviewservice.h"

#include <QList>

class ChartPanel;
class QPagedPaintDevice;
class Theme;

/// The overview on paper: figures, charts, and the reorder list over as many pages as it needs.
class OverviewReport final
{
public:
    OverviewReport(const Theme &theme, const Overview &overview, QString heading,
                   QList<std::pair<QString, QString>> figures, QList<const ChartPanel *> charts);

    enum Part { All, ReorderListOnly };
    const QString &heading() const { return m_heading; }
    /// Any paged device: a printer or a PDF. A4 or letter, portrait.
    void paint(QPagedPaintDevice &device, Part part) const;
    Result<void> savePdf(const QString &file, Part part) const;

private:
    const Theme &m_theme;
    const Overview &m_overview;
    const QString m_heading;
    const QList<std::pair<QString, QString>> m_figures;
    const QList<const ChartPanel *> m_charts;
};
