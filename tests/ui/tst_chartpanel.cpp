// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/appcontext.h"
#include "ui/shared/chartmodel.h"
#include "ui/shared/chartpanel.h"
#include "ui/shared/chartview.h"
#include "ui/shared/figuretile.h"
#include "ui/shared/theme.h"
#include "ui/shell/prompt.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTimeZone>
#include <QToolButton>
#include <QtCharts/QCategoryAxis>
#include <QtCharts/QLineSeries>
#include <QtCharts/QXYSeries>

#include <cmath>

using namespace Qt::StringLiterals;

namespace {

const double none = std::nan("");

ChartData salesByDay()
{
    ChartData data{.title = u"Sales by day"_s,
                   .note = u"Sales less returns, tax included"_s,
                   .xTitle = u"Day"_s,
                   .unit = u"USD"_s,
                   .decimals = 2};
    ChartSeries now{.name = u"This year"_s};
    ChartSeries then{.name = u"A year earlier"_s, .comparison = true};
    for (int day = 0; day < 30; ++day) {
        data.times += QDateTime(QDate(2026, 9, 1).addDays(day), QTime(0, 0), Qt::UTC);
        now.values += day == 10 || day == 11 ? none : 1000 + 400 * std::sin(day / 3.0);
        then.values += 900 + 300 * std::cos(day / 4.0);
    }
    data.series = {now, then};
    return data;
}

ChartData categories(ChartData::Form form, int count, int series)
{
    ChartData data{.title = u"By category"_s, .form = form};
    for (int i = 0; i < count; ++i)
        data.categories += u"Category number %1"_s.arg(i);
    for (int s = 0; s < series; ++s) {
        ChartSeries one{.name = u"Series %1"_s.arg(s + 1)};
        for (int i = 0; i < count; ++i)
            one.values += (i + 1) * 10.0 + s;
        data.series += one;
    }
    return data;
}

} // namespace

class TestChartPanel final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void init();

    void withoutValuesItSaysWhy();
    void missingSamplesAreGaps();
    void amountsStartAtZero();
    void everyFormIsDrawn_data();
    void everyFormIsDrawn();
    void arrowKeysTellEveryPoint();
    void enterAsksForTheRows();
    void tableShowsTheSameValues();
    void tableIsAModel();
    void csvCannotRunAFormula();
    void exportsAreWritten_data();
    void exportsAreWritten();
    void aFolderThatIsNotThereGetsASentence();
    void coloursFollowTheTheme();
    void tileTellsWhatItCounts();

private:
    QTemporaryDir m_folder;
    std::unique_ptr<AppContext> m_app;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<Theme> m_theme;
    Prompt m_prompt;
    std::unique_ptr<ChartPanel> m_panel;
};

void TestChartPanel::initTestCase()
{
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    for (const char *name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"})
        qputenv(name, m_folder.path().toUtf8());
    m_app = std::make_unique<AppContext>();
    m_settings = std::make_unique<Settings>(m_folder.filePath(u"settings.ini"_s));
    m_theme = std::make_unique<Theme>(*qApp, *m_settings);
}

void TestChartPanel::init()
{
    m_theme->setMode(Theme::Mode::Light);
    m_panel = std::make_unique<ChartPanel>(UiContext{*m_app, *m_theme, m_prompt}, u"testChart"_s);
    m_panel->resize(800, 400);
    m_panel->show();
}

void TestChartPanel::withoutValuesItSaysWhy()
{
    m_panel->setEmptyReason(u"No sale in this period."_s);
    ChartData data = salesByDay();
    for (ChartSeries &series : data.series)
        series.values.fill(none);
    m_panel->setData(data);
    auto *reason = m_panel->findChild<QLabel *>(u"chartReason"_s);
    QVERIFY(reason->isVisible());
    QCOMPARE(reason->text(), u"No sale in this period."_s);
    QVERIFY(!m_panel->findChild<QToolButton *>(u"chartExport"_s)->isEnabled());
    m_panel->setData(salesByDay());
    QVERIFY(!reason->isVisible());
}

void TestChartPanel::missingSamplesAreGaps()
{
    m_panel->setData(salesByDay());
    const QList<QAbstractSeries *> drawn = m_panel->findChild<ChartView *>()->chart()->series();
    QCOMPARE(drawn.size(), 3); // two runs around the gap, one whole year before
    QCOMPARE(qobject_cast<QXYSeries *>(drawn[0])->count(), 10);
    QCOMPARE(qobject_cast<QXYSeries *>(drawn[1])->count(), 18);
    QCOMPARE(qobject_cast<QXYSeries *>(drawn[2])->count(), 30);
}

void TestChartPanel::amountsStartAtZero()
{
    const auto lowest = [this] {
        const auto axes = m_panel->findChild<ChartView *>()->chart()->axes(Qt::Vertical);
        return qobject_cast<QCategoryAxis *>(axes.value(0))->min();
    };
    m_panel->setData(salesByDay());
    QCOMPARE(lowest(), 0.0);
    ChartData share = salesByDay();
    share.fromZero = false;
    m_panel->setData(share);
    QVERIFY(lowest() > 0.0);
}

void TestChartPanel::everyFormIsDrawn_data()
{
    QTest::addColumn<ChartData>("data");
    using enum ChartData::Form;
    QTest::newRow("a line over time with a gap") << salesByDay();
    QTest::newRow("a line over categories") << categories(Line, 7, 1);
    QTest::newRow("bars side by side") << categories(Bars, 7, 2);
    QTest::newRow("stacked bars") << categories(StackedBars, 24, 7);
    QTest::newRow("more bars than labels have room") << categories(Bars, 300, 1);
    QTest::newRow("horizontal bars with their values") << categories(HorizontalBars, 10, 1);
    QTest::newRow("a single point") << categories(Line, 1, 1);
    ChartData zero = categories(Bars, 3, 1);
    zero.series[0].values.fill(0.0);
    QTest::newRow("nothing but zeros") << zero;
    ChartData negative = categories(Bars, 3, 1);
    negative.series[0].values = {-5, 3, -1};
    QTest::newRow("returns above sales") << negative;
    ChartData same = categories(HorizontalBars, 2, 1);
    same.categories = {u"same"_s, u"same"_s};
    QTest::newRow("two categories of one name") << same;
    ChartData uneven = categories(Bars, 4, 2);
    uneven.series[1].values = {1.0};
    QTest::newRow("a series that ends early") << uneven;
}

void TestChartPanel::everyFormIsDrawn()
{
    QFETCH(ChartData, data);
    m_panel->setData(data);
    auto *view = m_panel->findChild<ChartView *>();
    const QImage light = view->grab().toImage();
    // The first series' colour is in the picture, unless all is zero.
    const QRgb wanted = m_theme->seriesColour(0).rgb();
    bool seen = false;
    for (int y = 0; y < light.height() && !seen; ++y)
        for (int x = 0; x < light.width() && !seen; ++x)
            seen = light.pixel(x, y) == wanted;
    const bool zero = std::all_of(data.series[0].values.begin(), data.series[0].values.end(),
                                  [](double v) { return v == 0.0; });
    QVERIFY(seen || zero);
    for (int i = 0; i < data.count(); ++i) {
        view->setCurrent(i);
        QCOMPARE(view->current(), i);
    }
    view->grab();
    if (const QString folder = qEnvironmentVariable("CHART_PICTURES"); !folder.isEmpty()) {
        for (const Theme::Mode mode : {Theme::Mode::Light, Theme::Mode::Dark}) {
            m_theme->setMode(mode);
            view->setCurrent(data.count() / 3);
            m_panel->grab().save(
                u"%1/%2-%3.png"_s.arg(folder, QString::fromUtf8(QTest::currentDataTag()).replace(u' ', u'-'),
                                      mode == Theme::Mode::Dark ? u"dark"_s : u"light"_s));
        }
    }
}

void TestChartPanel::arrowKeysTellEveryPoint()
{
    m_panel->setData(salesByDay());
    auto *view = m_panel->findChild<ChartView *>();
    QVERIFY(view->accessibleDescription().contains(u"highest"_s));
    QTest::keyClick(view, Qt::Key_Home);
    QCOMPARE(view->current(), 0);
    QVERIFY(view->accessibleDescription().contains(u"1,000.00"_s));
    for (int i = 0; i < 10; ++i)
        QTest::keyClick(view, Qt::Key_Right);
    QVERIFY(view->accessibleDescription().contains(u"no sample"_s));
    QTest::keyClick(view, Qt::Key_End);
    QCOMPARE(view->current(), 29);
    QTest::keyClick(view, Qt::Key_Right);
    QCOMPARE(view->current(), 29);
    QTest::keyClick(view, Qt::Key_Escape);
    QCOMPARE(view->current(), -1);
}

void TestChartPanel::enterAsksForTheRows()
{
    m_panel->setData(categories(ChartData::Form::Bars, 5, 1));
    const QSignalSpy asked(m_panel.get(), &ChartPanel::activated);
    auto *view = m_panel->findChild<ChartView *>();
    QTest::keyClick(view, Qt::Key_Return);
    QCOMPARE(asked.count(), 0);
    QTest::keyClick(view, Qt::Key_Home);
    QTest::keyClick(view, Qt::Key_Right);
    QTest::keyClick(view, Qt::Key_Return);
    QCOMPARE(asked.count(), 1);
    QCOMPARE(asked[0][0].toInt(), 1);
}

void TestChartPanel::tableShowsTheSameValues()
{
    m_panel->setData(salesByDay());
    m_panel->showTable(true);
    auto *table = m_panel->findChild<QAbstractItemView *>(u"testChartTable"_s);
    QVERIFY(table->isVisible());
    QCOMPARE(table->model()->rowCount(), 30);
    QCOMPARE(table->model()->index(0, 1).data().toString(), u"1,000.00"_s);
    QCOMPARE(table->model()->index(10, 1).data().toString(), u"no sample"_s);
    QCOMPARE(table->model()->headerData(1, Qt::Horizontal).toString(), u"This year (USD)"_s);
}

void TestChartPanel::tableIsAModel()
{
    ChartModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setData(salesByDay());
    model.setData(categories(ChartData::Form::Bars, 3, 2));
    model.setData(ChartData{});
    QCOMPARE(model.rowCount(), 0);
}

void TestChartPanel::csvCannotRunAFormula()
{
    ChartData data = categories(ChartData::Form::Bars, 2, 1);
    data.categories = {u"=HYPERLINK(\"x\")"_s, u"a, \"b\""_s};
    data.series[0].values = {none, 2.5};
    QCOMPARE(data.csv(),
             QByteArray("\"Name\",\"Series 1\"\r\n\"'=HYPERLINK(\"\"x\"\")\",\r\n\"a, \"\"b\"\"\",2.5\r\n"));
}

void TestChartPanel::exportsAreWritten_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("begins");
    QTest::newRow("a picture") << u"chart.png"_s << QByteArray("\x89PNG");
    QTest::newRow("a drawing") << u"chart.svg"_s << QByteArray("<?xml");
    QTest::newRow("the values") << u"chart.csv"_s << QByteArray("\"Day\",\"This year (USD)\"");
}

void TestChartPanel::exportsAreWritten()
{
    QFETCH(QString, file);
    QFETCH(QByteArray, begins);
    m_panel->setData(salesByDay());
    const QString path = m_folder.filePath(file);
    const Result<void> saved = m_panel->saveTo(path);
    QVERIFY2(saved.ok(), saved ? "" : qPrintable(saved.error().text()));
    QFile written(path);
    QVERIFY(written.open(QIODevice::ReadOnly));
    const QByteArray bytes = written.readAll();
    QVERIFY(bytes.startsWith(begins));
    if (file.endsWith(u"svg"_s))
        QVERIFY(bytes.contains("Sales less returns"));
    if (const QString folder = qEnvironmentVariable("CHART_PICTURES"); !folder.isEmpty())
        QFile::copy(path, folder + u'/' + file);
}

void TestChartPanel::aFolderThatIsNotThereGetsASentence()
{
    m_panel->setData(salesByDay());
    const Result<void> saved = m_panel->saveTo(m_folder.filePath(u"no/such/folder/chart.png"_s));
    QVERIFY(!saved.ok());
    QCOMPARE(saved.error().kind, ErrorKind::Io);
    QVERIFY(saved.error().message.contains(u"could not be written"_s));
    QCOMPARE(m_panel->saveTo(m_folder.filePath(u"chart.doc"_s)).error().kind, ErrorKind::Usage);
}

void TestChartPanel::coloursFollowTheTheme()
{
    m_panel->setData(salesByDay());
    auto *view = m_panel->findChild<ChartView *>();
    QCOMPARE(view->backgroundBrush().color(), Tokens::light().surface);
    m_theme->setMode(Theme::Mode::Dark);
    QCOMPARE(view->backgroundBrush().color(), Tokens::dark().surface);
    QCOMPARE(qobject_cast<QXYSeries *>(view->chart()->series().constFirst())->pen().color(),
             Theme::seriesColour(Tokens::dark(), 0));
}

void TestChartPanel::tileTellsWhatItCounts()
{
    FigureTile tile(*m_theme, u"netSales"_s, u"Net sales"_s);
    tile.setFigure(u"12,400.50"_s, u"Sales less returns"_s);
    QCOMPARE(tile.accessibleName(), u"Net sales: 12,400.50. Sales less returns"_s);
    const QSignalSpy asked(&tile, &FigureTile::actionRequested);
    tile.setAction(u"Show sales"_s);
    tile.findChild<QPushButton *>()->click();
    QCOMPARE(asked.count(), 1);
}

QTEST_MAIN(TestChartPanel)
#include "tst_chartpanel.moc"
