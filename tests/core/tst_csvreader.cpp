// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/csvreader.h"

#include <QBuffer>
#include <QTest>

using namespace Qt::StringLiterals;

class TestCsvReader final : public QObject
{
    Q_OBJECT

private slots:
    void aBrokenRecordIsToldAndTheNextIsRead_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("a quote in a field that is not quoted") << QByteArray("a\"b,c\nnext,1\n");
        QTest::newRow("text behind a closing quote") << QByteArray("\"a\"b,c\nnext,1\n");
        QTest::newRow("bytes that are not UTF-8") << QByteArray("a\xff,c\nnext,1\n");
        QTest::newRow("a NUL") << QByteArray("a\0b,c\nnext,1\n", 13);
    }
    void aBrokenRecordIsToldAndTheNextIsRead()
    {
        QFETCH(QByteArray, text);
        QBuffer buffer(&text);
        QVERIFY(buffer.open(QIODevice::ReadOnly));
        CsvReader reader(buffer);
        CsvRecord record;
        Result<bool> more = reader.next(record);
        QVERIFY(more && *more);
        QVERIFY(!record.problem.isEmpty());
        more = reader.next(record);
        QVERIFY(more && *more);
        QVERIFY(record.problem.isEmpty());
        QCOMPARE(record.fields, (QByteArrayList{"next", "1"}));
        QCOMPARE(record.line, 2);
    }

    void aForgottenQuoteDoesNotSwallowTheMemory()
    {
        QByteArray text = "\"" + QByteArray(3 << 20, 'x');
        QBuffer buffer(&text);
        QVERIFY(buffer.open(QIODevice::ReadOnly));
        CsvReader reader(buffer);
        CsvRecord record;
        const Result<bool> more = reader.next(record);
        QVERIFY(!more);
        QVERIFY(more.error().message.startsWith(u"Line 1"));
    }

    void recordsAreReadAsRfc4180HasThem_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QList<QByteArrayList>>("records");
        const auto row = [](const char *name, const QByteArray &text, const QList<QByteArrayList> &records) {
            QTest::newRow(name) << text << records;
        };
        row("an empty file", "", {});
        row("no line break at the end", "a,b", {{"a", "b"}});
        row("CRLF", "a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}});
        row("a byte order mark",
            "\xEF\xBB\xBF"
            "a\n",
            {{"a"}});
        row("a byte order mark before a quote", "\xEF\xBB\xBF\"a\"\n", {{"a"}});
        row("a comma in quotes", "\"a,b\",c\n", {{"a,b", "c"}});
        row("doubled quotes", "\"a \"\"b\"\"\",c\n", {{"a \"b\"", "c"}});
        row("a line break in quotes", "\"a\r\nb\",c\nd,e\n", {{"a\r\nb", "c"}, {"d", "e"}});
        row("empty fields", ",\"\",\n", {{"", "", ""}});
        row("quoted before CRLF", "a,\"b\"\r\nc,d\n", {{"a", "b"}, {"c", "d"}});
        row("empty lines between", "a\n\n\nb\n", {{"a"}, {"b"}});
    }
    void recordsAreReadAsRfc4180HasThem()
    {
        QFETCH(QByteArray, text);
        QFETCH(QList<QByteArrayList>, records);
        QBuffer buffer(&text);
        QVERIFY(buffer.open(QIODevice::ReadOnly));
        CsvReader reader(buffer);
        QList<QByteArrayList> read;
        CsvRecord record;
        Result<bool> more = reader.next(record);
        for (; more && *more; more = reader.next(record)) {
            QVERIFY2(record.problem.isEmpty(), qPrintable(record.problem));
            read.append(record.fields);
        }
        QVERIFY(more);
        QCOMPARE(read, records);
    }
};

QTEST_GUILESS_MAIN(TestCsvReader)
#include "tst_csvreader.moc"
