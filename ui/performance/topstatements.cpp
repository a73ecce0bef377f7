// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/topstatements.h"

#include "app/core/format.h"
#include "ui/shared/chartpanel.h"

#include <QComboBox>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype shown = 10;

double valueOf(const StatementStat &statement, TopStatements::Figure figure)
{
    switch (figure) {
    case TopStatements::Time:
        return statement.totalMs;
    case TopStatements::Calls:
        return double(statement.calls);
    case TopStatements::Rows:
        return double(statement.rows);
    case TopStatements::IoTime:
        return statement.ioMs;
    case TopStatements::Temporary:
        return double(statement.tempBlocks);
    case TopStatements::Wal:
        return double(statement.walBytes);
    }
    return 0;
}

} // namespace

TopStatements::TopStatements(const UiContext &ui, QWidget *parent)
    : QWidget(parent)
    , m_figure(new QComboBox(this))
    , m_chart(new ChartPanel(ui, u"topStatementsChart"_s, this))
{
    setObjectName(u"topStatements"_s);
    setProperty("surface", true);
    setAttribute(Qt::WA_StyledBackground);
    m_figure->setObjectName(u"topFigure"_s);
    m_figure->setAccessibleName(tr("Figure of the chart"));
    m_figure->addItems({tr("Execution time"), tr("Calls"), tr("Rows"), tr("Time for I/O"),
                        tr("Temporary blocks"), tr("Write-ahead log")});
    m_chart->setActionHint(tr("Enter shows this statement"));

    auto *controls = new QHBoxLayout;
    controls->addWidget(m_figure);
    controls->addStretch();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 8, 16, 12);
    layout->setSpacing(8);
    layout->addLayout(controls);
    layout->addWidget(m_chart, 1);
    connect(m_figure, &QComboBox::currentIndexChanged, this, &TopStatements::draw);
    connect(m_chart, &ChartPanel::activated, this, [this](int bar) {
        if (const QString id = m_shares.queryIds.value(bar); !id.isEmpty())
            emit statementRequested(id);
    });
    draw();
}

TopStatements::Shares TopStatements::shares(const StatementList &list, Figure figure)
{
    struct Part
    {
        QString queryId;
        QString line;
        double value = 0;
    };
    QHash<QString, Part> parts; // a statement that several roles run is one
    double all = 0;
    for (const StatementStat &statement : list.statements) {
        if (statement.ours)
            continue;
        Part &part = parts[statement.queryId.isEmpty() ? statement.key() : statement.queryId];
        part.queryId = statement.queryId;
        if (part.line.isEmpty() || !statement.hidden)
            part.line = statement.line;
        part.value += valueOf(statement, figure);
        all += valueOf(statement, figure);
    }
    QList<Part> largest = parts.values();
    std::sort(largest.begin(), largest.end(), [](const Part &a, const Part &b) {
        return a.value != b.value ? a.value > b.value : a.queryId < b.queryId;
    });
    double named = 0;
    qsizetype others = largest.size();
    Shares found;
    found.data.form = ChartData::Form::HorizontalBars;
    found.data.xTitle = tr("Statement");
    found.data.unit = u"%"_s;
    found.data.decimals = 1;
    ChartSeries series{.name = tr("Share")};
    for (const Part &part : largest) {
        if (found.queryIds.size() == shown || all <= 0 || part.value <= 0)
            break;
        found.data.categories.append(part.line.left(200));
        found.queryIds.append(part.queryId);
        series.values.append(100 * part.value / all);
        named += part.value;
        --others;
    }
    if (others > 0 && all > 0) {
        found.data.categories.append(tr("%1 others").arg(format::count(others)));
        found.queryIds.append(QString());
        series.values.append(std::max(0.0, 100 * (all - named) / all));
    }
    found.data.series = {series};
    return found;
}

void TopStatements::setList(const StatementList &list)
{
    m_list = list;
    draw();
}

void TopStatements::draw()
{
    static const char *const titles[] = {QT_TR_NOOP("Share of execution time"),
                                         QT_TR_NOOP("Share of calls"),
                                         QT_TR_NOOP("Share of rows"),
                                         QT_TR_NOOP("Share of time for reading and writing blocks"),
                                         QT_TR_NOOP("Share of temporary blocks"),
                                         QT_TR_NOOP("Share of write-ahead log")};
    const auto figure = Figure(m_figure->currentIndex());
    m_shares = shares(m_list, figure);
    m_shares.data.title = tr(titles[figure]);
    m_shares.data.note =
        m_list.since.isValid()
            ? tr("Of all statements since %1; those of this program are left out")
                  .arg(format::exact(m_list.since.toLocalTime()))
            : tr("Of all statements since the figures began to count; those of this program are left out");
    m_chart->setEmptyReason(
        figure == IoTime && !m_list.facts.ioTiming
            ? tr("track_io_timing is off, so the server does not measure the time for reading and writing.")
            : tr("No statement was counted with this figure yet."));
    m_chart->setData(m_shares.data);
}
