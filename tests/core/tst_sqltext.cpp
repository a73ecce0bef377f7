// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/sqltext.h"

#include <QTest>

using namespace Qt::StringLiterals;
using sqltext::Effect;

class TestSqlText final : public QObject
{
    Q_OBJECT

private slots:
    void oneStatementIsTakenAndNoMore_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<bool>("taken");
        QTest::newRow("nothing") << QString() << false;
        QTest::newRow("a comment alone") << u"/* nothing */"_s << false;
        QTest::newRow("two statements") << u"SELECT 1; SELECT 2"_s << false;
        QTest::newRow("a second one behind a comment") << u"SELECT 1; -- x\nDROP TABLE a"_s << false;
        QTest::newRow("a string that is cut off") << u"SELECT 'abc"_s << false;
        QTest::newRow("one with a semicolon") << u"SELECT 1;"_s << true;
        QTest::newRow("a semicolon in a string") << u"SELECT ';'"_s << true;
        QTest::newRow("a semicolon in a dollar string") << u"SELECT $$;$$"_s << true;
        QTest::newRow("what the statistics leave of an interval") << u"SELECT now() - interval $1"_s << true;
    }
    void oneStatementIsTakenAndNoMore()
    {
        QFETCH(QString, sql);
        QFETCH(bool, taken);
        const Result<sqltext::Shape> shape = sqltext::examine(sql);
        QCOMPARE(shape.ok(), taken);
        if (shape)
            QVERIFY(!shape->statement.endsWith(u';'));
        else
            QCOMPARE(shape.error().kind, ErrorKind::Usage);
    }

    void whatAStatementDoesIsTold_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<Effect>("effect");
        QTest::newRow("a query") << u"SELECT * FROM a WHERE b = $1"_s << Effect::Reads;
        QTest::newRow("values") << u"VALUES (1), (2)"_s << Effect::Reads;
        QTest::newRow("a query that names a node") << u"SELECT '\"DeleteStmt\":'"_s << Effect::Reads;
        QTest::newRow("a lock") << u"SELECT * FROM a FOR UPDATE"_s << Effect::Writes;
        QTest::newRow("a lock deep inside")
            << u"SELECT * FROM (SELECT * FROM a FOR SHARE) b"_s << Effect::Writes;
        QTest::newRow("a new table") << u"SELECT * INTO b FROM a"_s << Effect::Writes;
        QTest::newRow("a delete in a CTE")
            << u"WITH d AS (DELETE FROM a RETURNING *) SELECT * FROM d"_s << Effect::Writes;
        QTest::newRow("an insert") << u"INSERT INTO a VALUES ($1)"_s << Effect::Writes;
        QTest::newRow("a merge") << u"MERGE INTO a USING b ON a.x = b.x WHEN MATCHED THEN DELETE"_s
                                 << Effect::Writes;
        QTest::newRow("a query in syntax that is too new")
            << u"SELECT JSON_TABLE(a COLUMNS (b int PATH '$'))"_s << Effect::Writes;
        QTest::newRow("a command") << u"VACUUM a"_s << Effect::Other;
        QTest::newRow("an EXPLAIN of a delete") << u"EXPLAIN ANALYZE DELETE FROM a"_s << Effect::Other;
        QTest::newRow("a COPY of a query") << u"COPY (SELECT 1) TO PROGRAM 'rm'"_s << Effect::Other;
        QTest::newRow("a block") << u"DO $$ BEGIN DELETE FROM a; END $$"_s << Effect::Other;
    }
    void whatAStatementDoesIsTold()
    {
        QFETCH(QString, sql);
        QFETCH(Effect, effect);
        const Result<sqltext::Shape> shape = sqltext::examine(sql);
        QVERIFY2(shape.ok(), shape ? "" : qPrintable(shape.error().text()));
        QCOMPARE(shape->effect, effect);
    }

    void nothingSecretIsKept_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::newRow("a role's password") << u"CREATE ROLE x PASSWORD 'hunter2'"_s;
        QTest::newRow("a changed password") << u"ALTER ROLE x WITH ENCRYPTED PASSWORD 'hunter2'"_s;
        QTest::newRow("a literal") << u"SELECT * FROM a WHERE b = 'hunter2'"_s;
        QTest::newRow("a COPY") << u"COPY (SELECT 'hunter2') TO STDOUT"_s;
        QTest::newRow("no SQL at all") << u"PASSWORD hunter2 is what ) he typed"_s;
        QTest::newRow("a text that is cut off") << u"SELECT 'hunter2"_s;
    }
    void nothingSecretIsKept()
    {
        QFETCH(QString, sql);
        const QString kept = sqltext::withoutValues(sql);
        QVERIFY2(!kept.contains(u"hunter2"_s), qPrintable(kept));
        QVERIFY(!kept.isEmpty());
    }

    void tokensStandWhereTheyAreInTheText()
    {
        const QString sql = u"SELECT 'größe 🙂', $1, 12.5 -- ക\nFROM a"_s;
        QStringList found;
        for (const sqltext::Token &token : sqltext::tokens(sql))
            found.append(sql.mid(token.start, token.length));
        QCOMPARE(found,
                 (QStringList{u"SELECT"_s, u"'größe 🙂'"_s, u"$1"_s, u"12.5"_s, u"-- ക"_s, u"FROM"_s}));
        QVERIFY(sqltext::tokens(u"SELECT 'cut"_s).isEmpty());
    }

    void oursAreKnownByTheirMark()
    {
        QVERIFY(sqltext::isOurs(u"/* retail-admin */ SELECT 1"_s));
        QVERIFY(!sqltext::isOurs(u"SELECT 1 /* retail-admin */"_s));
        QCOMPARE(sqltext::oneLine(u"/* retail-admin */ SELECT 1 -- one\n , '/*2*/'"_s),
                 u"SELECT 1 , '/*2*/'"_s);
    }

    void parametersOfIntervalsBecomeCasts()
    {
        QCOMPARE(sqltext::withCastParameters(u"SELECT now() - interval $1, date $2, 'interval $3'"_s),
                 u"SELECT now() - $1::interval, $2::date, 'interval $3'"_s);
    }
};

QTEST_GUILESS_MAIN(TestSqlText)
#include "tst_sqltext.moc"
