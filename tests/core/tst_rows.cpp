// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/rows.h"

#include <QTest>

#include <libpq-fe.h>

using namespace Qt::StringLiterals;

namespace {

/// One row of text values, as the server would send it.
Rows rowOf(const QByteArrayList &values)
{
    PGresult *result = PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK);
    std::vector<QByteArray> names;
    std::vector<PGresAttDesc> attributes;
    names.reserve(size_t(values.size()));
    for (qsizetype i = 0; i < values.size(); ++i) {
        names.push_back("c" + QByteArray::number(i));
        attributes.push_back({names.back().data(), 0, 0, 0, 25, -1, -1});
    }
    PQsetResultAttrs(result, int(values.size()), attributes.data());
    for (int i = 0; i < values.size(); ++i) {
        QByteArray value = values[i];
        PQsetvalue(result, 0, i, value.isNull() ? nullptr : value.data(),
                   value.isNull() ? -1 : int(value.size()));
    }
    return Rows(result);
}

} // namespace

class TestRows final : public QObject
{
    Q_OBJECT

private slots:
    void nullIsNotTheEmptyText()
    {
        const Rows rows = rowOf({QByteArray(), QByteArray("")});
        QVERIFY(rows.isNull(0, 0));
        QVERIFY(!rows.isNull(0, 1));
        QVERIFY(!rows.timestamp(0, 0).isValid());
    }

    void rowsOfTwoAnswersFollowEachOther()
    {
        const Rows first = rowOf({QByteArray("a"), QByteArray()});
        const Rows second = rowOf({QByteArray(""), QByteArray("b\xC3\xA4")});
        const Rows both = first.followedBy(second);
        QCOMPARE(both.count(), 2);
        QCOMPARE(both.text(0, 0), u"a"_s);
        QVERIFY(both.isNull(0, 1));
        QVERIFY(!both.isNull(1, 0) && both.text(1, 0).isEmpty());
        QCOMPARE(both.text(1, 1), u"bä"_s);
        QCOMPARE(both.columnName(1), u"c1"_s);
        QCOMPARE(both.slice(1, 1).followedBy(first).text(1, 0), u"a"_s);
        // Of none there are the columns all the same.
        QCOMPARE(first.slice(0, 0).followedBy(second.slice(0, 0)).columns(), 2);
        QCOMPARE(Rows().followedBy(first).count(), 1);
        QCOMPARE(first.followedBy(Rows()).count(), 1);
    }

    void arraysAreTakenApart_data()
    {
        QTest::addColumn<QByteArray>("array");
        QTest::addColumn<QStringList>("values");
        QTest::newRow("none") << QByteArray("{}") << QStringList();
        QTest::newRow("plain") << QByteArray("{a,b c}") << QStringList({u"a"_s, u"b c"_s});
        QTest::newRow("an empty text") << QByteArray("{\"\",x}") << QStringList({u""_s, u"x"_s});
        QTest::newRow("quotes, commas and backslashes")
            << QByteArray("{\"a,b\",\"say \\\"hi\\\"\",\"back\\\\slash\"}")
            << QStringList({u"a,b"_s, u"say \"hi\""_s, u"back\\slash"_s});
        QTest::newRow("braces inside quotes") << QByteArray("{\"{x}\"}") << QStringList({u"{x}"_s});
        QTest::newRow("NULL") << QByteArray("{NULL}") << QStringList({QString()});
    }
    void arraysAreTakenApart()
    {
        QFETCH(QByteArray, array);
        QTEST(rowOf({array}).textArray(0, 0), "values");
    }

    void timestampsKeepTheirInstant()
    {
        const Rows rows = rowOf({"2026-11-23 12:52:32.123456+00", "2026-11-23 12:52:32+00"});
        QCOMPARE(rows.timestamp(0, 0), QDateTime(QDate(2026, 11, 23), QTime(12, 52, 32, 123), Qt::UTC));
        QCOMPARE(rows.timestamp(0, 1), QDateTime(QDate(2026, 11, 23), QTime(12, 52, 32), Qt::UTC));
    }

    void numbersAreReadWhole()
    {
        const Rows rows = rowOf({"-9223372036854775808", "12.50", "t", "f"});
        QCOMPARE(rows.integer(0, 0), std::numeric_limits<qint64>::min());
        QCOMPARE(rows.number(0, 1), 12.5);
        QVERIFY(rows.boolean(0, 2));
        QVERIFY(!rows.boolean(0, 3));
    }

    void aSliceSharesTheRows()
    {
        const Rows rows = rowOf({"x"});
        QCOMPARE(rows.slice(0, 1).text(0, 0), u"x"_s);
        QCOMPARE(rows.slice(1, 0).count(), 0);
        QCOMPARE(rows.column("c0"), 0);
        QCOMPARE(rows.column("C0"), -1);
    }
};

QTEST_GUILESS_MAIN(TestRows)
#include "tst_rows.moc"
