// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/chartview.h"

#include "ui/shared/theme.h"

#include <QAccessible>
#include <QGraphicsLayout>
#include <QKeyEvent>
#include <QLocale>
#include <QtCharts/QBarSeries>
#include <QtCharts/QBarSet>
#include <QtCharts/QCategoryAxis>
#include <QtCharts/QHorizontalBarSeries>
#include <QtCharts/QLineSeries>
#include <QtCharts/QStackedBarSeries>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace {

constexpr int mostDirectLabels = 6;

/// The round number (1, 2 or 5 times a power of ten) that cuts `span` into about `parts`.
double niceStep(double span, int parts)
{
    const double rough = span / parts;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= rough * 0.999)
            return factor * power;
    return 10.0 * power;
}

struct Tick
{
    QDateTime time;
    QString text;
};

/// Ticks at round times of the times' own zone, at most `most`.
QList<Tick> timeTicks(const QDateTime &from, const QDateTime &to, int most)
{
    const QLocale locale;
    QList<Tick> ticks;
    const qint64 wanted = std::max<qint64>(1, from.secsTo(to) / std::max(most, 1));
    static constexpr int clockSteps[] = {1,   2,   5,    10,   15,   30,    60,    120,  300,
                                         600, 900, 1800, 3600, 7200, 10800, 21600, 43200};
    if (wanted <= 43200) {
        const int step = *std::lower_bound(std::begin(clockSteps), std::end(clockSteps), wanted);
        const QDateTime midnight(from.date().startOfDay(from.timeZone()));
        for (QDateTime time = midnight.addSecs((midnight.secsTo(from) + step - 1) / step * step); time <= to;
             time = time.addSecs(step)) {
            const bool day = time.time() == QTime(0, 0);
            ticks.append({time, locale.toString(time, day         ? u"d MMM"_s
                                                      : step < 60 ? u"HH:mm:ss"_s
                                                                  : u"HH:mm"_s)});
        }
    } else if (wanted <= 21 * 86400) {
        const int days = static_cast<int>((wanted + 86399) / 86400);
        const int step = days <= 2 ? days : days <= 7 ? 7 : 14;
        for (QDate day = from.date(); day <= to.date(); day = day.addDays(step))
            if (const QDateTime time = day.startOfDay(from.timeZone()); time >= from)
                ticks.append({time, locale.toString(day, u"d MMM"_s)});
    } else {
        const int months = static_cast<int>((wanted + 30 * 86400 - 1) / (30 * 86400));
        const int step = months <= 3 ? months : months <= 6 ? 6 : (months + 11) / 12 * 12;
        for (QDate day(from.date().year(), 1, 1); day <= to.date(); day = day.addMonths(step))
            if (const QDateTime time = day.startOfDay(from.timeZone()); time >= from)
                ticks.append({time, locale.toString(day, step >= 12 ? u"yyyy"_s : u"MMM yyyy"_s)});
    }
    return ticks;
}

/// What stands under the bar of a month, a day or an hour; the first hour of a day names the day.
QString barLabel(const QList<QDateTime> &times, int index)
{
    const QDateTime &time = times[index];
    const qint64 step = times.size() > 1 ? times[0].secsTo(times[1]) : 86400;
    return QLocale().toString(time, step >= 28 * 86400                             ? u"MMM yyyy"_s
                                    : step >= 23 * 3600 || time.time().hour() == 0 ? u"d MMM"_s
                                                                                   : u"HH:mm"_s);
}

/// Two labels of one text would be one category of the axis: invisible marks make them different.
void appendLabel(QCategoryAxis *axis, QString label, double value)
{
    const QStringList used = axis->categoriesLabels();
    while (used.contains(label))
        label += QChar(0x200B);
    axis->append(label, value);
}

} // namespace

ChartView::ChartView(const Theme &theme, QWidget *parent)
    : QChartView(new QChart, parent)
    , m_theme(theme)
    , m_tokens(std::make_unique<Tokens>(theme.tokens()))
{
    setObjectName(u"chartView"_s);
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(NoFrame);
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setViewportUpdateMode(FullViewportUpdate); // what drawForeground draws is part of no item
    chart()->legend()->hide();
    chart()->setBackgroundRoundness(0);
    chart()->setAnimationOptions(QChart::NoAnimation);
    chart()->layout()->setContentsMargins(0, 0, 0, 0);
    build();
}

ChartView::~ChartView() = default;

void ChartView::setData(ChartData shown)
{
    // A chart that goes on keeps what is looked at, which moves with its time.
    const QDateTime current = byTime() ? m_data.times.value(m_current) : QDateTime();
    m_data = std::move(shown);
    m_current = current.isValid() ? static_cast<int>(m_data.times.indexOf(current)) : -1;
    setAccessibleName(m_data.title);
    setAccessibleDescription(m_data.summary());
    build();
}

void ChartView::setTokens(const Tokens &tokens)
{
    *m_tokens = tokens;
    build();
}

void ChartView::setActionHint(const QString &hint)
{
    m_actionHint = hint;
}

bool ChartView::directLabels() const
{
    return m_data.form == ChartData::Form::Line && m_data.series.size() <= mostDirectLabels;
}

QColor ChartView::colour(int series) const
{
    const ChartSeries &one = m_data.series[series];
    return one.comparison ? m_tokens->control
                          : Theme::seriesColour(*m_tokens, one.colour < 0 ? series : one.colour);
}

double ChartView::position(int index) const
{
    if (byTime())
        return static_cast<double>(m_data.times[index].toMSecsSinceEpoch());
    // Qt draws horizontal bars upwards; the first category belongs on top.
    return horizontal() ? m_data.count() - 1 - index : index;
}

QPointF ChartView::place(int index, double value) const
{
    const QPointF point = horizontal() ? QPointF(value, position(index)) : QPointF(position(index), value);
    return chart()->mapToPosition(point, m_any);
}

void ChartView::build()
{
    chart()->removeAllSeries();
    const QList<QAbstractAxis *> former = chart()->axes();
    for (QAbstractAxis *axis : former) {
        chart()->removeAxis(axis); // which gives it back to us
        delete axis;
    }
    m_points = m_values = nullptr;
    m_any = nullptr;
    setBackgroundBrush(m_tokens->surface);
    chart()->setBackgroundBrush(m_tokens->surface);
    chart()->setBackgroundPen(Qt::NoPen);
    if (m_data.isEmpty())
        return;

    const QFontMetrics metrics(m_theme.font(0.9));
    int right = m_theme.px(12);
    if (directLabels() && m_data.series.size() > 1)
        for (const ChartSeries &one : m_data.series)
            right =
                std::max(right, std::min(metrics.horizontalAdvance(one.name), width() / 4) + m_theme.px(30));
    if (horizontal() && m_data.series.size() == 1)
        for (const double value : m_data.series[0].values)
            right = std::max(right, metrics.horizontalAdvance(m_data.valueText(value)) + m_theme.px(16));
    if (horizontal() && m_data.series.size() > 1) // half of the last value's label stands beyond the plot
        for (const ChartSeries &one : m_data.series)
            for (const double value : one.values)
                if (!std::isnan(value))
                    right = std::max(right, metrics.horizontalAdvance(m_data.valueText(value)) / 2);
    const bool key = !directLabels() && m_data.series.size() > 1;
    chart()->setMargins(
        {m_theme.px(4), key ? metrics.height() + m_theme.px(12) : m_theme.px(8), right, m_theme.px(4)});

    m_points = new QCategoryAxis;
    m_values = new QCategoryAxis;
    for (QCategoryAxis *axis : {m_points, m_values}) {
        axis->setLabelsPosition(QCategoryAxis::AxisLabelsPositionOnValue);
        axis->setLabelsFont(m_theme.font(0.85));
        axis->setLabelsColor(m_tokens->secondary);
        axis->setGridLinePen(QPen(m_tokens->grid, 1));
        axis->setLinePen(QPen(m_tokens->border, 1));
        axis->setTruncateLabels(false);
    }
    m_points->setGridLineVisible(false);
    chart()->addAxis(m_points, horizontal() ? Qt::AlignLeft : Qt::AlignBottom);
    chart()->addAxis(m_values, horizontal() ? Qt::AlignBottom : Qt::AlignLeft);
    m_data.form == ChartData::Form::Line ? buildLines() : buildBars();
    fillPointAxis(m_points);
    fillValueAxis(m_values);
    if (horizontal() && m_data.series.size() == 1) {
        m_values->setLabelsVisible(false); // every bar has its value beside it
        m_values->setGridLineVisible(false);
        m_values->setLineVisible(false);
    }
}

void ChartView::attach(QAbstractSeries *series)
{
    chart()->addSeries(series);
    series->attachAxis(m_points);
    series->attachAxis(m_values);
    m_any = series;
}

void ChartView::buildLines()
{
    for (int s = 0; s < m_data.series.size(); ++s) {
        const ChartSeries &one = m_data.series[s];
        QPen pen(colour(s), one.comparison ? 1.5 : 2);
        if (one.comparison)
            pen.setStyle(Qt::DashLine);
        QList<QPointF> run;
        const auto end = [&] {
            if (run.isEmpty())
                return;
            auto *line = new QLineSeries;
            line->setPen(pen);
            line->append(run);
            line->setPointsVisible(run.size() == 1); // a lone sample between gaps has no line to be seen by
            run.clear();
            attach(line);
        };
        for (int i = 0; i < m_data.count(); ++i)
            if (const double value = one.values.value(i, qQNaN()); std::isnan(value))
                end();
            else
                run.append({position(i), value});
        end();
    }
}

void ChartView::buildBars()
{
    QAbstractBarSeries *bars = nullptr;
    if (m_data.form == ChartData::Form::StackedBars)
        bars = new QStackedBarSeries;
    else if (horizontal())
        bars = new QHorizontalBarSeries;
    else
        bars = new QBarSeries;
    // Few bars stay bars: they do not fill the chart.
    const double room = double(horizontal() ? height() : width()) / std::max(1, m_data.count());
    const auto beside =
        m_data.form == ChartData::Form::StackedBars ? 1 : std::max<qsizetype>(1, m_data.series.size());
    bars->setBarWidth(
        std::min(m_data.count() > 40 ? 0.9 : 0.7, m_theme.px(56) * double(beside) / std::max(1.0, room)));
    // Grouped horizontal bars are drawn upwards too.
    for (int n = 0; n < m_data.series.size(); ++n) {
        const int s = horizontal() ? static_cast<int>(m_data.series.size()) - 1 - n : n;
        auto *set = new QBarSet(m_data.series[s].name);
        set->setColor(colour(s));
        set->setPen(Qt::NoPen);
        for (int i = 0; i < m_data.count(); ++i) {
            const int at = horizontal() ? m_data.count() - 1 - i : i;
            const double value = m_data.series[s].values.value(at, 0.0);
            set->append(std::isnan(value) ? 0.0 : value);
        }
        bars->append(set);
    }
    attach(bars);
}

void ChartView::fillValueAxis(QCategoryAxis *axis)
{
    double low = qInf();
    double high = -qInf();
    const bool stacked = m_data.form == ChartData::Form::StackedBars;
    for (int i = 0; i < m_data.count(); ++i) {
        double up = 0.0;
        double down = 0.0;
        for (const ChartSeries &one : m_data.series) {
            const double value = one.values.value(i, qQNaN());
            if (std::isnan(value))
                continue;
            (value < 0 ? down : up) += value;
            low = std::min(low, stacked ? down : value);
            high = std::max(high, stacked ? up : value);
        }
    }
    if (m_data.fromZero || m_data.form != ChartData::Form::Line) {
        low = std::min(low, 0.0);
        high = std::max(high, 0.0);
    }
    if (!(high - low > std::abs(high) * 1e-9))
        high = low + std::max(1.0, std::abs(low) * 0.1);
    // Round numbers of what is written: a thousand kilobytes is none.
    const double unit =
        m_data.bytes ? std::pow(1024.0, std::floor(std::log2(std::max(high, 1.0)) / 10)) : 1.0;
    double step = unit * niceStep((high - low) / unit, std::clamp(height() / m_theme.px(48), 2, 5));
    if (m_data.decimals == 0 && !m_data.format && !m_data.bytes)
        step = std::max(step, 1.0);
    const double first = std::floor(low / step + 1e-9) * step;
    const int steps = std::max(1, static_cast<int>(std::ceil((high - first) / step - 1e-9)));
    const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 6);
    axis->setStartValue(first);
    axis->setRange(first, first + steps * step);
    for (int i = 0; i <= steps; ++i) {
        const double value = first + i * step;
        appendLabel(axis,
                    m_data.format || m_data.bytes ? m_data.valueText(value)
                                                  : QLocale().toString(value, 'f', decimals),
                    value);
    }
}

void ChartView::fillPointAxis(QCategoryAxis *axis)
{
    const QFontMetrics metrics(m_theme.font(0.85));
    if (byTime()) {
        const double lone = m_data.count() == 1 ? 500 : 0; // in the middle, so that all of its mark is seen
        const double first = position(0) - lone;
        const double last = std::max(position(m_data.count() - 1), position(0) + lone + 1);
        axis->setStartValue(first);
        axis->setRange(first, last);
        const int most =
            std::max(2, width() / (metrics.horizontalAdvance(u"00 MMM 0000"_s) + m_theme.px(32)));

        for (const Tick &tick : timeTicks(m_data.times.first(), m_data.times.last(), most)) {
            appendLabel(axis, tick.text, static_cast<double>(tick.time.toMSecsSinceEpoch()));
        }
        return;
    }
    const int n = m_data.count();
    axis->setStartValue(-0.5);
    axis->setRange(-0.5, n - 0.5);
    QStringList labels;
    int widest = 1;
    for (int i = 0; i < n; ++i) {
        QString label = m_data.times.isEmpty() ? m_data.categories[i] : barLabel(m_data.times, i);
        label = metrics.elidedText(label, Qt::ElideRight,
                                   horizontal() ? std::min(m_theme.px(360), width() / 3) : m_theme.px(140));
        widest = std::max(widest, metrics.horizontalAdvance(label));
        labels += label;
    }
    const int room = horizontal() ? height() - m_theme.px(16) : width() - m_theme.px(80);
    const int each = horizontal() ? metrics.height() : widest + m_theme.px(10);
    const int every = std::max(1, static_cast<int>(std::ceil(double(n) * each / std::max(room, 1))));
    for (int k = 0; k < n; ++k)
        if (const int i = horizontal() ? n - 1 - k : k; i % every == 0)
            appendLabel(axis, labels[i], position(i));
}

void ChartView::setCurrent(int index)
{
    const int count = m_data.isEmpty() ? 0 : m_data.count();
    index = count == 0 ? -1 : std::clamp(index, -1, count - 1);
    if (index == m_current)
        return;
    m_current = index;
    QString told = m_data.summary();
    if (index >= 0) {
        told = m_data.pointText(index);
        for (const ChartSeries &one : m_data.series)
            told += u"; %1 %2"_s.arg(one.name, m_data.valueText(one.values.value(index, qQNaN())));
    }
    setAccessibleDescription(told);
    QAccessibleEvent event(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&event);
    viewport()->update();
}

int ChartView::nearest(const QPointF &point) const
{
    if (!m_any || !chart()->plotArea().adjusted(-8, -8, 8, 8).contains(point))
        return -1;
    const QPointF value = chart()->mapToValue(point, m_any);
    const double wanted = horizontal() ? value.y() : value.x();
    int best = -1;
    for (int i = 0; i < m_data.count(); ++i)
        if (best < 0 || std::abs(position(i) - wanted) < std::abs(position(best) - wanted))
            best = i;
    return best;
}

void ChartView::resizeEvent(QResizeEvent *event)
{
    QChartView::resizeEvent(event);
    build();
}

void ChartView::mouseMoveEvent(QMouseEvent *event)
{
    setCurrent(nearest(event->position()));
    QChartView::mouseMoveEvent(event);
}

void ChartView::mouseDoubleClickEvent(QMouseEvent *event)
{
    if (const int index = nearest(event->position()); index >= 0)
        emit activated(index);
}

void ChartView::leaveEvent(QEvent *event)
{
    setCurrent(-1);
    QChartView::leaveEvent(event);
}

void ChartView::focusOutEvent(QFocusEvent *event)
{
    setCurrent(-1);
    QChartView::focusOutEvent(event);
}

void ChartView::keyPressEvent(QKeyEvent *event)
{
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Up:
        setCurrent(m_current < 0 ? m_data.count() - 1 : std::max(0, m_current - 1));
        return;
    case Qt::Key_Right:
    case Qt::Key_Down:
        setCurrent(m_current + 1);
        return;
    case Qt::Key_Home:
        setCurrent(0);
        return;
    case Qt::Key_End:
        setCurrent(m_data.count() - 1);
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_current >= 0)
            emit activated(m_current);
        return;
    case Qt::Key_Escape:
        if (m_current >= 0) {
            setCurrent(-1);
            return;
        }
        break;
    default:
        break;
    }
    event->ignore();
}

void ChartView::draw(QPainter &painter, const QRect &target, const Theme &theme, const Tokens &tokens,
                     const ChartData &shown)
{
    ChartView view(theme);
    view.setAttribute(Qt::WA_DontShowOnScreen);
    view.resize(target.size());
    view.setTokens(tokens);
    view.show(); // lays the chart out; on no screen
    view.setData(shown);
    view.chart()->layout()->activate();
    view.render(&painter, target, view.viewport()->rect());
}
