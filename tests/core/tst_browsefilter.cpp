// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/browsefilter.h"

#include <QTest>

using namespace Qt::StringLiterals;

class TestBrowseFilter final : public QObject
{
    Q_OBJECT

    static const TableDef &products() { return *browseTable("products"); }

private slots:
    void whatCannotBeAskedIsAUsageError_data()
    {
        QTest::addColumn<QString>("expression");
        QTest::newRow("nothing") << QString();
        QTest::newRow("no condition") << u"brand"_s;
        QTest::newRow("an unknown column") << u"colour=red"_s;
        QTest::newRow("a column with SQL in it") << u"brand) OR (1=1"_s;
        QTest::newRow("a text for a number") << u"price=cheap"_s;
        QTest::newRow("a number with SQL in it") << u"price=1); DROP TABLE retail.products; --"_s;
        QTest::newRow("a number too long for the column") << u"current_stock=99999999999999999999"_s;
        QTest::newRow("a fraction of a piece") << u"current_stock=1.5"_s;
        QTest::newRow("infinity") << u"price=inf"_s;
        QTest::newRow("a day that is none") << u"created_at=2026-02-30"_s;
        QTest::newRow("an hour that is none") << u"created_at=2026-02-03 25:00"_s;
        QTest::newRow("half an id") << u"product_id=1234"_s;
        QTest::newRow("neither yes nor no") << u"is_active=perhaps"_s;
        QTest::newRow("a path on a text") << u"brand=:path $.a"_s;
        QTest::newRow("a beginning of a number") << u"price=^1"_s;
        QTest::newRow("the character that ends a text") << u"brand=a"_s + QChar(u'\0') + u"b"_s;
    }
    void whatCannotBeAskedIsAUsageError()
    {
        QFETCH(QString, expression);
        const Result<ColumnFilter> filter = browsefilter::parse(products(), expression);
        QVERIFY(!filter);
        QCOMPARE(filter.error().kind, ErrorKind::Usage);
        QVERIFY(!filter.error().message.isEmpty());
    }

    void expressionsAreReadByType_data()
    {
        QTest::addColumn<QString>("expression");
        QTest::addColumn<int>("op");
        QTest::addColumn<QStringList>("values");
        const auto row = [](const char *name, const QString &expression, FilterOp op,
                            const QStringList &values) {
            QTest::newRow(name) << expression << static_cast<int>(op) << values;
        };
        using enum FilterOp;
        row("a plain text is contained", u"brand=Acme"_s, Contains, {u"Acme"_s});
        row("a text with an equals sign", u"brand=~a=b"_s, Contains, {u"a=b"_s});
        row("two equals signs mean the whole text", u"brand==Acme"_s, Equals, {u"Acme"_s});
        row("the empty text", u"brand=="_s, Equals, {QString(u""_s)});
        row("a beginning", u"product_name=^Gar"_s, StartsWith, {u"Gar"_s});
        row("different", u"brand!=Acme"_s, Differs, {u"Acme"_s});
        row("a text with dots is no range", u"brand=1..2"_s, Contains, {u"1..2"_s});
        row("a range", u"price=10..20.5"_s, Between, {u"10"_s, u"20.5"_s});
        row("from", u"price=10.."_s, AtLeast, {u"10"_s});
        row("up to", u"price=..10"_s, AtMost, {u"10"_s});
        row("greater or equal", u"price>=10"_s, AtLeast, {u"10"_s});
        row("a plain number", u"current_stock=5"_s, Equals, {u"5"_s});
        row("one of", u"brand=:in a, \"b, c\",\"d\"\"e\""_s, OneOf, {u"a"_s, u"b, c"_s, u"d\"e"_s});
        row("no value", u"brand=:null"_s, IsNull, {});
        row("some value", u"brand=:notnull"_s, IsNotNull, {});
        row("tags", u"tags=sale,new"_s, HasTags, {u"sale"_s, u"new"_s});
        row("an hour", u"created_at=:hour 14, America/Los_Angeles"_s, AtHour,
            {u"14"_s, u"America/Los_Angeles"_s});
        row("a path", u"metadata=:path $.a ? (@ > 1)"_s, Path, {u"$.a ? (@ > 1)"_s});
        row("days", u"created_at=2026-01-01..2026-01-31"_s, Between, {u"2026-01-01"_s, u"2026-01-31"_s});
    }
    void expressionsAreReadByType()
    {
        QFETCH(QString, expression);
        QFETCH(int, op);
        QFETCH(QStringList, values);
        const Result<ColumnFilter> filter = browsefilter::parse(products(), expression);
        QVERIFY2(filter.ok(), filter ? "" : qPrintable(filter.error().text()));
        QCOMPARE(static_cast<int>(filter->op), op);
        QCOMPARE(filter->values, values);
    }

    void everyFilterSurvivesItsText_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("plain") << u"plain"_s;
        QTest::newRow("quotes, commas and an equals sign") << u"a, \"b\" = 'c'"_s;
        QTest::newRow("what looks like an operator") << u":null"_s;
        QTest::newRow("a caret") << u"^x"_s;
        QTest::newRow("spaces at the ends") << u"  x "_s;
        QTest::newRow("wildcards and a backslash") << u"100%_\\"_s;
        QTest::newRow("a statement") << u"'; DROP TABLE retail.products; --"_s;
        QTest::newRow("Malayalam and right to left") << u"ചായ מעיל"_s;
        QTest::newRow("line breaks") << u"a\nb\tc"_s;
        QTest::newRow("320 characters") << QString(320, u'x');
    }
    void everyFilterSurvivesItsText()
    {
        QFETCH(QString, text);
        for (const FilterOp op : browsefilter::operators(ColumnType::Text)) {
            ColumnFilter filter{"brand", op};
            const int count = browsefilter::valueCount(op);
            if (count != 0)
                filter.values = count < 0 ? QStringList{text, u"other"_s} : QStringList{text};
            const Result<ColumnFilter> back =
                browsefilter::parse(products(), browsefilter::expression(filter));
            QVERIFY2(back.ok(), back ? "" : qPrintable(back.error().text()));
            QCOMPARE(*back, filter);
        }
    }

    void valuesAreBoundAndNeverPartOfTheStatement()
    {
        const QString hostile = u"'; DROP TABLE retail.products; --"_s;
        for (const ColumnDef &column : products().columns)
            for (const FilterOp op : browsefilter::operators(column.type)) {
                ColumnFilter filter{column.name, op};
                const int count = browsefilter::valueCount(op);
                filter.values = QStringList(count < 0 ? 1 : count, hostile);
                const Result<QByteArray> sql = browsefilter::condition(
                    products(), filter, [](const QString &) { return QByteArray("$2"); });
                if (sql)
                    QVERIFY2(!sql->contains("DROP"), sql->constData());
                else
                    QCOMPARE(sql.error().kind, ErrorKind::Usage);
            }
    }
};

QTEST_GUILESS_MAIN(TestBrowseFilter)
#include "tst_browsefilter.moc"
