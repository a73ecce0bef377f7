// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fakerows.h"
#include "ui/shared/cellrole.h"
#include "ui/shared/recordmodel.h"

#include <QAbstractItemModelTester>
#include <QPromise>
#include <QSignalSpy>
#include <QTest>
#include <QTimeZone>

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

/// `count` things whose ids are the numbers from `first` on.
QList<QList<Value>> things(int first, int count)
{
    QList<QList<Value>> values;
    for (int i = 0; i < count; ++i)
        values.append(thing(QByteArray::number(first + i), "n"));
    return values;
}

RecordPage page(const QList<QList<Value>> &values, const QString &next = {}, const QString &previous = {})
{
    RecordPage page;
    page.previous = previous;
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
    void farPagesAreLetGoAndReadAgain();
    void theEndIsReadWithoutWhatIsBeforeIt();
    void filtersAreAskedWithEveryPage();
    void rowsAheadOfTheViewAreRead();
    void aChangeIsShownUntilItIsSavedOrUndone();
    void tagsLeftAsTheyAreAreNoChange_data();
    void tagsLeftAsTheyAreAreNoChange();
    void aTagKeepsItsComma();
    void aValueThatCannotBeIsRefused();
    void whatMayNotBeChangedIsNotEditable();
    void aConflictKeepsMineOrTakesTheirs();
    void timesAreToldInTheChosenZone();
    void rowsAreCopiedAsTheDatabaseWritesThem();
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

void TestRecordModel::farPagesAreLetGoAndReadAgain()
{
    RecordModel model(things());
    Source source;
    model.load(source.function());
    constexpr int size = 500;
    const auto next = [](int page) { return u"after %1"_s.arg(page); };
    const auto previous = [](int page) { return u"before %1"_s.arg(page); };
    int pages = RecordModel::windowRows / size + 4;
    for (int i = 0; i < pages; ++i) {
        source.questions.last().answer(
            page(things(i * size, size), next(i), i > 0 ? previous(i) : QString()));
        QTRY_VERIFY(!model.loading());
        QVERIFY(model.rowCount() <= RecordModel::windowRows);
        if (i + 1 < pages) {
            model.fetchMore({});
            QCOMPARE(source.questions.last().request.after, next(i));
            QVERIFY(!source.questions.last().request.backwards);
        }
    }
    // The window ends with the last page; what it starts with is known, and how many rows precede it.
    QCOMPARE(model.key(model.rowCount() - 1), QString::number(pages * size - 1));
    QCOMPARE(model.offset(), qint64(pages) * size - model.rowCount());
    QCOMPARE(model.key(0), QString::number(model.offset()));
    const qint64 firstPage = model.offset() / size;
    QVERIFY(model.canFetchPrevious());
    model.fetchPrevious();
    QVERIFY(source.questions.last().request.backwards);
    QCOMPARE(source.questions.last().request.after, previous(static_cast<int>(firstPage)));
    source.questions.last().answer(page(things(static_cast<int>(firstPage - 1) * size, size),
                                        next(static_cast<int>(firstPage - 1)),
                                        previous(static_cast<int>(firstPage - 1))));
    QTRY_VERIFY(!model.loading());
    QCOMPARE(model.key(0), QString::number((firstPage - 1) * size));
    QCOMPARE(model.offset(), (firstPage - 1) * size);
    // The far end went instead, and is read again from where the window ends now.
    QVERIFY(model.rowCount() <= RecordModel::windowRows);
    for (int row = 0; row < model.rowCount(); ++row)
        QCOMPARE(model.key(row), QString::number(model.offset() + row));
    model.fetchMore({});
    QCOMPARE(source.questions.last().request.after,
             next(static_cast<int>((model.offset() + model.rowCount()) / size) - 1));
}

void TestRecordModel::theEndIsReadWithoutWhatIsBeforeIt()
{
    RecordModel model(things());
    const QAbstractItemModelTester tester(&model);
    Source source;
    model.load(source.function());
    source.questions.last().answer(page(things(0, 2), u"next"_s));
    QTRY_COMPARE(model.rowCount(), 2);
    model.toEnd();
    QVERIFY(source.questions.last().request.backwards);
    QVERIFY(source.questions.last().request.after.isEmpty());
    source.questions.last().answer(page(things(100, 2), {}, u"previous"_s));
    QTRY_COMPARE(model.key(0), u"100"_s);
    QVERIFY(model.atEnd());
    QVERIFY(!model.complete());
    QCOMPARE(model.offset(), -1); // nobody counted
    if (!model.loading())         // the tester asks by itself
        model.fetchPrevious();
    source.questions.last().answer(page(things(98, 2), u"next"_s));
    QTRY_COMPARE(model.rowCount(), 4);
    QCOMPARE(model.key(0), u"98"_s);
    QVERIFY(model.complete());
    QCOMPARE(model.offset(), 0);
}

void TestRecordModel::filtersAreAskedWithEveryPage()
{
    RecordModel model(things());
    Source source;
    const QList<ColumnFilter> filters{{"name", FilterOp::Contains, {u"a"_s}}};
    model.setFilters(filters);
    model.load(source.function());
    QCOMPARE(source.questions.last().request.filters, filters);
    source.questions.last().answer(page(things(0, 2), u"next"_s));
    QTRY_COMPARE(model.rowCount(), 2);
    model.fetchMore({});
    QCOMPARE(source.questions.last().request.filters, filters);
    model.toEnd();
    QCOMPARE(source.questions.last().request.filters, filters);
    QCOMPARE(model.question().filters, filters);
}

void TestRecordModel::rowsAheadOfTheViewAreRead()
{
    RecordModel model(things());
    Source source;
    model.load(source.function());
    source.questions.last().answer(page(things(0, 1000), u"next"_s));
    QTRY_COMPARE(model.rowCount(), 1000);
    model.showing(0, 30);
    QCOMPARE(source.questions.size(), 1); // enough is there
    model.showing(880, 910);
    QCOMPARE(source.questions.size(), 2);
    model.showing(890, 920);
    QCOMPARE(source.questions.size(), 2); // one at a time
}

void TestRecordModel::aChangeIsShownUntilItIsSavedOrUndone()
{
    RecordModel model(things());
    const QAbstractItemModelTester tester(&model);
    Source source;
    model.load(source.function());
    source.questions.last().answer(page({thing("1", "a"), thing("2", "b")}));
    QTRY_COMPARE(model.rowCount(), 2);
    model.setEditable({"price", "stock", "active", "tags"});
    const QModelIndex price = model.index(0, Price);
    QCOMPARE(price.data(Qt::EditRole).toString(), u"1234.50"_s);
    QVERIFY(model.setData(price, u"2,000"_s, Qt::EditRole));
    QCOMPARE(price.data().toString(), u"2,000.00"_s);
    QCOMPARE(price.data(cell::ToneRole).toInt(), static_cast<int>(cell::Tone::Accent));
    QVERIFY(!price.data(cell::Icon).toString().isEmpty()); // never by colour alone
    QVERIFY(price.data(Qt::AccessibleTextRole).toString().contains("not saved"_L1));
    QVERIFY(model.setData(model.index(0, Active), u"No"_s, Qt::EditRole));
    QVERIFY(model.setData(model.index(1, Tags), u"x, y z"_s, Qt::EditRole));
    QCOMPARE(model.edits().cells(), 3);
    QCOMPARE(model.edits().rows(), 2);
    const QList<RowEdit> rows = model.edits().toSave();
    QCOMPARE(rows[0].key, u"1"_s);
    QCOMPARE(rows[0].cells.last().column, "price"_ba);
    QCOMPARE(rows[0].cells.last().old, std::optional(u"1234.5"_s));
    QCOMPARE(rows[0].cells.last().value, std::optional(u"2000.00"_s));
    model.edit([](RecordEdits &edits) { edits.undo(); });
    QCOMPARE(model.index(1, Tags).data().toString(), u"a, b c"_s);
    // Changed once more while it is under way: the newer value stays to be saved, and can be undone.
    const QList<RowEdit> sent = model.edits().toSave();
    QVERIFY(model.setData(model.index(1, Price), u"7"_s, Qt::EditRole));
    QVERIFY(model.setData(price, u"2,001"_s, Qt::EditRole));
    model.edit([&](RecordEdits &edits) { edits.saved(sent); });
    QCOMPARE(model.edits().cells(), 2);
    QCOMPARE(model.edits().toSave().first().cells.first().old, std::optional(u"2000.00"_s));
    QCOMPARE(model.edits().toSave().first().cells.first().value, std::optional(u"2001.00"_s));
    model.edit([](RecordEdits &edits) { edits.undo(); });
    model.edit([](RecordEdits &edits) { edits.undo(); });
    QVERIFY(model.edits().isEmpty());
    QCOMPARE(price.data().toString(), u"2,000.00"_s);
    QCOMPARE(price.data(cell::ToneRole).toInt(), static_cast<int>(cell::Tone::Normal));
    // Back to what the rows said when they were read is a change now.
    QVERIFY(model.setData(price, u"1234.5"_s, Qt::EditRole));
    QCOMPARE(model.edits().toSave().first().cells.first().old, std::optional(u"2000.00"_s));
}

void TestRecordModel::tagsLeftAsTheyAreAreNoChange_data()
{
    QTest::addColumn<QByteArray>("read");
    QTest::newRow("two tags") << "{a,\"b c\"}"_ba;
    QTest::newRow("none") << "{}"_ba;
    QTest::newRow("the word for none") << "{empty}"_ba;
    QTest::newRow("a comma") << "{\"red, blue\"}"_ba;
    QTest::newRow("a quote") << "{\"5\\\" pipe\"}"_ba;
    QTest::newRow("one tag twice") << "{a,a}"_ba;
    QTest::newRow("a tag without characters") << "{\"\"}"_ba;
}

void TestRecordModel::tagsLeftAsTheyAreAreNoChange()
{
    QFETCH(QByteArray, read);
    RecordModel model(things());
    Source source;
    model.load(source.function());
    QList<Value> row = thing("1", "a");
    row[Tags] = read;
    source.questions.last().answer(page({row}));
    QTRY_COMPARE(model.rowCount(), 1);
    model.setEditable({"tags"});
    model.setData(model.index(0, Tags), model.index(0, Tags).data(Qt::EditRole), Qt::EditRole);
    QVERIFY(model.edits().isEmpty());
}

void TestRecordModel::aTagKeepsItsComma()
{
    RecordModel model(things());
    Source source;
    model.load(source.function());
    QList<Value> row = thing("1", "a");
    row[Tags] = "{\"red, blue\"}";
    source.questions.last().answer(page({row}));
    QTRY_COMPARE(model.rowCount(), 1);
    model.setEditable({"tags"});
    const QModelIndex tags = model.index(0, Tags);
    QVERIFY(model.setData(tags, tags.data(Qt::EditRole).toString() + u", new"_s, Qt::EditRole));
    QCOMPARE(model.edits().toSave().first().cells.first().value, std::optional(u"{\"red, blue\",new}"_s));
    // Typed in another way, the tags that were read are no change.
    QVERIFY(model.setData(tags, u" \"red, blue\", "_s, Qt::EditRole));
    QVERIFY(model.edits().isEmpty());
}

void TestRecordModel::aValueThatCannotBeIsRefused()
{
    RecordModel model(things());
    Source source;
    model.load(source.function());
    source.questions.last().answer(page({thing("1", "a")}));
    QTRY_COMPARE(model.rowCount(), 1);
    model.setEditable({"price", "stock"});
    const QSignalSpy refused(&model, &RecordModel::refused);
    QVERIFY(!model.setData(model.index(0, Price), u"cheap"_s, Qt::EditRole));
    QVERIFY(!model.setData(model.index(0, Stock), u"-1"_s, Qt::EditRole));
    QVERIFY(!model.setNull(model.index(0, Stock))); // no column without a value
    QCOMPARE(refused.count(), 3);
    QVERIFY(model.edits().isEmpty());
}

void TestRecordModel::whatMayNotBeChangedIsNotEditable()
{
    RecordModel model(things());
    Source source;
    model.load(source.function());
    source.questions.last().answer(page({thing("1", "a")}));
    QTRY_COMPARE(model.rowCount(), 1);
    QVERIFY(!model.flags(model.index(0, Price)).testFlag(Qt::ItemIsEditable));
    QVERIFY(!model.setData(model.index(0, Price), u"1"_s, Qt::EditRole));
    model.setEditable({"price"});
    QVERIFY(model.flags(model.index(0, Price)).testFlag(Qt::ItemIsEditable));
    QVERIFY(!model.flags(model.index(0, Name)).testFlag(Qt::ItemIsEditable));
}

void TestRecordModel::aConflictKeepsMineOrTakesTheirs()
{
    RecordModel model(things());
    Source source;
    model.load(source.function());
    source.questions.last().answer(page({thing("1", "a"), thing("2", "b")}));
    QTRY_COMPARE(model.rowCount(), 2);
    model.setEditable({"price"});
    QVERIFY(model.setData(model.index(0, Price), u"1"_s, Qt::EditRole));
    QVERIFY(model.setData(model.index(1, Price), u"2"_s, Qt::EditRole));
    const CellEdit first = model.edits().toSave()[0].cells[0];
    const CellEdit second = model.edits().toSave()[1].cells[0];
    model.edit([&](RecordEdits &edits) {
        edits.resolve({u"1"_s, first, u"7.00"_s, false}, true);
        edits.resolve({u"2"_s, second, u"8.00"_s, false}, false);
    });
    QCOMPARE(model.index(0, Price).data().toString(), u"1.00"_s);
    QCOMPARE(model.index(1, Price).data().toString(), u"8.00"_s);
    const QList<RowEdit> left = model.edits().toSave();
    QCOMPARE(left.size(), 1);
    QCOMPARE(left[0].cells[0].old, std::optional(u"7.00"_s));
}

void TestRecordModel::timesAreToldInTheChosenZone()
{
    RecordModel model(things());
    Source source;
    model.load(source.function());
    source.questions.last().answer(page({thing("1", "a")}));
    QTRY_COMPARE(model.rowCount(), 1);
    model.setZone(QTimeZone("America/Los_Angeles"));
    QVERIFY(model.fullText(0, Seen).contains("19:04:05"_L1)); // the evening before
    QVERIFY(model.headerData(Seen, Qt::Horizontal).toString() != model.table().columns[Seen].title);
    model.setZone(QTimeZone::utc());
    QVERIFY(model.fullText(0, Seen).contains("03:04:05"_L1));
    QVERIFY(model.headerData(Seen, Qt::Horizontal).toString().contains("UTC"_L1));
}

void TestRecordModel::rowsAreCopiedAsTheDatabaseWritesThem()
{
    RecordModel model(things());
    Source source;
    model.load(source.function());
    source.questions.last().answer(page({thing("1", "it's"), thing("2", std::nullopt)}));
    QTRY_COMPARE(model.rowCount(), 2);
    const ExportTable table = model.exported({0, 1}, {Name, Price});
    QCOMPARE(ExportService::text(table, {}), QByteArray("name,price\nit's,1234.5\n,1234.5\n"));
    TableDef definition = things();
    QCOMPARE(ExportService::inserts(definition, u"seattle"_s, table).split('\n').first(),
             QByteArray("INSERT INTO retail.things (name, price, store_id) VALUES ('it''s', '1234.5', "
                        "'seattle');"));
}

QTEST_GUILESS_MAIN(TestRecordModel)
#include "tst_recordmodel.moc"
