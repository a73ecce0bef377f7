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
        static Session session = database.superuser();
        PGconn *connection = session.connection().handle();
        PQsetnonblocking(connection, 0);
        PGresult *result = PQprepare(connection, "", sql.constData(), 0, nullptr);
        const bool accepted = PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
        QVERIFY2(accepted, PQerrorMessage(connection));
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
