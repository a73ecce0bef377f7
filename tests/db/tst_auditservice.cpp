// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/quietjob.h"
#include "app/services/auditservice.h"
#include "tests/support/testcluster.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

class TestAuditService final : public QObject
{
    Q_OBJECT

    std::unique_ptr<TestDatabase> m_database;
    std::unique_ptr<ConnectionPool> m_pool;
    QTemporaryDir m_folder;
    QString m_product;

    Rows ask(const QString &sql)
    {
        const Result<Rows> rows = m_database->superuser().execute(sql.toUtf8());
        if (!rows)
            qFatal("%s", qPrintable(rows.error().text()));
        return *rows;
    }
    AuditPage page(const AuditFilter &filter, const QString &after = {}, int limit = 200)
    {
        const auto read = AuditService(*m_pool).page(u"seattle"_s, filter, after, limit).result();
        if (!read)
            qFatal("%s", qPrintable(read.error().text()));
        return *read;
    }

private slots:
    void initTestCase()
    {
        m_database = std::make_unique<TestDatabase>();
        m_product =
            ask(u"SELECT product_id FROM retail.products WHERE store_id = 'seattle' ORDER BY product_id LIMIT 1"_s)
                .text(0, 0);
        ask(u"UPDATE retail.products SET price = price + 1 WHERE product_id = '%1'"_s.arg(m_product));
        ask(u"UPDATE retail.products SET brand = '100%_\\ ''; DROP TABLE' WHERE product_id = '%1'"_s.arg(
            m_product));
        ask(u"UPDATE retail.products SET price = price + 1 WHERE store_id = 'redmond'"_s);
        m_pool = std::make_unique<ConnectionPool>(2);
        OPEN_POOL(*m_pool, *m_database, u"sandbox_manager"_s);
    }
    void cleanupTestCase()
    {
        m_pool.reset();
        m_database.reset();
    }

    void filtersFindWhatSqlFinds_data()
    {
        QTest::addColumn<AuditFilter>("filter");
        QTest::addColumn<QString>("condition");
        const auto row = [](const char *name, const std::function<void(AuditFilter &)> &set,
                            const QString &condition) {
            AuditFilter filter;
            set(filter);
            QTest::newRow(name) << filter << condition;
        };
        row(
            "nothing restricts", [](AuditFilter &) {}, u"TRUE"_s);
        row(
            "a table", [](AuditFilter &f) { f.table = u"products"_s; }, u"table_name = 'products'"_s);
        row(
            "an action", [](AuditFilter &f) { f.action = u"UPDATE"_s; }, u"action = 'UPDATE'"_s);
        row(
            "a person", [](AuditFilter &f) { f.user = u"postgres"_s; }, u"user_name = 'postgres'"_s);
        row(
            "a row", [this](AuditFilter &f) { f.record = m_product; }, u"record_id = '%1'"_s.arg(m_product));
        row(
            "a changed column", [](AuditFilter &f) { f.column = u"price"_s; },
            u"action = 'UPDATE' AND new_values ? 'price'"_s);
        row(
            "a text with wildcards, a quote and a backslash", [](AuditFilter &f) { f.text = u"100%_"_s; },
            u"new_values->>'brand' LIKE '100\\%\\_%' OR old_values->>'brand' LIKE '100\\%\\_%'"_s);
        row(
            "an injection", [](AuditFilter &f) { f.table = u"x' OR TRUE --"_s; }, u"FALSE"_s);
        row(
            "the future", [](AuditFilter &f) { f.since = QDateTime::currentDateTimeUtc().addDays(1); },
            u"FALSE"_s);
        row(
            "the past", [](AuditFilter &f) { f.until = QDateTime::currentDateTimeUtc().addYears(-5); },
            u"FALSE"_s);
    }
    void filtersFindWhatSqlFinds()
    {
        QFETCH(AuditFilter, filter);
        QFETCH(QString, condition);
        const qint64 expected =
            ask(u"SELECT count(*) FROM retail.audit_log WHERE store_id = 'seattle' AND (%1)"_s.arg(condition))
                .integer(0, 0);
        const AuditPage found = page(filter, {}, 10'000);
        QCOMPARE(found.rows.count(), int(std::min<qint64>(expected, 10'000)));
    }

    void pagesMeetWithoutGapOrOverlap()
    {
        QStringList seen;
        QString after;
        do {
            const AuditPage part = page({}, after, 7);
            for (int row = 0; row < part.rows.count(); ++row)
                seen += part.rows.text(row, 0);
            after = part.next;
        } while (!after.isEmpty() && seen.size() < 200);
        const AuditPage whole = page({}, {}, int(seen.size()));
        QStringList expected;
        for (int row = 0; row < whole.rows.count(); ++row)
            expected += whole.rows.text(row, 0);
        QVERIFY(seen.size() > 2);
        QCOMPARE(seen, expected);
    }

    void anotherStoresEntriesAreNotToBeHad()
    {
        const auto read = AuditService(*m_pool).page(u"redmond"_s, {}).result();
        QVERIFY(!read);
        QCOMPARE(read.error().sqlstate, u"42501"_s);
    }

    void badFiltersAreToldBeforeTheServerIsAsked_data()
    {
        QTest::addColumn<AuditFilter>("filter");
        QTest::addColumn<QString>("after");
        AuditFilter record;
        record.record = u"not an id"_s;
        QTest::newRow("an id that is none") << record << QString();
        AuditFilter range;
        range.since = QDateTime::currentDateTimeUtc();
        range.until = range.since.addDays(-1);
        QTest::newRow("a range that ends before it begins") << range << QString();
        QTest::newRow("a cursor of another table") << AuditFilter() << u"eyJ4IjoxfQ"_s;
    }
    void badFiltersAreToldBeforeTheServerIsAsked()
    {
        QFETCH(AuditFilter, filter);
        QFETCH(QString, after);
        const auto read = AuditService(*m_pool).page(u"seattle"_s, filter, after).result();
        QVERIFY(!read);
        QCOMPARE(read.error().kind, ErrorKind::Usage);
        QVERIFY(!read.error().hint.isEmpty());
    }

    void activityAddsUpToTheEntries()
    {
        AuditFilter filter;
        filter.since = QDateTime::currentDateTimeUtc().addDays(-30);
        const auto activity =
            AuditService(*m_pool).activity(u"seattle"_s, filter, QTimeZone("Asia/Kolkata")).result();
        VERIFY_OK(activity);
        qint64 entries = 0;
        for (const AuditActivity &one : *activity)
            entries += one.entries;
        QCOMPARE(entries,
                 ask(u"SELECT count(*) FROM retail.audit_log WHERE store_id = 'seattle' AND created_at >= "
                     "now() - interval '30 days'"_s)
                     .integer(0, 0));
    }

    void evidenceIsWholeAndSigned_data()
    {
        QTest::addColumn<EvidenceFormat>("format");
        QTest::newRow("CSV") << EvidenceFormat::Csv;
        QTest::newRow("lines of JSON") << EvidenceFormat::JsonLines;
    }
    void evidenceIsWholeAndSigned()
    {
        QFETCH(EvidenceFormat, format);
        AuditFilter filter;
        filter.record = m_product;
        const QString file = m_folder.filePath(u"evidence"_s);
        QuietJob job;
        const Result<QString> told =
            AuditService(*m_pool).exportEvidence(u"seattle"_s, filter, format, file)(job);
        VERIFY_OK(told);
        QFile out(file);
        QVERIFY(out.open(QIODevice::ReadOnly));
        const QByteArray bytes = out.readAll();
        QVERIFY(bytes.contains("DROP TABLE"));
        QFile described(file + u".manifest.json"_s);
        QVERIFY(described.open(QIODevice::ReadOnly));
        for (const QFile *made : {&out, &described})
            QVERIFY(!(made->permissions() & (QFile::ReadGroup | QFile::ReadOther)));
        const QJsonObject manifest = QJsonDocument::fromJson(described.readAll()).object();
        const QByteArray sha256 = QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
        QCOMPARE(manifest[u"sha256"].toString().toLatin1(), sha256);
        QCOMPARE(manifest[u"rows"].toInteger(), qint64(page(filter).rows.count()));
        QCOMPARE(manifest[u"filter"].toObject(), filter.toJson());
        QCOMPARE(manifest[u"made_by"].toString(), u"sandbox_manager"_s);
        QVERIFY2(told->contains(QString::fromLatin1(sha256)), qPrintable(*told));
    }

    void evidenceIsOfOneMoment()
    {
        const auto write = [this](int entries, const QString &action) {
            ask(u"INSERT INTO retail.audit_log (table_name, action, store_id, created_at) SELECT 'moment', "
                u"'%1', "
                "'seattle', now() - n * interval '1 second' FROM generate_series(1, %2) n"_s.arg(action)
                    .arg(entries));
        };
        write(6'000, u"before"_s);
        // Entries that come while a page is written, further down than it.
        class Watched final : public JobContext
        {
        public:
            std::function<void()> onPage;
            const CancelToken &token() const override { return m_token; }
            void progress(const JobProgress &) override { onPage(); }
            void log(const QString &) override {}

        private:
            CancelToken m_token;
        } job;
        int pages = 0;
        job.onPage = [&] {
            if (++pages == 1)
                write(6'000, u"meanwhile"_s);
        };
        AuditFilter filter;
        filter.table = u"moment"_s;
        const QString file = m_folder.filePath(u"moment.csv"_s);
        VERIFY_OK(AuditService(*m_pool).exportEvidence(u"seattle"_s, filter, EvidenceFormat::Csv, file)(job));
        QCOMPARE(pages, 2);
        QFile out(file);
        QVERIFY(out.open(QIODevice::ReadOnly));
        const QByteArray bytes = out.readAll();
        QCOMPARE(bytes.count("before"), 6'000);
        QCOMPARE(bytes.count("meanwhile"), 0);
    }

    void evidenceThatIsCancelledOrCannotBeWrittenLeavesNothing()
    {
        const auto write = [this](const QString &file, const CancelToken &token) {
            QuietJob job(token);
            return AuditService(*m_pool).exportEvidence(u"seattle"_s, {}, EvidenceFormat::Csv, file)(job);
        };
        const Result<QString> nowhere = write(m_folder.filePath(u"no/such/file.csv"_s), {});
        QVERIFY(!nowhere);
        QCOMPARE(nowhere.error().kind, ErrorKind::Io);
        CancelToken token;
        token.cancel();
        const QString file = m_folder.filePath(u"cancelled.csv"_s);
        const Result<QString> cancelled = write(file, token);
        QVERIFY(!cancelled);
        QCOMPARE(cancelled.error().kind, ErrorKind::Cancelled);
        QVERIFY(!QFile::exists(file) && !QFile::exists(file + u".manifest.json"_s));
    }
};

QTEST_GUILESS_MAIN(TestAuditService)
#include "tst_auditservice.moc"
