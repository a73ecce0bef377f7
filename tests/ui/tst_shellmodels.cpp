// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/settings.h"
#include "app/jobs/jobrunner.h"
#include "app/local/localstore.h"
#include "ui/maintenance/maintenancemodel.h"
#include "ui/search/searchmodel.h"
#include "ui/shared/cellrole.h"
#include "ui/shared/fuzzy.h"
#include "ui/shared/jobmodel.h"
#include "ui/shared/theme.h"
#include "ui/shell/commandpalette.h"
#include "ui/shell/pageregistry.h"
#include "ui/tenants/tenantsmodel.h"

#include <QAbstractItemModelTester>
#include <QAbstractItemView>
#include <QApplication>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <limits>

using namespace Qt::StringLiterals;

namespace {

StoreSummary store(const QString &id, double sales, double before)
{
    StoreSummary store;
    store.storeId = id;
    store.name = id.toUpper();
    store.active = true;
    store.sales30Days = sales;
    store.salesPrevious30Days = before;
    return store;
}

} // namespace

class TestShellModels final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }
    void fuzzy_data();
    void fuzzy();
    void fuzzyPrefersWholeWords();
    void tenantsTellWhatALoginIsNotTold();
    void tenantsTellTheTrendInWords();
    void jobsAreListedWithTheHistory();
    void searchTellsInWordsWhyAProductIsThere();
    void aDoneTaskIsNotOfferedAgain();
    void pagesAreGreyedWithAReason();
    void everyPageHasAnIdAndAMaker();
    void aLateListReplacesNoOtherPalette();
};

void TestShellModels::fuzzy_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<bool>("fits");
    QTest::newRow("nothing typed fits all") << QString() << true;
    QTest::newRow("a part in any case") << u"SEATT"_s << true;
    QTest::newRow("letters in order") << u"zrs"_s << true;
    QTest::newRow("two words in any order") << u"seattle zava"_s << true;
    QTest::newRow("letters out of order") << u"ttaes"_s << false;
    QTest::newRow("one word that is not there") << u"zava tacoma"_s << false;
}

void TestShellModels::fuzzy()
{
    QFETCH(QString, typed);
    QFETCH(bool, fits);
    QCOMPARE(fuzzyScore(typed, u"Zava Retail Seattle"_s) >= 0, fits);
}

void TestShellModels::fuzzyPrefersWholeWords()
{
    QVERIFY(fuzzyScore(u"sea", u"Zava Seattle") > fuzzyScore(u"sea", u"Zava Overseas"));
    QVERIFY(fuzzyScore(u"sea", u"Zava Overseas") > fuzzyScore(u"sea", u"Stone and sand"));
}

void TestShellModels::tenantsTellWhatALoginIsNotTold()
{
    TenantsModel model;
    const QAbstractItemModelTester tester(&model);
    StoreSummary told = store(u"a"_s, 10.5, 0);
    told.customers = 12400;
    StoreSummary notTold = store(u"b"_s, 0, 0);
    notTold.sales30Days = notTold.salesPrevious30Days = std::numeric_limits<double>::quiet_NaN();
    model.setStores({told, notTold});
    QCOMPARE(model.index(0, TenantsModel::Customers).data().toString(), u"12,400"_s);
    QCOMPARE(model.index(0, TenantsModel::Trend).data().toString(), u"–"_s);
    QCOMPARE(model.index(1, TenantsModel::Customers).data().toString(), u"not shown"_s);
    QCOMPARE(model.index(1, TenantsModel::Sales).data().toString(), u"not shown"_s);
    QVERIFY(model.index(1, TenantsModel::Sales).data(cell::Raw).toDouble() <
            model.index(0, TenantsModel::Sales).data(cell::Raw).toDouble());
    model.setCurrentStore(u"a"_s);
    QVERIFY(model.index(0, TenantsModel::Name).data(Qt::AccessibleTextRole).toString().contains("chosen"_L1));
}

void TestShellModels::tenantsTellTheTrendInWords()
{
    TenantsModel model;
    model.setStores({store(u"a"_s, 120, 100), store(u"b"_s, 50, 100)});
    QCOMPARE(model.index(0, TenantsModel::Trend).data().toString(), u"▲ 20.0 %"_s);
    QCOMPARE(model.index(1, TenantsModel::Trend).data().toString(), u"▼ 50.0 %"_s);
    QCOMPARE(model.index(1, TenantsModel::Trend).data(Qt::AccessibleTextRole).toString(),
             u"down 50.0 percent"_s);
}

void TestShellModels::jobsAreListedWithTheHistory()
{
    const QTemporaryDir folder;
    LocalStore store(folder.filePath(u"local.sqlite"_s));
    QVERIFY(store.prepare().ok());
    JobRunner runner(store);
    JobModel model(runner);
    const QAbstractItemModelTester tester(&model);
    JobRecord former;
    former.id = 4711;
    former.title = u"Backup"_s;
    former.state = u"failed"_s;
    former.log = u"a\nb"_s;
    former.who = u"anna"_s;
    former.origin = u"window"_s;
    model.setHistory({former});
    QCOMPARE(model.rowCount(), 1);
    const QSignalSpy finished(&runner, &JobRunner::finished);
    const Job *job =
        runner.start({u"test"_s, u"Count sheep"_s, {}, {}}, [](JobContext &context) -> Result<QString> {
            context.log(u"one"_s);
            return u"All counted."_s;
        });
    QCOMPARE(model.rowCount(), 2);
    QTRY_COMPARE(finished.count(), 1);
    QVERIFY(job->finished());
    QCOMPARE(model.index(0, JobModel::Title).data().toString(), u"Count sheep"_s);
    QCOMPARE(model.index(0, JobModel::State).data().toString(), u"Done"_s);
    QCOMPARE(model.index(0, JobModel::Summary).data().toString(), u"All counted."_s);
    QVERIFY(model.log(0).contains("one"_L1));
    QCOMPARE(model.index(1, JobModel::State).data().toString(), u"Failed"_s);
    QCOMPARE(model.log(1), u"a\nb"_s);
    QVERIFY(!model.job(1));
    // The window that ran it is not this one, and may be closed.
    QCOMPARE(model.index(0, JobModel::Who).data().toString(), u"this window"_s);
    QCOMPARE(model.index(1, JobModel::Who).data().toString(), u"anna · another window"_s);
}

void TestShellModels::searchTellsInWordsWhyAProductIsThere()
{
    const SearchModel model;
    SearchHit hit;
    hit.vectorRank = 1;
    hit.textRank = 12;
    QCOMPARE(model.why(hit), u"1st by meaning · 12th by words"_s);
    hit.vectorRank = 0;
    hit.textRank = 23;
    QCOMPARE(model.why(hit), u"23rd by words"_s);
}

void TestShellModels::aDoneTaskIsNotOfferedAgain()
{
    const auto task = [](const QString &table, bool chosen) {
        maintenance::Task made;
        made.schema = u"retail"_s;
        made.table = table;
        made.chosen = chosen;
        return made;
    };
    MaintenanceModel model;
    const QAbstractItemModelTester tester(&model);
    const QList<maintenance::Task> plan{task(u"done"_s, true), task(u"failed"_s, true), task(u"left"_s, true),
                                        task(u"idle"_s, false), task(u"wanted"_s, false)};
    model.setTasks(plan);
    QCOMPARE(model.ticked().size(), 3);
    model.setData(model.index(2, 0), Qt::Unchecked, Qt::CheckStateRole);
    model.setData(model.index(4, 0), Qt::Checked, Qt::CheckStateRole);

    maintenance::Report report({plan[0], plan[1], plan[4]});
    const auto end = [&report](qsizetype at, maintenance::State state) {
        report.change(at, [state](maintenance::Outcome &outcome) { outcome.state = state; });
    };
    end(0, maintenance::State::Done);
    end(1, maintenance::State::Failed);
    end(2, maintenance::State::Done);
    model.showReport(report);
    model.forgetDone();
    const auto tables = [&model] {
        QStringList names;
        for (const maintenance::Task &each : model.ticked())
            names += each.table;
        return names;
    };
    QCOMPARE(tables(), QStringList{u"failed"_s});

    // The new plan finds something to do where nothing was; what was unticked by hand stays so.
    model.setTasks({task(u"done"_s, false), task(u"failed"_s, true), task(u"left"_s, true),
                    task(u"idle"_s, true), task(u"wanted"_s, false)});
    QCOMPARE(tables(), (QStringList{u"failed"_s, u"idle"_s}));
}

void TestShellModels::pagesAreGreyedWithAReason()
{
    PageRegistry registry(allPages());
    const QAbstractItemModelTester tester(&registry);
    QVERIFY(registry.usable(u"products"_s));
    Capabilities can;
    can.dba = true;
    registry.setCapabilities(can);
    QVERIFY(!registry.usable(u"products"_s));
    QVERIFY(registry.usable(u"tenants"_s));
    const QModelIndex products = registry.indexOf(u"products"_s);
    QVERIFY(!products.flags().testFlag(Qt::ItemIsEnabled));
    QVERIFY(products.data(Qt::ToolTipRole).toString().contains("counts"_L1));
    can.owner = true;
    registry.setCapabilities(can);
    QVERIFY(registry.usable(u"products"_s));
}

void TestShellModels::everyPageHasAnIdAndAMaker()
{
    QSet<QString> ids;
    const QList<PageInfo> pages = allPages();
    for (const PageInfo &page : pages) {
        QVERIFY(!page.title.isEmpty());
        QVERIFY(!page.icon.isEmpty());
        QVERIFY(page.create);
        QVERIFY2(!ids.contains(page.id), qPrintable(page.id));
        ids.insert(page.id);
    }
}

void TestShellModels::aLateListReplacesNoOtherPalette()
{
    const QTemporaryDir folder;
    Settings settings(folder.filePath(u"settings.ini"_s));
    Theme theme(*qApp, settings);
    QWidget window;
    CommandPalette palette(theme, &window);
    const auto entry = [](const QString &title) {
        return CommandPalette::Entry{title, {}, {}, {}, [] {}, {}};
    };
    const auto *list = palette.findChild<QAbstractItemView *>(u"paletteList"_s);
    const auto first = [list] { return list->model()->index(0, 0).data().toString(); };
    const int stores = palette.open(u"Find a store"_s, {});
    palette.setEntries(stores, {entry(u"Seattle"_s)});
    QCOMPARE(first(), u"Seattle"_s);
    const int roles = palette.open(u"View as which role?"_s, {entry(u"manager"_s)});
    palette.setEntries(stores, {entry(u"Redmond"_s)});
    QCOMPARE(first(), u"manager"_s);
    palette.setEntries(roles, {entry(u"dba"_s)});
    QCOMPARE(first(), u"dba"_s);
}

QTEST_MAIN(TestShellModels)
#include "tst_shellmodels.moc"
