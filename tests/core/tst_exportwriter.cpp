// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/exportwriter.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>

#include <clocale>
#include <csignal>
#include <cstdio>

using namespace Qt::StringLiterals;

using Value = std::optional<QString>;

class TestExportWriter final : public QObject
{
    Q_OBJECT

    static ExportTable table(const QList<Value> &row)
    {
        return {{{u"name"_s, ColumnType::Text},
                 {u"price"_s, ColumnType::Money, 2},
                 {u"active"_s, ColumnType::Boolean},
                 {u"seen"_s, ColumnType::Timestamp},
                 {u"tags"_s, ColumnType::Tags},
                 {u"facts"_s, ColumnType::Json}},
                {row}};
    }

    static QList<Value> row(const Value &name)
    {
        return {name,           u"-1234.50"_s, u"t"_s, u"2026-01-02 03:04:05.5+00"_s, u"{a,\"b c\"}"_s,
                u"{\"n\": 1}"_s};
    }

    static QByteArray line(const ExportTable &table, const ExportStyle &style)
    {
        return ExportService::text(table, style).split('\n').value(1);
    }

    static QByteArray sheetOf(const QString &workbook)
    {
        QProcess python;
        python.start(u"python3"_s, {u"-c"_s,
                                    u"import sys,zipfile; sys.stdout.write(zipfile.ZipFile(sys.argv[1])."
                                    "read('xl/worksheets/sheet1.xml').decode())"_s,
                                    workbook});
        return python.waitForFinished() ? python.readAllStandardOutput() : QByteArray();
    }

    /// Writes while no file may grow beyond that: a write ends then as on a full disk.
    static Result<void> writeWithin(qint64 bytes, const ExportTable &table, const ExportStyle &style,
                                    const QString &file)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        ::getrlimit(RLIMIT_FSIZE, &before);
        const rlimit small{rlim_t(bytes), before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
        const Result<void> written = ExportService::write(table, style, file, false);
        ::setrlimit(RLIMIT_FSIZE, &before);
        return written;
    }

private slots:
    void productionIsNamedInTheHeader()
    {
        Profile profile{.name = u"shop"_s, .conninfo = u"host=db.example user=ann dbname=retail_db"_s};
        QCOMPARE(exportSource(profile), u"ann@db.example/retail_db"_s);
        profile.environment = Environment::Production;
        QCOMPARE(exportSource(profile), u"ann@db.example/retail_db (PRODUCTION)"_s);
    }

    void formulasAreNeutralised_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("field");
        QTest::newRow("a formula") << u"=HYPERLINK(1)"_s << QByteArray("'=HYPERLINK(1)");
        QTest::newRow("a formula with quotes") << u"=A(\"x\")"_s << QByteArray("\"'=A(\"\"x\"\")\"");
        QTest::newRow("plus") << u"+1 555 0100"_s << QByteArray("'+1 555 0100");
        QTest::newRow("minus") << u"-cmd"_s << QByteArray("'-cmd");
        QTest::newRow("at") << u"@SUM(A1)"_s << QByteArray("'@SUM(A1)");
        QTest::newRow("a tab before it") << u"\t=1"_s << QByteArray("'\t=1");
        QTest::newRow("a line break before it") << u"\r=1"_s << QByteArray("\"'\r=1\"");
        QTest::newRow("an apostrophe before it") << u"'=1"_s << QByteArray("''=1");
        QTest::newRow("an apostrophe before a text") << u"'s"_s << QByteArray("'s");
        QTest::newRow("an equals sign later") << u"a=1"_s << QByteArray("a=1");
    }
    void formulasAreNeutralised()
    {
        QFETCH(QString, text);
        QFETCH(QByteArray, field);
        ExportStyle style;
        QVERIFY(line(table(row(text)), style).startsWith(field + ",-1234.50,")); // a number is no formula
        style.guardFormulas = false;
        QVERIFY(!line(table(row(text)), style).contains('\'') || text.contains(u'\''));
    }

    void csvTellsNothingFromEmptyAndQuotesWhatItMust()
    {
        const ExportStyle style;
        QVERIFY(line(table(row(std::nullopt)), style).startsWith(",-1234.50,true,"));
        QVERIFY(line(table(row(u""_s)), style).startsWith("\"\",-1234.50"));
        QVERIFY(line(table(row(u"a;b"_s)), style).startsWith("\"a;b\","));
        QVERIFY(line(table(row(u"say \"hi\""_s)), style).startsWith("\"say \"\"hi\"\"\","));
        QVERIFY(ExportService::text(table(row(u"a\nb"_s)), style).contains("\"a\nb\","));
        const QString malayalam = u"ചായ מעיל"_s;
        QVERIFY(line(table(row(malayalam)), style).startsWith(malayalam.toUtf8() + ','));
    }

    void decimalsFollowTheLocaleThatIsAskedFor()
    {
        ExportStyle style;
        style.locale = QLocale(QLocale::German, QLocale::Germany);
        const QByteArray text = ExportService::text(table(row(u"x"_s)), style);
        QVERIFY(text.startsWith("\xEF\xBB\xBF"));
        QVERIFY2(text.contains("\nx;-1234,50;true;2026-01-02 03:04:05.5+00;"), text.constData());
    }

    void theHeaderSaysWhatTheFileIs()
    {
        ExportStyle style;
        style.header = {{u"store"_s, u"Zava, \"Seattle\""_s}, {u"filter"_s, u"brand=~a"_s}};
        const QList<QByteArray> csv = ExportService::text(table(row(u"x"_s)), style).split('\n');
        QCOMPARE(csv[0], QByteArray("\"# store: Zava, \"\"Seattle\"\"\""));
        QCOMPARE(csv[1], QByteArray("# filter: brand=~a"));
        QCOMPARE(csv[2], QByteArray("name,price,active,seen,tags,facts"));
        style.format = ExportFormat::JsonLines;
        const QJsonObject about =
            QJsonDocument::fromJson(ExportService::text(table(row(u"x"_s)), style).split('\n')[0]).object();
        QCOMPARE(about[u"export"][u"store"].toString(), u"Zava, \"Seattle\""_s);
    }

    void jsonKeepsTypesAndAnyText_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("plain") << u"plain"_s;
        QTest::newRow("quotes and backslashes") << u"a\"b\\c"_s;
        QTest::newRow("control characters") << u"a\n\t\x01"_s;
        QTest::newRow("astral characters") << u"🛒 𝒜"_s;
    }
    void jsonKeepsTypesAndAnyText()
    {
        QFETCH(QString, text);
        ExportStyle style;
        style.format = ExportFormat::JsonLines;
        const QJsonObject object =
            QJsonDocument::fromJson(ExportService::text(table(row(text)), style)).object();
        QCOMPARE(object[u"name"].toString(), text);
        QCOMPARE(object[u"price"].toDouble(), -1234.5);
        QCOMPARE(object[u"active"].toBool(), true);
        QCOMPARE(object[u"seen"].toString(), u"2026-01-02T03:04:05.5Z"_s);
        QCOMPARE(object[u"tags"][1].toString(), u"b c"_s);
        QCOMPARE(object[u"facts"][u"n"].toInt(), 1);
    }

    void aWorkbookHoldsTextsAsTexts()
    {
        const QTemporaryDir folder;
        const QString file = folder.filePath(u"x.xlsx"_s);
        ExportStyle style;
        style.format = ExportFormat::Xlsx;
        const Result<void> written = ExportService::write(table(row(u"=1+1 <&>"_s)), style, file, false);
        QVERIFY2(written.ok(), written ? "" : qPrintable(written.error().text()));
        QVERIFY(!QFile::exists(file + u".part"_s));
        QFile archive(file);
        QVERIFY(archive.open(QIODevice::ReadOnly));
        QVERIFY(archive.readAll().startsWith("PK"));
        const QByteArray sheet = sheetOf(file);
        QVERIFY2(sheet.contains("=1+1 &lt;&amp;&gt;"), sheet.constData());
        QVERIFY(!sheet.contains("<f>")); // no formula
        QVERIFY(sheet.contains("<v>-1234.5</v>"));
    }

    void aDecimalCommaOfTheDesktopIsInNoWorkbook()
    {
        // A locale of our own, since none with a comma may be installed: LC_NUMERIC as localedef writes it
        // for decimal_point "," and nothing else.
        static const QByteArray comma = QByteArray::fromHex("14110320"
                                                            "06000000"
                                                            "20000000"
                                                            "22000000"
                                                            "23000000"
                                                            "24000000"
                                                            "28000000"
                                                            "2c000000"
                                                            "2c000000"
                                                            "2c000000"
                                                            "00000000"
                                                            "414e53495f58332e342d3139363800");
        const QTemporaryDir folder;
        QVERIFY(QDir(folder.path()).mkdir(u"comma"_s));
        QFile numeric(folder.filePath(u"comma/LC_NUMERIC"_s));
        QVERIFY(numeric.open(QIODevice::WriteOnly) && numeric.write(comma) == comma.size());
        numeric.close();
        const QByteArray before = std::setlocale(LC_NUMERIC, nullptr);
        qputenv("LOCPATH", QFile::encodeName(folder.path()));
        const bool set = std::setlocale(LC_NUMERIC, "comma") != nullptr;
        char printed[8] = {};
        std::snprintf(printed, sizeof printed, "%g", 0.5);
        const QString file = folder.filePath(u"x.xlsx"_s);
        ExportStyle style;
        style.format = ExportFormat::Xlsx;
        const Result<void> written = ExportService::write(table(row(u"x"_s)), style, file, false);
        std::setlocale(LC_NUMERIC, before.constData());
        qunsetenv("LOCPATH");
        QVERIFY(set);
        QCOMPARE(QByteArray(printed), QByteArray("0,5"));
        QVERIFY2(written.ok(), written ? "" : qPrintable(written.error().text()));
        const QByteArray sheet = sheetOf(file);
        QVERIFY2(sheet.contains("<v>-1234.5</v>"), sheet.constData());
        static const QRegularExpression decimalComma(u"[0-9],[0-9]"_s);
        QVERIFY2(!decimalComma.match(QString::fromUtf8(sheet)).hasMatch(), sheet.constData());
    }

    void aWorkbookWhoseRowsDoNotFitOnTheDiskIsNone_data()
    {
        QTest::addColumn<int>("missing"); // bytes of the sheet
        QTest::newRow("while rows are written") << 1'000'000;
        QTest::newRow("while the last rows are written") << 3000;
        QTest::newRow("while they are copied into the workbook") << 50;
    }
    void aWorkbookWhoseRowsDoNotFitOnTheDiskIsNone()
    {
        QFETCH(const int, missing);
        const QTemporaryDir folder;
        ExportStyle style;
        style.format = ExportFormat::Xlsx;
        ExportTable many = table(row(u"a text that packs well"_s));
        many.rows = QList<QList<Value>>(5000, many.rows.first());
        const QString whole = folder.filePath(u"whole.xlsx"_s);
        QVERIFY(ExportService::write(many, style, whole, false).ok());
        const qint64 sheet = sheetOf(whole).size();
        const qint64 room = sheet - missing;
        QVERIFY(room > 2 * QFileInfo(whole).size()); // the packed workbook alone would fit
        const Result<void> written = writeWithin(room, many, style, folder.filePath(u"full.xlsx"_s));
        QVERIFY(!written);
        QCOMPARE(written.error().kind, ErrorKind::Io);
        QVERIFY(!written.error().hint.isEmpty());
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files), QStringList{u"whole.xlsx"_s});
        const QString fits = folder.filePath(u"fits.xlsx"_s);
        QVERIFY(writeWithin(sheet + 100'000, many, style, fits).ok());
        QCOMPARE(sheetOf(fits).size(), sheet);
    }

    void anExistingFileStaysUnlessItMayBeReplaced()
    {
        const QTemporaryDir folder;
        const QString file = folder.filePath(u"x.csv"_s);
        QVERIFY(ExportService::write(table(row(u"first"_s)), {}, file, false).ok());
        const Result<void> again = ExportService::write(table(row(u"second"_s)), {}, file, false);
        QVERIFY(!again);
        QCOMPARE(again.error().kind, ErrorKind::Conflict);
        QVERIFY(ExportService::write(table(row(u"third"_s)), {}, file, true).ok());
        QFile read(file);
        QVERIFY(read.open(QIODevice::ReadOnly));
        QVERIFY(read.readAll().contains("third"));
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 1);
    }

    void aFolderThatIsNotThereIsAnIoError()
    {
        const Result<void> written =
            ExportService::write(table(row(u"x"_s)), {}, u"/nonexistent/x.csv"_s, false);
        QVERIFY(!written);
        QCOMPARE(written.error().kind, ErrorKind::Io);
    }

    void copysTextFormatIsRead()
    {
        CopyFields fields;
        const ExportWriter::Values &values = fields.parse("a\\tb\t\\N\t\t\\\\N\tline\\nbreak\t\\N\n");
        QCOMPARE(values.size(), 6);
        QCOMPARE(values[0]->toByteArray(), QByteArray("a\tb"));
        QVERIFY(!values[1]);
        QVERIFY(values[2] && values[2]->isEmpty());
        QCOMPARE(values[3]->toByteArray(), QByteArray("\\N"));
        QCOMPARE(values[4]->toByteArray(), QByteArray("line\nbreak"));
        QVERIFY(!values[5]);
    }
};

QTEST_GUILESS_MAIN(TestExportWriter)
#include "tst_exportwriter.moc"
