// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fakerows.h"
#include "ui/shared/cellrole.h"
#include "ui/shared/recordmodel.h"

#include <QAbstractItemModelTester>
#include <QPromise>
#include <QSignalSpy>
#include <QTest>

using namespace Qt::StringLiterals;

namespace {

TableDef things()
{
    TableDef table{"things", u"Things"_s, u"thing"_s, "id", "name", false, {}};
    table.columns = {{"id", u"Id"_s, ColumnType::Uuid},
                     {"name", u"Name"_s, ColumnType::Text, 0, true},
                     {"price", u"Price"_s, ColumnType::Money, 2, true},
                     {"stock", u"Stock"_s, ColumnType::Integer},
                     {"active", u"Active"_s, ColumnType::Boolean},
                     {"seen", u"Seen"_s, ColumnType::Timestamp},
                     {"tags", u"Tags"_s, ColumnType::Tags}};
    return table;
}

enum Column { Id, Name, Price, Stock, Active, Seen, Tags };

using Value = std::optional<QByteArray>;

QList<Value> thing(const QByteArray &id, const Value &name)
{
    return {id, name, "1234.5", "12400", "t", "2026-01-02 03:04:05.5+00", "{a,\"b c\"}"};
}

RecordPage page(const QList<QList<Value>> &values, const QString &next = {})
{
    RecordPage page;
    page.rows = fakeRows({"id", "name", "price", "stock", "active", "seen", "tags"}, values);
    page.next = next;
    return page;
}

/// Keeps each question until the test answers it.
struct Source
{
    struct Question
    {
        BrowseRequest request;
        CancelToken token;
        std::shared_ptr<QPromise<Result<RecordPage>>> promise;

        void answer(Result<RecordPage> result) const
        {
            promise->addResult(std::move(result));
            promise->finish();
        }
    };
    QList<Question> questions;

    RecordModel::PageSource function()
    {
        return [this](const BrowseRequest &request, const CancelToken &token) {
            auto promise = std::make_shared<QPromise<Result<RecordPage>>>();
            promise->start();
            questions.append({request, token, promise});
            return promise->future();
        };
    }
};

} // namespace

class TestRecordModel final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }
    void anOlderAnswerIsDropped();
    void clearingDropsWhatIsUnderWay();
    void aFailedPageKeepsTheRowsAndStops();
    void furtherPagesAreAppended();
    void sortingAsksFromTheStart();
    void nullAndEmptyReadDifferently();
    void valuesAreShownInTheLocale();
    void anyTextIsKept_data();
    void anyTextIsKept();
    void theModelMayGoWhileAPageIsUnderWay();
};

void TestRecordModel::anOlderAnswerIsDropped()
{
    RecordModel model(things());
    const QAbstractItemModelTester tester(&model);
    Source source;
    model.load(source.function());
    model.load(source.function());
    QVERIFY(source.questions[0].token.cancelled());
    source.questions[1].answer(page({thing("1", "new")}));
    source.questions[0].answer(page({thing("1", "old"), thing("2", "old")}));
    QTRY_COMPARE(model.rowCount(), 1);
    QCoreApplication::sendPostedEvents();
    QCOMPARE(model.index(0, Name).data().toString(), u"new"_s);
}

void TestRecordModel::clearingDropsWhatIsUnderWay()
{
    RecordModel model(things());
    const QAbstractItemModelTester tester(&model);
    Source source;
    model.load(source.function());
    source.questions[0].answer(page({thing("1", "a")}, u"next"_s));
    QTRY_COMPARE(model.rowCount(), 1);
    model.fetchMore({});
    QVERIFY(model.loading());
    const QSignalSpy loading(&model, &RecordModel::loadingChanged);
    model.clear();
    QCOMPARE(model.rowCount(), 0);
    QVERIFY(!model.loading());
    QVERIFY(!model.canFetchMore({}));
    QCOMPARE(loading.count(), 1);
    QVERIFY(source.questions[1].token.cancelled());
    source.questions[1].answer(page({thing("2", "b")}));
    QTest::qWait(0);
    QCOMPARE(model.rowCount(), 0);
}

void TestRecordModel::aFailedPageKeepsTheRowsAndStops()
{
    RecordModel model(things());
    const QAbstractItemModelTester tester(&model);
    Source source;
    QSignalSpy failed(&model, &RecordModel::failed);
    model.load(source.function());
    source.questions[0].answer(page({thing("1", "a")}, u"next"_s));
    QTRY_COMPARE(model.rowCount(), 1);
    model.fetchMore({});
    source.questions[1].answer(Error{ErrorKind::LinkLost, u"The link went."_s});
    QVERIFY(failed.wait());
    QCOMPARE(model.rowCount(), 1);
    QVERIFY(!model.canFetchMore({})); // a view asks at every paint: it must not hammer the server
    QVERIFY(!model.complete());
}

void TestRecordModel::furtherPagesAreAppended()
{
    RecordModel model(things());
    const QAbstractItemModelTester tester(&model);
    Source source;
    model.load(source.function(), u"parent"_s);
    QCOMPARE(source.questions[0].request.parent, u"parent"_s);
    source.questions[0].answer(page({thing("1", "a"), thing("2", "b")}, u"after b"_s));
    QTRY_COMPARE(model.rowCount(), 2);
    // The model tester has asked for more already, as a view does; while that is under way nothing is asked
    // again.
    QVERIFY(!model.canFetchMore({}));
    model.fetchMore({});
    QCOMPARE(source.questions.size(), 2);
    QCOMPARE(source.questions[1].request.after, u"after b"_s);
    source.questions[1].answer(page({thing("3", "c")}));
    QTRY_COMPARE(model.rowCount(), 3);
    QVERIFY(model.complete());
    QCOMPARE(model.key(2), u"3"_s);
    QCOMPARE(model.index(1, Name).data().toString(), u"b"_s);
    QCOMPARE(model.index(2, Name).data().toString(), u"c"_s);
}

void TestRecordModel::sortingAsksFromTheStart()
{
    RecordModel model(things());
    Source source;
    model.load(source.function());
    QCOMPARE(source.questions[0].request.sort, "name"_ba);
    model.sortBy(Price, Qt::DescendingOrder);
    QCOMPARE(source.questions.size(), 2);
    QCOMPARE(source.questions[1].request.sort, "price"_ba);
    QVERIFY(source.questions[1].request.descending);
    QVERIFY(source.questions[1].request.after.isEmpty());
    model.sortBy(Stock, Qt::AscendingOrder); // no index serves it
    QCOMPARE(source.questions.size(), 2);
    QVERIFY(!model.headerData(Stock, Qt::Horizontal, cell::Sortable).toBool());
}

void TestRecordModel::nullAndEmptyReadDifferently()
{
    RecordModel model(things());
    const QAbstractItemModelTester tester(&model);
    Source source;
    model.load(source.function());
    source.questions[0].answer(page({thing("1", std::nullopt), thing("2", ""), thing("3", "null")}));
    QTRY_COMPARE(model.rowCount(), 3);
    const QModelIndex null = model.index(0, Name);
    const QModelIndex empty = model.index(1, Name);
    const QModelIndex text = model.index(2, Name);
    QCOMPARE(null.data().toString(), u"null"_s);
    QCOMPARE(empty.data().toString(), u"empty"_s);
    QCOMPARE(null.data(cell::ToneRole).toInt(), static_cast<int>(cell::Tone::Muted));
    QCOMPARE(empty.data(cell::ToneRole).toInt(), static_cast<int>(cell::Tone::Muted));
    QCOMPARE(text.data(cell::ToneRole).toInt(), static_cast<int>(cell::Tone::Normal));
    QCOMPARE(null.data(Qt::AccessibleTextRole).toString(), u"no value"_s);
    QVERIFY(!null.data(cell::Raw).isValid());
    QCOMPARE(empty.data(cell::Raw), QVariant(QString()));
    QVERIFY(model.fullText(0, Name).isNull());
    QVERIFY(!model.fullText(1, Name).isNull());
}

void TestRecordModel::valuesAreShownInTheLocale()
{
    RecordModel model(things());
    Source source;
    model.load(source.function());
    source.questions[0].answer(page({thing("1", "a")}));
    QTRY_COMPARE(model.rowCount(), 1);
    QCOMPARE(model.index(0, Price).data().toString(), u"1,234.50"_s);
    QCOMPARE(model.index(0, Price).data(cell::Raw).toDouble(), 1234.5);
    QCOMPARE(model.index(0, Price).data(Qt::AccessibleTextRole).toString(), u"1,234.50 USD"_s);
    QCOMPARE(model.headerData(Price, Qt::Horizontal).toString(), u"Price, USD"_s);
    QCOMPARE(model.index(0, Stock).data().toString(), u"12,400"_s);
    QCOMPARE(model.index(0, Active).data().toString(), u"Yes"_s);
    QCOMPARE(model.index(0, Tags).data().toString(), u"a, b c"_s);
    QVERIFY(model.index(0, Seen).data().toString().endsWith("ago"_L1));
    QVERIFY(model.index(0, Seen).data(Qt::ToolTipRole).toString().contains(":04:05"_L1));
    const auto alignment = [&](int column) {
        return model.index(0, column).data(Qt::TextAlignmentRole).value<Qt::Alignment>();
    };
    QVERIFY(alignment(Stock).testFlag(Qt::AlignRight));
    QVERIFY(alignment(Price).testFlag(Qt::AlignRight));
    QVERIFY(alignment(Name).testFlag(Qt::AlignLeft));
}

void TestRecordModel::anyTextIsKept_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("320 characters") << QString(320, u'x');
    QTest::newRow("Malayalam") << u"കേരളത്തിലെ ഏറ്റവും നല്ല ചായ"_s;
    QTest::newRow("right to left") << u"מעיל גשם — معطف المطر"_s;
    QTest::newRow("astral characters") << u"🛒 𝒜"_s;
    QTest::newRow("statement and wildcards") << u"'; DROP TABLE products; -- %_\\"_s;
    QTest::newRow("markup") << u"<b>not bold</b> & co"_s;
}

void TestRecordModel::anyTextIsKept()
{
    QFETCH(QString, text);
    RecordModel model(things());
    const QAbstractItemModelTester tester(&model);
    Source source;
    model.load(source.function());
    source.questions[0].answer(page({thing("1", text.toUtf8())}));
    QTRY_COMPARE(model.rowCount(), 1);
    QCOMPARE(model.index(0, Name).data().toString(), text);
    QCOMPARE(model.fullText(0, Name), text);
    QCOMPARE(model.index(0, Name).data(cell::Raw).toString(), text);
}

void TestRecordModel::theModelMayGoWhileAPageIsUnderWay()
{
    Source source;
    {
        RecordModel model(things());
        model.load(source.function());
    }
    QVERIFY(source.questions[0].token.cancelled());
    source.questions[0].answer(page({thing("1", "a")}));
    QTest::qWait(0);
}

QTEST_GUILESS_MAIN(TestRecordModel)
#include "tst_recordmodel.moc"
