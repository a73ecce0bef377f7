// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/savedsearches.h"

#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

class TestSavedSearches final : public QObject
{
    Q_OBJECT

private slots:
    void aRequestComesBackWhole()
    {
        SearchRequest request;
        request.text = u"a “warm” blanket"_s;
        request.mode = SearchMode::Vector;
        request.limit = 50;
        request.threshold = 0.35;
        request.filter = {{u"Home & Garden"_s}, {u"Acme"_s}, 5, 99.5, 1, 4.5, {u"wool"_s, u"gift"_s}, true};
        const SearchRequest back = SavedSearches::fromJson(SavedSearches::toJson(request));
        QCOMPARE(back.text, request.text);
        QCOMPARE(back.mode, request.mode);
        QCOMPARE(back.limit, 50);
        QCOMPARE(back.threshold, request.threshold);
        QCOMPARE(back.filter.categories, request.filter.categories);
        QCOMPARE(back.filter.brands, request.filter.brands);
        QCOMPARE(back.filter.minPrice, request.filter.minPrice);
        QCOMPARE(back.filter.maxPrice, request.filter.maxPrice);
        QCOMPARE(back.filter.minStock, request.filter.minStock);
        QCOMPARE(back.filter.minRating, request.filter.minRating);
        QCOMPARE(back.filter.tags, request.filter.tags);
        QVERIFY(back.filter.includeInactive);
    }

    void whatIsNoRequestIsANewOne_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("nothing") << QByteArray("{}");
        QTest::newRow("values of other kinds")
            << QByteArray(R"({"text": 7, "mode": "magic", "limit": "many", "threshold": "x", "brands": 3,
                              "min_price": [], "min_stock": "1", "inactive": "yes"})");
    }
    void whatIsNoRequestIsANewOne()
    {
        QFETCH(const QByteArray, json);
        const SearchRequest back = SavedSearches::fromJson(QJsonDocument::fromJson(json).object());
        QCOMPARE(back.text, QString());
        QCOMPARE(back.mode, SearchMode::Hybrid);
        QCOMPARE(back.limit, 20);
        QVERIFY(!back.threshold && !back.filter.minPrice && !back.filter.minStock);
        QVERIFY(back.filter.brands.isEmpty() && !back.filter.includeInactive);
    }

    void eachStoreOfEachProfileHasItsOwn()
    {
        const QTemporaryDir folder;
        LocalStore local(folder.filePath(u"local.db"_s));
        QVERIFY(local.prepare().ok());
        SavedSearches seattle(local, u"a/b"_s, u"seattle"_s);
        const SavedSearches other(local, u"a"_s, u"b/seattle"_s);
        SearchRequest request;
        request.text = u"lamp"_s;
        QVERIFY(seattle.save({u" Lamps "_s, request}).ok());
        request.text = u"desk lamp"_s;
        QVERIFY(seattle.save({u"Lamps"_s, request}).ok()); // takes the other's place
        QVERIFY(!seattle.save({u"  "_s, request}).ok());
        QCOMPARE(seattle.all()->size(), 1);
        QCOMPARE(seattle.find(u"Lamps"_s)->text, u"desk lamp"_s);
        const Result<SearchRequest> none = seattle.find(u"Sofas"_s);
        QVERIFY(!none && none.error().hint.contains(u"“Lamps”"_s));
        QVERIFY(other.all()->isEmpty());
        QVERIFY(seattle.remember(u"lamp\n  shade"_s).ok());
        QVERIFY(seattle.remember(u"sofa"_s).ok());
        QVERIFY(seattle.remember(u"lamp shade"_s).ok());
        QVERIFY(seattle.remember(QString(501, u'x')).ok()); // a pasted page is no search to pick
        QCOMPARE(seattle.recent(), (QStringList{u"lamp shade"_s, u"sofa"_s}));
        QVERIFY(other.recent().isEmpty());
        QVERIFY(seattle.remove(u"Lamps"_s).ok());
        QVERIFY(seattle.all()->isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestSavedSearches)
#include "tst_savedsearches.moc"
