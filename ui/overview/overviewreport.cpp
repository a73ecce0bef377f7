// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/overview/overviewreport.h"

#include "app/core/format.h"
#include "ui/shared/chartpanel.h"
#include "ui/shared/theme.h"

#include <QCoreApplication>
#include <QImage>
#include <QLocale>
#include <QPainter>
#include <QPdfWriter>
#include <QSaveFile>

using namespace Qt::StringLiterals;

namespace {

// Painting goes on in this many units across the page, whatever the device's resolution.
constexpr int pageWidth = 760;

QString tr(const char *text)
{
    return QCoreApplication::translate("OverviewReport", text);
}

} // namespace

OverviewReport::OverviewReport(const Theme &theme, const Overview &overview, QString heading,
                               QList<std::pair<QString, QString>> figures, QList<const ChartPanel *> charts)
    : m_theme(theme)
    , m_overview(overview)
    , m_heading(std::move(heading))
    , m_figures(std::move(figures))
    , m_charts(std::move(charts))
{
}

void OverviewReport::paint(QPagedPaintDevice &device, Part part) const
{
    QPainter painter(&device);
    const double scale = double(device.width()) / pageWidth;
    painter.scale(scale, scale);
    const int pageHeight = int(device.height() / scale);
    const Tokens paper = Tokens::light();
    const QFont normal = m_theme.font(1.0);
    const QFont bold = m_theme.font(1.0, QFont::DemiBold);
    // Fonts are measured in pixels of the page, not in points of the device.
    const auto sized = [](QFont font, int pixels) {
        font.setPixelSize(pixels);
        return font;
    };
    constexpr int line = 17;
    int y = 0;
    const auto write = [&](int x, int width, const QString &text, const QFont &font, const QColor &colour,
                           Qt::Alignment alignment) {
        const QFont used = sized(font, 11);
        painter.setFont(used);
        painter.setPen(colour);
        painter.drawText(QRect(x, y, width, line), alignment | Qt::AlignVCenter,
                         QFontMetrics(used).elidedText(text, Qt::ElideRight, width));
    };
    const auto heading = [&](const QString &text) {
        painter.setFont(sized(bold, 16));
        painter.setPen(paper.text);
        painter.drawText(QRect(0, y, pageWidth, 24), Qt::AlignLeft | Qt::AlignVCenter, text);
        y += 28;
    };

    heading(m_heading);
    // Stock is what it was when it was read, whatever the period of the figures.
    const QString asOf = tr("As of %1").arg(QLocale().toString(m_overview.readAt, QLocale::ShortFormat));
    const auto date = [](QDate day) { return QLocale().toString(day, QLocale::ShortFormat); };
    write(0, pageWidth,
          part == All ? tr("%1 – %2. %3").arg(date(m_overview.period.from), date(m_overview.period.to), asOf)
                      : asOf,
          normal, paper.secondary, Qt::AlignLeft);
    y += line + 8;
    if (part == All) {
        for (const auto &[caption, figure] : m_figures) {
            write(0, 240, caption, normal, paper.secondary, Qt::AlignLeft);
            write(250, pageWidth - 250, figure, normal, paper.text, Qt::AlignLeft);
            y += line;
        }
        y += 12;
        for (const ChartPanel *chart : m_charts) {
            // Nobody can point at a bar on paper: each has room for its name.
            const bool bars = chart->data().form == ChartData::Form::HorizontalBars;
            const int chartHeight = std::max(230, bars ? 90 + 24 * chart->data().count() : 0);
            if (y + chartHeight > pageHeight) {
                device.newPage();
                y = 0;
            }
            // As a picture: a device's own resolution would enlarge texts that are measured on the screen.
            QImage image(QSize(pageWidth, chartHeight) * 3, QImage::Format_RGB32);
            image.setDevicePixelRatio(3);
            QPainter chartPainter(&image);
            chart->paint(chartPainter, QRect(0, 0, pageWidth, chartHeight));
            chartPainter.end();
            painter.drawImage(QRect(0, y, pageWidth, chartHeight), image);
            y += chartHeight + 8;
        }
        device.newPage();
        y = 0;
        heading(tr("Reorder list"));
    }

    struct Column
    {
        int x;
        int width;
        QString title;
        Qt::Alignment alignment;
    };
    const Column columns[] = {
        {0, 90, tr("SKU"), Qt::AlignLeft},           {98, 284, tr("Product"), Qt::AlignLeft},
        {390, 150, tr("Supplier"), Qt::AlignLeft},   {548, 60, tr("In stock"), Qt::AlignRight},
        {616, 68, tr("Reorder at"), Qt::AlignRight}, {692, 68, tr("Order to fill up"), Qt::AlignRight}};
    // A long name takes further lines; the row is as high as its highest cell.
    const auto cell = [&](const Column &column, const QString &text, const QFont &font) {
        const QRect room(column.x, y, column.width, pageHeight);
        const int flags = int(column.alignment | Qt::AlignTop) | Qt::TextWordWrap;
        painter.setFont(sized(font, 11));
        painter.setPen(paper.text);
        painter.drawText(room, flags, text);
    };
    const auto height = [&](const QStringList &texts, const QFont &font) {
        const QFontMetrics metrics(sized(font, 11));
        int most = line;
        for (qsizetype i = 0; i < texts.size(); ++i)
            most = std::max(most, metrics.boundingRect(QRect(0, 0, columns[i].width, pageHeight),
                                                       Qt::TextWordWrap, texts[i])
                                          .height() +
                                      4);
        return most;
    };
    const auto titles = [&] {
        QStringList texts;
        for (const Column &column : columns)
            texts += column.title;
        for (const Column &column : columns)
            cell(column, column.title, bold);
        y += height(texts, bold) + 2;
        painter.setPen(paper.border);
        painter.drawLine(0, y - 1, pageWidth, y - 1);
    };
    const QString told =
        m_overview.reorderCount > m_overview.reorder.size()
            ? tr("The %1 most urgent of %2 products at or below their reorder point")
                  .arg(format::count(m_overview.reorder.size()), format::count(m_overview.reorderCount))
            : format::counted(m_overview.reorderCount, tr("active product at or below its reorder point"),
                              tr("active products at or below their reorder point"));
    write(0, pageWidth, told, normal, paper.secondary, Qt::AlignLeft);
    y += line + 4;
    titles();
    for (const ReorderLine &product : m_overview.reorder) {
        const QStringList texts{product.sku,
                                product.name,
                                product.supplier,
                                format::count(product.stock),
                                format::count(product.reorderAt),
                                format::count(product.order)};
        const int high = height(texts, normal);
        if (y + high > pageHeight) {
            device.newPage();
            y = 0;
            titles();
        }
        for (qsizetype i = 0; i < texts.size(); ++i)
            cell(columns[i], texts[i], normal);
        y += high;
    }
}

Result<void> OverviewReport::savePdf(const QString &file, Part part) const
{
    QSaveFile out(file);
    if (out.open(QIODevice::WriteOnly)) {
        {
            QPdfWriter pdf(&out);
            pdf.setPageSize(QPageSize(QPageSize::A4));
            pdf.setPageMargins(QMarginsF(15, 15, 15, 15), QPageLayout::Millimeter);
            pdf.setTitle(m_heading);
            paint(pdf, part);
        }
        if (out.commit())
            return {};
    }
    return Error{.kind = ErrorKind::Io,
                 .message = tr("%1 could not be written: %2.").arg(file, out.errorString()),
                 .hint = tr("Choose another folder, or make room on its disk.")};
}
