// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/pgconnection.h"
#include "tests/support/testcluster.h"

#include <QTest>

#include <libpq-fe.h>

using namespace Qt::StringLiterals;

class TestQueries final : public QObject
{
    Q_OBJECT

private slots:
    void everyQueryFileIsAcceptedByTheServer_data()
    {
        QTest::addColumn<QByteArray>("sql");
        const QList<Statement> all = sqlcatalog::allQueries();
        QVERIFY(!all.isEmpty());
        for (const Statement &statement : all)
            QTest::newRow(statement.name.constData()) << statement.sql;
    }
    void everyQueryFileIsAcceptedByTheServer()
    {
        QFETCH(QByteArray, sql);
        static const TestDatabase database;
        // Statements on the temporary table of an import need it there.
        static Session session = [] {
            Session made = database.superuser();
            if (const Result<Rows> begun = made.execute("BEGIN"); !begun)
                qFatal("%s", qPrintable(begun.error().text()));
            if (const Result<Rows> table = made.execute(sqlcatalog::query("import/staging").sql); !table)
                qFatal("%s", qPrintable(table.error().text()));
            return made;
        }();
        PGconn *connection = session.connection().handle();
        PQsetnonblocking(connection, 0);
        // Each in a savepoint, so that one refused statement does not refuse the next.
        PQclear(PQexec(connection, "SAVEPOINT one"));
        PGresult *result = PQprepare(connection, "", sql.constData(), 0, nullptr);
        const bool accepted = PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
        const QByteArray message = PQerrorMessage(connection);
        PQclear(PQexec(connection, "ROLLBACK TO one"));
        QVERIFY2(accepted, message.constData());
    }

    void everyFileSaysItsLicence()
    {
        for (const Statement &statement : sqlcatalog::allQueries())
            QVERIFY2(statement.sql.startsWith("-- SPDX-License-Identifier: GPL-3.0-or-later\n"),
                     statement.name.constData());
    }
};

QTEST_GUILESS_MAIN(TestQueries)
#include "tst_queries.moc"
