// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/historyview.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/shared/chartpanel.h"
#include "ui/shared/flowlayout.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

QString dash(double value, int decimals)
{
    return std::isnan(value) ? u"–"_s : format::decimal(value, decimals);
}

/// NaN sorts below everything.
QVariant sortable(double value)
{
    return std::isnan(value) ? -1e300 : value;
}

double figureOf(const MetricPoint &point, int figure)
{
    const QList<qint64> &v = point.values;
    const auto seconds = double(point.seconds);
    if (!point.known || point.seconds <= 0)
        return none;
    switch (figure) {
    case 0:
        return double(v[PerformanceService::Microseconds]) / 1e3 / seconds;
    case 1:
        return double(v[PerformanceService::Calls]) / seconds;
    case 2:
        return double(v[PerformanceService::RowsReturned]) / seconds;
    default:
        return v[PerformanceService::Calls] > 0
                   ? double(v[PerformanceService::Microseconds]) / 1e3 / double(v[PerformanceService::Calls])
                   : none;
    }
}

} // namespace

QList<ListColumn<StatementChange>> changeColumns()
{
    using Column = ListColumn<StatementChange>;
    using C = StatementChange;
    const auto tr = [](const char *text) { return HistoryView::tr(text); };
    const auto number = [](const QString &title, double C::*member, int decimals,
                           const QString &explanation) {
        return Column{.title = title,
                      .value = [member](const C &c) { return sortable(c.*member); },
                      .text = [member, decimals](const C &c) { return dash(c.*member, decimals); },
                      .number = true,
                      .explanation = explanation};
    };
    const auto count = [](const QString &title, qint64 C::*member) {
        return Column{.title = title,
                      .value = [member](const C &c) { return QVariant(c.*member); },
                      .text = [member](const C &c) { return format::count(c.*member); },
                      .number = true};
    };
    return {
        Column{.title = tr("Statement"),
               .value = [](const C &c) { return QVariant(c.text); },
               .icon = [](const C &c) { return c.regressed ? u"state-warning"_s : QString(); },
               .toolTip = [](const C &c) { return c.text; },
               .accessible =
                   [](const C &c) {
                       return c.regressed ? HistoryView::tr("%1, a regression").arg(c.text) : c.text;
                   }},
        Column{.title = tr("Added ms/s"),
               .value = [](const C &c) { return QVariant(c.added()); },
               .text =
                   [](const C &c) {
                       return (c.added() > 0   ? u"▲ "_s
                               : c.added() < 0 ? u"▼ "_s
                                               : QString()) +
                              format::decimal(std::abs(c.added()), 2);
                   },
               .number = true,
               .tone = [](const C &c) { return c.regressed ? cell::Tone::Bad : cell::Tone::Normal; },
               .explanation =
                   tr("How much more (▲) or less (▼) execution time a second it takes than before")},
        number(tr("Mean before"), &C::meanBefore, 2, tr("Milliseconds a call in the former period")),
        number(tr("Mean now"), &C::meanAfter, 2, tr("Milliseconds a call in the period of the chart")),
        count(tr("Calls before"), &C::callsBefore),
        count(tr("Calls now"), &C::callsAfter),
        Column{.title = tr("Verdict"),
               .value = [](const C &c) { return QVariant(c.regressed); },
               .text =
                   [](const C &c) {
                       if (!c.regressed)
                           return QString();
                       return std::isnan(c.meanBefore) ? HistoryView::tr("new and costly")
                                                       : HistoryView::tr("slower");
                   },
               .tone = [](const C &) { return cell::Tone::Bad; },
               .explanation = tr("Slower: mean time up by half or more, at least 5 calls in each period, and "
                                 "more load on the server")},
    };
}

HistoryView::HistoryView(const UiContext &ui, QWidget *parent)
    : QWidget(parent)
    , m_ui(ui)
    , m_span(new QComboBox(this))
    , m_figure(new QComboBox(this))
    , m_against(new QComboBox(this))
    , m_keep(new QCheckBox(tr("Keep history"), this))
    , m_regressions(new QCheckBox(tr("Regressions only"), this))
    , m_subject(new QLabel(this))
    , m_observed(new QLabel(this))
    , m_all(new QToolButton(this))
    , m_chart(new ChartPanel(ui, u"historyChart"_s, this))
    , m_model(new ListModel<StatementChange>(
          changeColumns(), [](const StatementChange &c) { return c.queryId; }, this))
    , m_view(new TableView(ui.theme, ui.app.settings, u"changesTable"_s, this))
    , m_pointsRequest(this)
    , m_comparisonRequest(this)
    , m_sinceRequest(this)
{
    m_view->setLeastStretch(240);
    m_proxy = showSorted(*m_view, m_model, 1, Qt::DescendingOrder);
    build();
    const auto again = [this] {
        m_stale = true;
        reload();
    };
    connect(m_span, &QComboBox::currentIndexChanged, this, again);
    connect(m_against, &QComboBox::currentIndexChanged, this, again);
    connect(m_figure, &QComboBox::currentIndexChanged, this, &HistoryView::draw);
    connect(m_regressions, &QCheckBox::toggled, this, [this] { takeComparison(m_comparison); });
    connect(m_all, &QToolButton::clicked, this, [this] { showStatement({}, {}); });
    connect(m_keep, &QCheckBox::toggled, this, [this](bool keep) { m_ui.app.sampler.setEnabled(keep); });
    connect(m_view, &QAbstractItemView::activated, this, [this](const QModelIndex &index) {
        const QString id = index.data(cell::Key).toString();
        showStatement(id, m_model->row(m_model->rowOf(id)).text);
    });
    connect(&ui.app.sampler, &MetricSampler::sampled, this, [this](const QString &kind) {
        m_stale = m_stale || kind == PerformanceService::statementKind().name;
        if (isVisible())
            reload();
    });
    showStatement({}, {});
}

void HistoryView::build()
{
    const auto name = [](QWidget *widget, const QString &object, const QString &accessible) {
        widget->setObjectName(object);
        widget->setAccessibleName(accessible);
    };
    name(m_span, u"historySpan"_s, tr("Period"));
    m_span->addItem(tr("Last hour"), 3'600);
    m_span->addItem(tr("Last 24 hours"), 86'400);
    m_span->addItem(tr("Last 7 days"), 7 * 86'400);
    m_span->addItem(tr("Last 30 days"), 30 * 86'400);
    m_span->addItem(tr("Last year"), 365 * 86'400);
    name(m_figure, u"historyFigure"_s, tr("Figure of the chart"));
    m_figure->addItems({tr("Time"), tr("Calls"), tr("Rows"), tr("Mean time")});
    name(m_against, u"historyAgainst"_s, tr("Compare with"));
    m_against->addItem(tr("against the period before"), 0);
    m_against->addItem(tr("against the same a day earlier"), 86'400);
    m_against->addItem(tr("against the same a week earlier"), 7 * 86'400);
    name(m_keep, u"historyKeep"_s, tr("Keep history on this desktop"));
    m_keep->setToolTip(tr("Take a sample each minute while connected and the window is to be seen"));
    m_keep->setChecked(m_ui.app.sampler.enabled());
    name(m_regressions, u"historyRegressions"_s, tr("Show regressions only"));
    name(m_all, u"historyAll"_s, tr("Show all statements together"));
    m_all->setText(tr("All statements"));
    m_subject->setObjectName(u"historySubject"_s);
    m_subject->setTextFormat(Qt::PlainText);
    m_observed->setObjectName(u"historyObserved"_s);
    m_observed->setProperty("secondary", true);
    m_observed->setWordWrap(true);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setAccessibleName(tr("Statements in two periods"));

    const auto section = [this](std::initializer_list<QWidget *> controls, QWidget *content) {
        auto *widget = new QWidget(this);
        auto *line = new FlowLayout(nullptr);
        for (QWidget *control : controls)
            line->addWidget(control);
        auto *layout = new QVBoxLayout(widget);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(0);
        auto *top = new QVBoxLayout;
        top->setContentsMargins(16, 8, 16, 8);
        top->addLayout(line);
        if (content == m_view)
            top->addWidget(m_observed);
        else
            top->addWidget(m_subject);
        layout->addLayout(top);
        layout->addWidget(content, 1);
        return widget;
    };
    auto *halves = new QSplitter(Qt::Vertical, this);
    halves->addWidget(section({m_span, m_figure, m_all, m_keep}, m_chart));
    halves->addWidget(section({m_against, m_regressions}, m_view));
    halves->setChildrenCollapsible(false);
    halves->setHandleWidth(1);
    halves->setSizes({420, 300});
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(halves);
}

void HistoryView::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    reload();
}

void HistoryView::clear()
{
    m_pointsRequest.cancel();
    m_comparisonRequest.cancel();
    m_sinceRequest.cancel();
    m_points.clear();
    m_comparison = {};
    m_since = {};
    m_model->setRows({});
    m_queryId.clear();
    m_all->hide();
    m_stale = true;
    draw();
}

void HistoryView::showStatement(const QString &queryId, const QString &line)
{
    m_queryId = queryId;
    m_subject->setText(queryId.isEmpty()
                           ? tr("All statements of this database, those of this program left out")
                           : line.left(160));
    m_all->setVisible(!queryId.isEmpty());
    m_stale = true;
    reload();
}

Period HistoryView::period() const
{
    const QDateTime now = QDateTime::currentDateTimeUtc();
    return {now.addSecs(-m_span->currentData().toInt()), now};
}

Period HistoryView::periodBefore() const
{
    const Period now = period();
    const int back = std::max(m_against->currentData().toInt(), m_span->currentData().toInt());
    return {now.from.addSecs(-back), now.to.addSecs(-back)};
}

void HistoryView::reload()
{
    if (!m_stale || !isVisible() || m_ui.app.pool.state() == ConnectionPool::State::Closed)
        return;
    m_stale = false;
    PerformanceService &service = m_ui.app.performance;
    m_sinceRequest.run([&](const CancelToken &) { return service.historySince(); },
                       [this](const Result<QDateTime> &since) {
                           m_since = since ? *since : QDateTime();
                           draw();
                           emit statusChanged();
                       });
    m_pointsRequest.run([&](const CancelToken &) { return service.history(m_queryId, period()); },
                        [this](const Result<QList<MetricPoint>> &points) {
                            if (!points) {
                                emit failed(points.error());
                                return;
                            }
                            m_points = *points;
                            draw();
                        });
    m_comparisonRequest.run([&](const CancelToken &) { return service.compare(periodBefore(), period()); },
                            [this](const Result<StatementComparison> &comparison) {
                                if (comparison)
                                    takeComparison(*comparison);
                                else
                                    emit failed(comparison.error());
                            });
}

void HistoryView::draw()
{
    const int figure = m_figure->currentIndex();
    static const char *const titles[] = {QT_TR_NOOP("Execution time a second"), QT_TR_NOOP("Calls a second"),
                                         QT_TR_NOOP("Rows a second"), QT_TR_NOOP("Mean time of a call")};
    ChartData drawn;
    drawn.title = tr(titles[figure]);
    drawn.unit = figure == TimePerSecond ? tr("ms/s") : figure == MeanTime ? tr("ms") : tr("per second");
    drawn.decimals = 2;
    drawn.note = tr("Differences between samples; a gap where none was taken or the counters began anew");
    ChartSeries series{m_queryId.isEmpty() ? tr("All statements") : tr("This statement"), {}};
    // A point stands for the time after it: the line breaks where the next one does not follow at once.
    for (qsizetype i = 0; i < m_points.size(); ++i) {
        const MetricPoint &point = m_points[i];
        drawn.times.append(QDateTime::fromSecsSinceEpoch(point.at));
        series.values.append(figureOf(point, figure));
        const qint64 end = point.at + point.seconds;
        const qint64 next = i + 1 < m_points.size() ? m_points[i + 1].at : end;
        if (point.known && next > end + std::max<qint64>(120, point.seconds)) {
            drawn.times.append(QDateTime::fromSecsSinceEpoch(end));
            series.values.append(none);
        }
    }
    drawn.series = {series};
    m_chart->setEmptyReason(!m_ui.app.sampler.enabled()
                                ? tr("No history is kept: tick “Keep history” to take a sample each minute.")
                            : !m_ui.app.pool.capabilities().monitor
                                ? tr("This login has not the rights of pg_monitor, so no samples are taken.")
                                : tr("No sample falls into this period yet. The first point comes after two "
                                     "samples, a minute apart, "
                                     "while the window is to be seen."));
    m_chart->setData(std::move(drawn));
}

void HistoryView::takeComparison(const StatementComparison &comparison)
{
    m_comparison = comparison;
    QList<StatementChange> shown;
    for (const StatementChange &change : comparison.changes)
        if (change.regressed || !m_regressions->isChecked())
            shown.append(change);
    m_model->setRows(shown);
    const auto minutes = [](qint64 seconds) { return format::duration(seconds * 1'000); };
    m_observed->setText(
        comparison.secondsBefore == 0
            ? tr("The former period was not observed, so there is nothing to compare with.")
            : tr("Observed: %1 now, %2 before. Statements outside the 200 most expensive of a "
                 "sample are not told apart.")
                  .arg(minutes(comparison.secondsAfter), minutes(comparison.secondsBefore)));
}

QString HistoryView::status() const
{
    if (!m_since.isValid())
        return tr("No history of this database yet");
    const int seconds = m_ui.app.sampler.interval(PerformanceService::statementKind().name);
    return tr("History since %1 · a sample every %2 s")
        .arg(format::exact(m_since.toLocalTime()), format::count(seconds));
}
