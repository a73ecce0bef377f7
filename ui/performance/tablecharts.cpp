// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/tablecharts.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/shared/chartpanel.h"
#include "ui/shared/flowlayout.h"

#include <QComboBox>
#include <QLabel>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype most = 12; ///< bars
constexpr double none = std::numeric_limits<double>::quiet_NaN();

qint64 rankOf(const TableStats &table, TableCharts::Figure figure)
{
    return figure == TableCharts::RowCounts ? table.liveRows + table.deadRows : table.bytes();
}

/// A chart with the controls that choose what it shows.
QWidget *section(std::initializer_list<QWidget *> controls, ChartPanel *chart, QWidget *parent)
{
    auto *widget = new QWidget(parent);
    widget->setProperty("surface", true);
    widget->setAttribute(Qt::WA_StyledBackground);
    auto *line = new FlowLayout(nullptr);
    for (QWidget *control : controls)
        line->addWidget(control);
    auto *layout = new QVBoxLayout(widget);
    layout->setContentsMargins(16, 8, 16, 8);
    layout->setSpacing(8);
    layout->addLayout(line);
    layout->addWidget(chart, 1);
    return widget;
}

} // namespace

TableCharts::TableCharts(const UiContext &ui, ServerHistory &history, QWidget *parent)
    : QWidget(parent)
    , m_ui(ui)
    , m_history(history)
    , m_figure(new QComboBox(this))
    , m_table(new QComboBox(this))
    , m_span(new QComboBox(this))
    , m_bars(new ChartPanel(ui, u"tableBarsChart"_s, this))
    , m_growth(new ChartPanel(ui, u"tableGrowthChart"_s, this))
    , m_request(this)
{
    setObjectName(u"tableCharts"_s);
    const auto name = [](QWidget *widget, const QString &object, const QString &accessible) {
        widget->setObjectName(object);
        widget->setAccessibleName(accessible);
    };
    name(m_figure, u"tableFigure"_s, tr("Figure of the bars"));
    m_figure->addItems({tr("Size"), tr("Size by part"), tr("Live and dead rows")});
    name(m_table, u"growthTable"_s, tr("Table whose growth is shown"));
    m_table->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    name(m_span, u"growthSpan"_s, tr("Period"));
    m_span->addItem(tr("Last 24 hours"), 86'400);
    m_span->addItem(tr("Last 7 days"), 7 * 86'400);
    m_span->addItem(tr("Last 30 days"), 30 * 86'400);
    m_span->addItem(tr("Last year"), 365 * 86'400);
    m_span->setCurrentIndex(1);
    m_bars->setActionHint(tr("Enter shows the growth of this table"));
    m_bars->setEmptyReason(tr("There is no table that could be measured."));

    auto *halves = new QSplitter(Qt::Vertical, this);
    halves->addWidget(section({m_figure}, m_bars, this));
    halves->addWidget(section({m_table, m_span}, m_growth, this));
    halves->setChildrenCollapsible(false);
    halves->setHandleWidth(1);
    halves->setSizes({400, 320});
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(halves);

    connect(m_figure, &QComboBox::currentIndexChanged, this, &TableCharts::drawBars);
    connect(m_table, &QComboBox::currentIndexChanged, this, &TableCharts::readGrowth);
    connect(m_span, &QComboBox::currentIndexChanged, this, &TableCharts::readGrowth);
    connect(m_bars, &ChartPanel::activated, this,
            [this](int bar) { m_table->setCurrentText(m_bars->data().categories.value(bar)); });
    connect(&ui.app.sampler, &MetricSampler::sampled, this, [this](const QString &kind) {
        if (kind == ServerHistory::tableKind().name)
            readGrowth();
    });
}

ChartData TableCharts::bars(const QList<TableStats> &tables, Figure figure)
{
    QList<TableStats> largest;
    for (const TableStats &table : tables)
        if (figure == RowCounts || table.measured())
            largest += table;
    std::sort(largest.begin(), largest.end(), [figure](const TableStats &a, const TableStats &b) {
        return rankOf(a, figure) != rankOf(b, figure) ? rankOf(a, figure) > rankOf(b, figure)
                                                      : a.fullName < b.fullName;
    });
    ChartData data;
    data.form = ChartData::Form::HorizontalBars;
    data.xTitle = tr("Table");
    const QString which = largest.size() > most
                              ? tr("The %1 largest of %2 tables").arg(most).arg(format::count(largest.size()))
                              : tr("All tables of this database");
    largest.resize(std::min(most, largest.size()));
    const auto series = [&](const QString &title, int colour, const auto &value) {
        ChartSeries one{.name = title, .colour = colour};
        for (const TableStats &table : std::as_const(largest))
            one.values.append(double(value(table)));
        data.series.append(one);
    };
    for (const TableStats &table : std::as_const(largest))
        data.categories.append(table.fullName);
    switch (figure) {
    case Size:
        data.title = tr("Size of tables");
        data.note = tr("%1, with indexes and TOAST").arg(which);
        data.bytes = true;
        series(tr("Size"), 0, [](const TableStats &table) { return table.bytes(); });
        break;
    case Parts:
        data.title = tr("Size of tables by part");
        data.note = which;
        data.bytes = true;
        series(tr("Heap"), 0, [](const TableStats &table) { return table.heapBytes; });
        series(tr("Indexes"), 1, [](const TableStats &table) { return table.indexBytes; });
        series(tr("TOAST"), 2, [](const TableStats &table) { return table.toastBytes; });
        break;
    case RowCounts:
        data.title = tr("Live and dead rows");
        data.note = tr("%1; as the server estimates them").arg(which);
        series(tr("Live"), 0, [](const TableStats &table) { return table.liveRows; });
        series(tr("Dead"), 1, [](const TableStats &table) { return table.deadRows; });
        break;
    }
    return data;
}

ChartData TableCharts::growth(const QList<MetricPoint> &points)
{
    ChartData data;
    data.bytes = true;
    data.series = {{.name = tr("Heap"), .colour = 0},
                   {.name = tr("Indexes"), .colour = 1},
                   {.name = tr("TOAST"), .colour = 2}};
    for (const MetricPoint &point : points) {
        data.times.append(QDateTime::fromSecsSinceEpoch(point.at + point.seconds));
        for (int part = 0; part < data.series.size(); ++part) {
            const qint64 bytes = point.values.value(ServerHistory::HeapBytes + part, -1);
            data.series[part].values.append(point.known && bytes >= 0 ? double(bytes) : none);
        }
    }
    return data;
}

void TableCharts::setTables(const QList<TableStats> &tables)
{
    m_tables = tables;
    const qint64 current = m_table->currentData().toLongLong();
    {
        const QSignalBlocker quiet(m_table);
        m_table->clear();
        QList<TableStats> sorted = tables;
        std::sort(sorted.begin(), sorted.end(),
                  [](const TableStats &a, const TableStats &b) { return a.bytes() > b.bytes(); });
        for (const TableStats &table : std::as_const(sorted))
            m_table->addItem(table.fullName, table.id);
        m_table->setCurrentIndex(std::max(0, m_table->findData(current)));
    }
    drawBars();
    readGrowth();
}

void TableCharts::choose(qint64 table)
{
    if (const int index = m_table->findData(table); index >= 0)
        m_table->setCurrentIndex(index);
}

void TableCharts::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    readGrowth();
}

void TableCharts::drawBars()
{
    m_bars->setData(bars(m_tables, Figure(m_figure->currentIndex())));
}

void TableCharts::readGrowth()
{
    m_growth->setEmptyReason(
        m_ui.app.sampler.enabled()
            ? tr("There is no sample of this table in this period yet: one is taken each quarter of an hour "
                 "while the window is to be seen.")
            : tr("No history is kept on this desktop: “Keep history” on Queries takes samples."));
    const auto draw = [this](const QList<MetricPoint> &points) {
        ChartData drawn = growth(points);
        drawn.title =
            m_table->currentText().isEmpty() ? tr("Growth") : tr("Growth of %1").arg(m_table->currentText());
        drawn.note = tr("As this desktop saw it");
        m_growth->setData(drawn);
    };
    if (!isVisible() || m_table->count() == 0) {
        m_request.cancel();
        draw({});
        return;
    }
    const QDateTime now = QDateTime::currentDateTimeUtc();
    m_request.run(
        [&](const CancelToken &) {
            return m_history.table(m_table->currentData().toLongLong(),
                                   {now.addSecs(-m_span->currentData().toInt()), now});
        },
        [this, draw](const Result<QList<MetricPoint>> &points) {
            if (points)
                draw(*points);
            else
                emit failed(points.error());
        });
}
