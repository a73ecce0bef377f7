// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/csvreader.h"

#include <QBuffer>
#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

/// Gives a text and then fails, as a file on a broken disk or a share that is gone does.
class BrokenDevice final : public QIODevice
{
public:
    explicit BrokenDevice(QByteArray text)
        : m_text(std::move(text))
    {
        open(QIODevice::ReadOnly);
    }
    bool isSequential() const override { return true; }

protected:
    qint64 readData(char *data, qint64 most) override
    {
        if (m_text.isEmpty()) {
            setErrorString(u"Input/output error"_s);
            return -1;
        }
        const qint64 size = std::min<qint64>(most, m_text.size());
        std::copy_n(m_text.constData(), size, data);
        m_text.remove(0, size);
        return size;
    }
    qint64 writeData(const char *, qint64) override { return -1; }

private:
    QByteArray m_text;
};

} // namespace

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

    void aFileThatCannotBeReadFurtherHasNotEnded_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("records");
        QTest::newRow("from the beginning") << QByteArray() << 0;
        QTest::newRow("between two records") << QByteArray("a,b\nc,d\n") << 2;
        QTest::newRow("within a record") << QByteArray("a,b\nc,d") << 1;
        QTest::newRow("within quotes") << QByteArray("a,b\nc,\"d") << 1;
        QTest::newRow("behind a closing quote") << QByteArray("a,b\nc,\"d\"") << 1;
    }
    void aFileThatCannotBeReadFurtherHasNotEnded()
    {
        QFETCH(QByteArray, text);
        QFETCH(int, records);
        BrokenDevice device(text);
        CsvReader reader(device);
        CsvRecord record;
        for (int i = 0; i < records; ++i) {
            const Result<bool> more = reader.next(record);
            QVERIFY(more && *more);
        }
        const Result<bool> more = reader.next(record);
        QVERIFY(!more);
        QCOMPARE(more.error().kind, ErrorKind::Io);
        QVERIFY2(more.error().message.contains(u"beyond line %1"_s.arg(text.count('\n') + 1)),
                 qPrintable(more.error().message));
        QCOMPARE(more.error().detail, u"Input/output error"_s);
        QVERIFY(!reader.next(record)); // and does not come to an end later on
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
