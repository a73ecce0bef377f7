// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/windowtest.h"
#include "ui/shared/cellrole.h"

#include <QComboBox>
#include <QFile>
#include <QFileDialog>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>

using namespace Qt::StringLiterals;

/// The audit log in the real window, while the server takes its time.
class TestAuditPage final : public WindowTest
{
    Q_OBJECT

    QAbstractItemModel *entries() const { return find<QTableView>(u"auditEntries"_s)->model(); }
    bool settled() const { return !m_window->currentPage()->loading(); }
    void begin(const QString &login)
    {
        connectAs(login);
        chooseStore(u"seattle"_s);
        m_window->showPage(u"audit"_s);
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 20'000);
        QVERIFY(entries()->rowCount() >= 200);
    }
    void narrowToCustomers() const
    {
        auto *tables = find<QComboBox>(u"auditTable"_s);
        tables->setCurrentIndex(tables->findData(u"customers"_s));
    }
    /// Asks for the lines of JSON, under a name without a suffix.
    void exportTo(const QString &file) const
    {
        find<QPushButton>(u"auditExport"_s)->click();
        QDialog *dialog = find<QFileDialog>({});
        QVERIFY(dialog);
        dialog->findChild<QLineEdit *>(u"fileNameEdit"_s)->setText(file);
        QTest::keyClick(dialog->findChild<QComboBox *>(u"fileTypeCombo"_s), Qt::Key_Down);
        dialog->accept();
    }
    /// Nobody reads the log until the session ends its transaction.
    Session holdLog() const
    {
        Session holder = m_database->superuser();
        const Result<Rows> locked =
            holder.executeScript("BEGIN; LOCK TABLE retail.audit_log IN ACCESS EXCLUSIVE MODE");
        if (!locked)
            qFatal("%s", qPrintable(locked.error().text()));
        return holder;
    }

    Prompt m_prompt;

private slots:
    void initTestCase()
    {
        m_database = std::make_unique<TestDatabase>();
        // The newest entries are of products, and more than a page of them.
        for (int i = 0; i < 4; ++i)
            VERIFY_OK(m_database->superuser().execute(
                "UPDATE retail.products SET price = price + 1 WHERE store_id = 'seattle'"));
    }
    void cleanupTestCase() { m_database.reset(); }
    void init()
    {
        openWindow(m_prompt, {u"sandbox_manager"_s, u"sandbox_owner"_s});
        begin(u"sandbox_manager"_s);
    }
    void cleanup() { closeWindow(); }

    void scrollingMixesNoFilters()
    {
        Session holder = holdLog();
        narrowToCustomers();
        QVERIFY(!settled());
        QVERIFY(entries()->canFetchMore({}));
        entries()->fetchMore({}); // as the view does at its end
        VERIFY_OK(holder.executeScript("COMMIT"));
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 20'000);
        QVERIFY(entries()->rowCount() > 0);
        for (int row = 0; row < entries()->rowCount(); ++row)
            QCOMPARE(entries()->index(row, 2).data().toString(), u"Customers"_s);
    }

    void aRefreshKeepsTheEntry()
    {
        auto *view = find<QTableView>(u"auditEntries"_s);
        view->setCurrentIndex(entries()->index(50, 0));
        const QString record = view->currentIndex().data(cell::Key).toString();
        VERIFY_OK(m_database->superuser().execute(
            "UPDATE retail.customers SET phone = 'another' WHERE customer_id = (SELECT customer_id FROM "
            "retail.customers WHERE store_id = 'seattle' LIMIT 1)"));
        m_window->currentPage()->refresh();
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 20'000);
        QCOMPARE(view->currentIndex().row(), 51);
        QCOMPARE(view->currentIndex().data(cell::Key).toString(), record);
    }

    void evidenceIsOfTheRowsThatAreShownWhateverIsShownNext()
    {
        begin(u"sandbox_owner"_s);
        Session holder = holdLog();
        narrowToCustomers();
        exportTo(m_home.filePath(u"evidence"_s));
        const Job *job = m_app->jobs.jobs().last();
        m_window->chooseStore(u"redmond"_s);
        VERIFY_OK(holder.executeScript("COMMIT"));
        QTRY_COMPARE(m_app->stores.current().storeId, u"redmond"_s);
        QTRY_VERIFY_WITH_TIMEOUT(job->finished(), 20'000);
        QVERIFY2(job->state() == JobState::Succeeded, qPrintable(job->summary()));
        QVERIFY2(job->summary().contains(u"SHA-256"_s), qPrintable(job->summary()));
        QVERIFY2(job->spec().command.contains(u" audit --store seattle --evidence "_s),
                 qPrintable(job->spec().command));

        // The filter of the dialog says what is written.
        QFile evidence(m_home.filePath(u"evidence.jsonl"_s));
        QVERIFY(evidence.open(QIODevice::ReadOnly));
        QVERIFY(QJsonDocument::fromJson(evidence.readLine()).isObject());
        QFile manifest(evidence.fileName() + u".manifest.json"_s);
        QVERIFY(manifest.open(QIODevice::ReadOnly));
        const QJsonObject filter = QJsonDocument::fromJson(manifest.readAll()).object()[u"filter"].toObject();
        QVERIFY(filter.contains(u"since"_s) && !filter.contains(u"table"_s));
    }
};

QTEST_MAIN(TestAuditPage)
#include "tst_auditpage.moc"
