// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/settings.h"
#include "ui/shared/theme.h"

#include <QApplication>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

class TestTheme final : public QObject
{
    Q_OBJECT

private slots:
    void contrastOfKnownColours();
    void contrast_data();
    void contrast();
    void storeColoursAreMarks_data();
    void storeColoursAreMarks();
    void everyTokenOfTheSheetIsReplaced();
    void zoomStaysInItsLimits();
};

void TestTheme::contrastOfKnownColours()
{
    QCOMPARE(Theme::contrast(Qt::black, Qt::white), 21.0);
    QCOMPARE(Theme::contrast(Qt::white, Qt::white), 1.0);
}

void TestTheme::contrast_data()
{
    QTest::addColumn<QColor>("ink");
    QTest::addColumn<QColor>("ground");
    QTest::addColumn<double>("least");
    const auto add = [](const char *appearance, const Tokens &t) {
        const QList<std::pair<const char *, QColor>> grounds{{"window", t.window},
                                                             {"surface", t.surface},
                                                             {"selection", t.selection},
                                                             {"hover", t.hover},
                                                             {"accent ground", t.accentSoft},
                                                             {"good ground", t.goodSoft},
                                                             {"warning ground", t.warningSoft},
                                                             {"bad ground", t.badSoft}};
        const QList<std::pair<const char *, QColor>> inks{{"text", t.text}, {"secondary text", t.secondary},
                                                          {"good", t.good}, {"warning", t.warning},
                                                          {"bad", t.bad},   {"accent", t.accent}};
        for (const auto &[groundName, ground] : grounds)
            for (const auto &[inkName, ink] : inks)
                QTest::addRow("%s: %s on %s is readable", appearance, inkName, groundName)
                    << ink << ground << 4.5;
        QTest::addRow("%s: text on a filled button is readable", appearance) << t.onAccent << t.accent << 4.5;
        QTest::addRow("%s: text on a hovered filled button is readable", appearance)
            << t.onAccent << t.accentHover << 4.5;
        QTest::addRow("%s: text on the production badge is readable", appearance) << t.onBad << t.bad << 4.5;
        QTest::addRow("%s: outlines of controls are seen on the surface", appearance)
            << t.control << t.surface << 3.0;
        QTest::addRow("%s: outlines of controls are seen on the window", appearance)
            << t.control << t.window << 3.0;
        QTest::addRow("%s: the focus ring is seen on a selected row", appearance)
            << t.accent << t.selection << 3.0;
        for (int slot = 0; slot < 7; ++slot)
            QTest::addRow("%s: colour %d of the charts is seen on the surface", appearance, slot + 1)
                << Theme::seriesColour(t, slot) << t.surface << 3.0;
    };
    add("light", Tokens::light());
    add("dark", Tokens::dark());
}

void TestTheme::contrast()
{
    QFETCH(QColor, ink);
    QFETCH(QColor, ground);
    QFETCH(double, least);
    const double ratio = Theme::contrast(ink, ground);
    QVERIFY2(ratio >= least, qPrintable(u"%1 on %2: %3"_s.arg(ink.name(), ground.name()).arg(ratio)));
}

void TestTheme::storeColoursAreMarks_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("in light") << false;
    QTest::newRow("in dark") << true;
}

void TestTheme::storeColoursAreMarks()
{
    QFETCH(bool, dark);
    const Tokens t = dark ? Tokens::dark() : Tokens::light();
    for (int i = 0; i < 500; ++i) {
        const QColor colour = Theme::storeColour(t, u"store_%1"_s.arg(i));
        QVERIFY(Theme::contrast(colour, t.surface) >= 3.0);
        QVERIFY(Theme::contrast(colour, t.window) >= 3.0);
    }
    QCOMPARE(Theme::storeColour(t, u"seattle"_s), Theme::storeColour(t, u"seattle"_s));
    QVERIFY(Theme::storeColour(t, u"seattle"_s) != Theme::storeColour(t, u"bellevue"_s));
}

void TestTheme::everyTokenOfTheSheetIsReplaced()
{
    const QTemporaryDir folder;
    Settings settings(folder.filePath(u"settings.ini"_s));
    Theme theme(*qApp, settings);
    for (const Theme::Mode mode : {Theme::Mode::Light, Theme::Mode::Dark}) {
        theme.setMode(mode);
        QVERIFY(!qApp->styleSheet().isEmpty());
        const qsizetype comment = qApp->styleSheet().indexOf("*/"_L1);
        QVERIFY(!qApp->styleSheet().mid(comment).contains(u'@'));
        QCOMPARE(theme.dark(), mode == Theme::Mode::Dark);
    }
}

void TestTheme::zoomStaysInItsLimits()
{
    const QTemporaryDir folder;
    Settings settings(folder.filePath(u"settings.ini"_s));
    Theme theme(*qApp, settings);
    const QSignalSpy changed(&theme, &Theme::changed);
    const int height = theme.rowHeight();
    theme.setZoomPercent(500);
    QCOMPARE(theme.zoomPercent(), 200);
    QVERIFY(theme.rowHeight() > height);
    theme.setZoomPercent(1);
    QCOMPARE(theme.zoomPercent(), 70);
    theme.setZoomPercent(100);
    QCOMPARE(theme.rowHeight(), height);
    QCOMPARE(changed.count(), 3);
}

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
