// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/activitycharts.h"

#include "app/appcontext.h"
#include "ui/shared/chartpanel.h"
#include "ui/shared/theme.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace {

constexpr int halfAnHour = 1'800;
constexpr int longestPause = 30; ///< seconds between two live points that one rate may stand for
constexpr int chartHeight = 230;
constexpr int leastWidth = 420;

} // namespace

ActivityCharts::ActivityCharts(const UiContext &ui, QWidget *parent)
    : QWidget(parent)
    , m_ui(ui)
    , m_history(ui.app.pool, ui.app.metrics)
    , m_span(new QComboBox(this))
    , m_note(new QLabel(this))
    , m_area(new QScrollArea(this))
    , m_request(this)
{
    setObjectName(u"activityCharts"_s);
    m_span->setObjectName(u"activitySpan"_s);
    m_span->setAccessibleName(tr("Period"));
    m_span->addItem(tr("Last 30 minutes"), halfAnHour);
    m_span->addItem(tr("Last 24 hours"), 86'400);
    m_span->addItem(tr("Last 7 days"), 7 * 86'400);
    m_span->addItem(tr("Last 30 days"), 30 * 86'400);
    m_span->addItem(tr("Last year"), 365 * 86'400);
    m_note->setObjectName(u"activityChartsNote"_s);
    m_note->setProperty("secondary", true);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);

    auto *inside = new QWidget(this);
    inside->setProperty("surface", true);
    inside->setAttribute(Qt::WA_StyledBackground);
    m_grid = new QGridLayout(inside);
    m_grid->setContentsMargins(16, 8, 16, 16);
    m_grid->setHorizontalSpacing(24);
    m_grid->setVerticalSpacing(16);
    for (const ServerChart &chart : serverCharts({})) {
        auto *panel = new ChartPanel(ui, chart.name, inside);
        panel->setFixedHeight(ui.theme.px(chartHeight));
        m_panels.append(panel);
    }
    m_area->setObjectName(u"activityChartsArea"_s);
    m_area->setAccessibleName(tr("Charts of the server"));
    m_area->setWidgetResizable(true);
    m_area->setFrameShape(QFrame::NoFrame);
    m_area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_area->setWidget(inside);

    auto *controls = new QHBoxLayout;
    controls->setContentsMargins(16, 8, 16, 8);
    controls->setSpacing(12);
    controls->addWidget(m_span);
    controls->addWidget(m_note, 1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(controls);
    layout->addWidget(m_area, 1);

    m_drawing.setInterval(0);
    connect(&m_drawing, &QTimer::timeout, this, &ActivityCharts::drawNext);
    connect(m_span, &QComboBox::currentIndexChanged, this, &ActivityCharts::readPast);
    connect(&ui.app.sampler, &MetricSampler::sampled, this, [this](const QString &kind) {
        if (kind == ServerHistory::serverKind().name && isVisible())
            readPast();
    });
    connect(&ui.theme, &Theme::changed, this, [this] {
        for (ChartPanel *panel : std::as_const(m_panels))
            panel->setFixedHeight(m_ui.theme.px(chartHeight));
        arrange();
    });
    arrange();
}

bool ActivityCharts::live() const
{
    return m_span->currentData().toInt() <= halfAnHour;
}

void ActivityCharts::add(const Activity &activity)
{
    ServerPoint point{QDateTime::currentDateTimeUtc(), 0, activity.sample, {}};
    if (!activity.server.seesAll) // of its own sessions only: that is not what the chart says
        point.levels.active = point.levels.blocked = point.levels.idleInTransaction = -1;
    if (m_latest.at.isValid() && m_latest.at.secsTo(activity.sample.at) <= longestPause)
        point.rates = ratesBetween(m_latest, activity.sample);
    if (point.rates)
        point.seconds = std::max<qint64>(1, m_latest.at.secsTo(activity.sample.at));
    m_latest = activity.sample;
    m_live.append(point);
    const QDateTime oldest = point.at.addSecs(-halfAnHour);
    m_live.removeIf([&](const ServerPoint &one) { return one.at < oldest; });
    if (live())
        draw();
}

void ActivityCharts::clear()
{
    m_request.cancel();
    m_past.clear();
    m_live.clear();
    m_latest = {};
    draw();
}

void ActivityCharts::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    readPast();
    draw();
}

void ActivityCharts::readPast()
{
    if (!isVisible() || m_ui.app.pool.state() == ConnectionPool::State::Closed)
        return;
    const QDateTime now = QDateTime::currentDateTimeUtc();
    m_request.run(
        [&](const CancelToken &) {
            return m_history.server({now.addSecs(-m_span->currentData().toInt()), now});
        },
        [this](const Result<QList<ServerPoint>> &points) {
            if (!points) {
                emit failed(points.error());
                return;
            }
            m_past = *points;
            draw();
        });
}

/// One panel at a time, so that the window answers in between.
void ActivityCharts::draw()
{
    if (!isVisible())
        return;
    QList<ServerPoint> points = live() ? joinedPoints(m_past, m_live) : m_past;
    if (live()) {
        const QDateTime oldest = QDateTime::currentDateTimeUtc().addSecs(-halfAnHour);
        points.removeIf([&](const ServerPoint &one) { return one.at < oldest; });
    }
    m_charts = serverCharts(points);
    m_next = 0;
    m_drawing.start();
    sayWhatIsShown();
}

void ActivityCharts::drawNext()
{
    if (m_next >= m_panels.size() || !isVisible()) {
        m_drawing.stop();
        return;
    }
    const ServerChart &chart = m_charts[m_next];
    m_panels[m_next]->setEmptyReason(chart.data.times.isEmpty() || chart.emptyReason.isEmpty()
                                         ? tr("No sample falls into this period yet.")
                                         : chart.emptyReason);
    m_panels[m_next]->setData(chart.data);
    ++m_next;
}

void ActivityCharts::sayWhatIsShown()
{
    m_note->setText(
        !m_ui.app.sampler.enabled()
            ? tr("Asked every five seconds while this page is open. No history is kept on this desktop: "
                 "“Keep history” on Queries takes a sample each minute.")
        : !m_ui.app.pool.capabilities().monitor && !m_ui.app.pool.capabilities().superuser
            ? tr("Asked every five seconds while this page is open. This login has not the rights of "
                 "pg_monitor, so no history is kept.")
        : live() ? tr("Asked every five seconds while this page is open; before that a sample each minute "
                      "while the window was to be seen.")
                 : tr("Samples of this desktop, taken each minute while the window was to be seen; gaps "
                      "where none was."));
}

void ActivityCharts::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    arrange();
}

void ActivityCharts::arrange()
{
    const int columns = std::clamp(width() / m_ui.theme.px(leastWidth), 1, 3);
    if (columns == m_columns)
        return;
    m_columns = columns;
    for (ChartPanel *panel : std::as_const(m_panels))
        m_grid->removeWidget(panel);
    for (int i = 0; i < m_panels.size(); ++i)
        m_grid->addWidget(m_panels[i], i / columns, i % columns);
    for (int column = 0; column < 3; ++column)
        m_grid->setColumnStretch(column, column < columns ? 1 : 0);
}
