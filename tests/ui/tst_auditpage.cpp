// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/windowtest.h"

#include <QComboBox>
#include <QFile>
#include <QFileDialog>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>

using namespace Qt::StringLiterals;

/// The audit log in the real window, while the server takes its time.
class TestAuditPage final : public WindowTest
{
    Q_OBJECT

    QAbstractItemModel *entries() const { return find<QTableView>(u"auditEntries"_s)->model(); }
    QLabel *notice() const { return find<QLabel>(u"auditNotice"_s); }
    bool settled() const { return !m_window->currentPage()->loading(); }
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
        openWindow(m_prompt, {u"sandbox_manager"_s});
        connectAs(u"sandbox_manager"_s);
        chooseStore(u"seattle"_s);
        m_window->showPage(u"audit"_s);
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 20'000);
        QVERIFY(entries()->rowCount() >= 200);
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

    void evidenceIsOfTheRowsThatAreShownAndItsEndIsTold()
    {
        Session holder = holdLog();
        narrowToCustomers();
        exportTo(m_home.filePath(u"evidence"_s));
        QVERIFY(notice()->isVisible());
        m_window->currentPage()->refresh();
        QVERIFY(notice()->isVisible());
        VERIFY_OK(holder.executeScript("COMMIT"));
        QTRY_VERIFY_WITH_TIMEOUT(notice()->text().contains(u"entries are in"_s), 20'000);
        QVERIFY(notice()->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(settled(), 20'000);

        // The filter of the dialog says what is written.
        QFile evidence(m_home.filePath(u"evidence.jsonl"_s));
        QVERIFY(evidence.open(QIODevice::ReadOnly));
        QVERIFY(QJsonDocument::fromJson(evidence.readLine()).isObject());
        QFile manifest(evidence.fileName() + u".manifest.json"_s);
        QVERIFY(manifest.open(QIODevice::ReadOnly));
        const QJsonObject filter = QJsonDocument::fromJson(manifest.readAll()).object()[u"filter"].toObject();
        QVERIFY(filter.contains(u"since"_s) && !filter.contains(u"table"_s));

        m_window->currentPage()->refresh(); // nothing is written any more
        QVERIFY(!notice()->isVisible());
    }
};

QTEST_MAIN(TestAuditPage)
#include "tst_auditpage.moc"
