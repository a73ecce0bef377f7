// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/readyprompt.h"
#include "tests/support/windowtest.h"
#include "ui/shared/cellrole.h"

#include <QAbstractButton>
#include <QAbstractItemModelTester>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableView>

using namespace Qt::StringLiterals;

namespace {

/// Answers at once, and keeps what was asked.
} // namespace

/// The Search quality page in the real window on a real database.
class TestQuality final : public WindowTest
{
    Q_OBJECT

private slots:
    void init();
    void cleanup();

    void coverageIsToldByStoreAndModel();
    void gapsAreEmbeddedAfterAQuestion();
    void theOwnerSwitchesTheModelAndNobodyElse();
    void anotherEfSearchIsShownBesideTheOneInUse();
    void figuresNameTheStoreTheyWereMeasuredIn();
    void aStoreWithoutVectorsShowsNoOthersPlan();
    void whatTheServerRefusesStaysTold();
    void aManagerMeasuresTheOwnStoreAndChangesNothing();
    void aMeasurementIsCancelled();
    void aModelThatNobodyComputesIsSaid();
    void worksByKeyboardAlone();

private:
    void open(const QString &profile);
    void embedByAnotherModel() const;
    bool says(const QString &text) const;
    bool errorShown() const;
    void press(const QString &button) const { find<QAbstractButton>(button)->click(); }
    bool settled() const { return !m_window->currentPage()->loading(); }
    QAbstractItemModel *table(const QString &name) const { return find<QTableView>(name)->model(); }
    QString cellText(const QString &name, int row, int column) const
    {
        return table(name)->index(row, column).data().toString();
    }
    void showQuality() const { find<QTabWidget>(u"qualityTabs"_s)->setCurrentIndex(1); }
    void select(const QString &store) const;
    QString scalar(const QByteArray &sql) const
    {
        const Result<Rows> rows = m_database->superuser().execute(sql);
        return rows && rows->count() > 0 ? rows->text(0, 0) : QString();
    }

    ReadyPrompt m_prompt;
};

void TestQuality::init()
{
    m_database = std::make_unique<TestDatabase>();
    m_prompt.answer = true;
    m_prompt.asked.clear();
    openWindow(m_prompt, {u"sandbox_owner"_s, u"sandbox_manager"_s, u"sandbox_dba"_s});
}

void TestQuality::cleanup()
{
    closeWindow();
    m_database.reset();
}

void TestQuality::open(const QString &profile)
{
    connectAs(profile);
    m_window->showPage(u"search-quality"_s);
    QTRY_VERIFY(settled());
}

void TestQuality::embedByAnotherModel() const
{
    VERIFY_OK(m_database->superuser().execute("INSERT INTO retail.product_embeddings (product_id, store_id, "
                                              "embedding_text, embedding, embedding_model) "
                                              "SELECT product_id, store_id, 'old', array_fill(1, "
                                              "ARRAY[1536])::vector, 'other-1' FROM retail.products "
                                              "WHERE store_id = 'seattle' ORDER BY sku LIMIT 7"));
}

bool TestQuality::says(const QString &text) const
{
    const QList<QLabel *> labels = m_window->currentPage()->findChildren<QLabel *>();
    return std::any_of(labels.cbegin(), labels.cend(), [&](const QLabel *label) {
        return label->isVisible() && label->text().contains(text);
    });
}

bool TestQuality::errorShown() const
{
    const QList<QLabel *> labels = m_window->currentPage()->findChildren<QLabel *>(u"errorMessage"_s);
    return std::any_of(labels.cbegin(), labels.cend(),
                       [](const QLabel *label) { return label->isVisible(); });
}

void TestQuality::select(const QString &store) const
{
    auto *view = find<QTableView>(u"coverageTable"_s);
    for (int row = 0; row < view->model()->rowCount(); ++row)
        if (view->model()->index(row, 0).data(cell::Key).toString().startsWith(store))
            view->setCurrentIndex(view->model()->index(row, 0));
}

void TestQuality::coverageIsToldByStoreAndModel()
{
    embedByAnotherModel();
    open(u"sandbox_dba"_s);
    const QAbstractItemModelTester tester(table(u"coverageTable"_s));
    QCOMPARE(table(u"coverageTable"_s)->rowCount(), 5);
    select(u"seattle\x1f"_s + u"other"_s);
    const int row = find<QTableView>(u"coverageTable"_s)->currentIndex().row();
    QCOMPARE(cellText(u"coverageTable"_s, row, 1), u"other-1"_s);
    QCOMPARE(cellText(u"coverageTable"_s, row, 2), u"do not"_s);
    QCOMPARE(cellText(u"coverageTable"_s, row, 4), u"0"_s);
    QCOMPARE(cellText(u"coverageTable"_s, row, 5), u"7"_s);
    QVERIFY(find<QLabel>(u"coverageSummary"_s)->text().contains(u"500 of 500 products in 4 stores"_s));
    // A DBA sees the numbers and changes nothing; the buttons say why.
    for (const QString &button : {u"coverageEmbed"_s, u"coverageEmbedAll"_s, u"coverageActivate"_s}) {
        QVERIFY(!find<QAbstractButton>(button)->isEnabled());
        QVERIFY(!find<QAbstractButton>(button)->toolTip().isEmpty());
    }
}

void TestQuality::gapsAreEmbeddedAfterAQuestion()
{
    VERIFY_OK(m_database->superuser().execute(
        "DELETE FROM retail.product_embeddings WHERE store_id IN ('seattle', 'online')"));
    open(u"sandbox_owner"_s);
    QVERIFY(find<QAbstractButton>(u"coverageEmbedAll"_s)->isEnabled());
    m_prompt.answer = false;
    press(u"coverageEmbedAll"_s);
    QTRY_VERIFY(!m_prompt.asked.isEmpty());
    QVERIFY2(m_prompt.explanation.contains(u"this computer"_s), qPrintable(m_prompt.explanation));
    QVERIFY(m_app->jobs.jobs().isEmpty()); // "no" does nothing
    m_prompt.answer = true;
    press(u"coverageEmbedAll"_s);
    QTRY_COMPARE(m_app->jobs.jobs().size(), 1);
    QTRY_COMPARE_WITH_TIMEOUT(m_app->jobs.jobs().first()->state(), JobState::Succeeded, 60'000);
    QTRY_VERIFY(!find<QAbstractButton>(u"coverageEmbedAll"_s)->isEnabled());
    QVERIFY(find<QLabel>(u"coverageSummary"_s)->text().contains(u"500 of 500"_s));
}

void TestQuality::theOwnerSwitchesTheModelAndNobodyElse()
{
    embedByAnotherModel();
    open(u"sandbox_owner"_s);
    select(u"seattle\x1f"_s + u"other"_s);
    m_prompt.answer = false;
    press(u"coverageActivate"_s);
    QVERIFY2(m_prompt.asked.last().contains(u"other-1"_s), qPrintable(m_prompt.asked.last()));
    QVERIFY2(m_prompt.explanation.contains(u"0 of 500 products"_s), qPrintable(m_prompt.explanation));
    QCOMPARE(scalar("SELECT embedding_model FROM retail.active_embedding_model"), u"retail-offline-1"_s);
    m_prompt.answer = true;
    press(u"coverageActivate"_s);
    QTRY_COMPARE(scalar("SELECT embedding_model FROM retail.active_embedding_model"), u"other-1"_s);
    QCOMPARE(scalar("SELECT user_name FROM retail.audit_log WHERE action = 'model_activated' "
                    "ORDER BY created_at DESC LIMIT 1"),
             u"sandbox_owner"_s);
    // The active model has a row in every store now: the rows are others once they are read again.
    const auto use = [this] {
        select(u"seattle\x1f"_s + u"other"_s);
        return cellText(u"coverageTable"_s, find<QTableView>(u"coverageTable"_s)->currentIndex().row(), 2);
    };
    QTRY_COMPARE(use(), u"use it"_s);
    QVERIFY(!find<QAbstractButton>(u"coverageActivate"_s)->isEnabled());
}

void TestQuality::anotherEfSearchIsShownBesideTheOneInUse()
{
    open(u"sandbox_dba"_s);
    showQuality();
    QVERIFY2(find<QLabel>(u"qualityIndex"_s)->text().contains(u"HNSW, m 16, ef_construction 128"_s),
             qPrintable(find<QLabel>(u"qualityIndex"_s)->text()));
    QVERIFY(!find<QProgressBar>(u"qualityBuild"_s)->isVisible());
    QVERIFY(!find<QAbstractButton>(u"qualityUse"_s)->isEnabled());
    find<QSpinBox>(u"qualitySamples"_s)->setValue(5);
    find<QSpinBox>(u"qualityEfSearch"_s)->setValue(60);
    press(u"qualityMeasure"_s);
    QVERIFY(!settled());
    QTRY_VERIFY_WITH_TIMEOUT(settled(), 30'000);
    const QAbstractItemModelTester tester(table(u"qualityIndexTable"_s));
    QCOMPARE(table(u"qualityIndexTable"_s)->rowCount(), 2);
    QCOMPARE(cellText(u"qualityIndexTable"_s, 0, 0), u"60"_s);
    QCOMPARE(cellText(u"qualityIndexTable"_s, 1, 0), u"200 · in use"_s);
    QVERIFY(cellText(u"qualityIndexTable"_s, 1, 1).endsWith(u" %"_s));
    QCOMPARE(table(u"qualityModeTable"_s)->rowCount(), 3);
    QVERIFY(find<QPlainTextEdit>(u"qualityPlan"_s)->toPlainText().contains(u"actual time"_s));
    QCOMPARE(find<QComboBox>(u"qualityPlanWay"_s)->currentData().toString(), u"exact"_s);

    m_prompt.answer = false;
    press(u"qualityUse"_s);
    QVERIFY2(m_prompt.explanation.contains(u"Before, ef_search 200: recall"_s) &&
                 m_prompt.explanation.contains(u"After, ef_search 60: recall"_s),
             qPrintable(m_prompt.explanation));
    QCOMPARE(scalar("SELECT ef_search FROM retail.search_settings()"), u"200"_s);
    m_prompt.answer = true;
    press(u"qualityUse"_s);
    QTRY_COMPARE(scalar("SELECT ef_search FROM retail.search_settings()"), u"60"_s);
    QTRY_COMPARE(cellText(u"qualityIndexTable"_s, 0, 0), u"60 · in use"_s);
    QCOMPARE(scalar("SELECT user_name || ' ' || (metadata->>'former') FROM retail.audit_log "
                    "WHERE action = 'ef_search_changed'"),
             u"sandbox_dba 200"_s);
}

void TestQuality::figuresNameTheStoreTheyWereMeasuredIn()
{
    open(u"sandbox_dba"_s);
    showQuality();
    auto *stores = find<QComboBox>(u"qualityStore"_s);
    stores->setCurrentIndex(stores->findData(u"seattle"_s));
    const QString measured = stores->currentText();
    find<QSpinBox>(u"qualitySamples"_s)->setValue(2);
    find<QSpinBox>(u"qualityEfSearch"_s)->setValue(60);
    press(u"qualityMeasure"_s);
    // While it is measured the next question is prepared.
    stores->setCurrentIndex(stores->findData(u"bellevue"_s));
    find<QComboBox>(u"qualityK"_s)->setCurrentIndex(0);
    QVERIFY(stores->currentText() != measured);
    QTRY_VERIFY_WITH_TIMEOUT(settled(), 30'000);
    const QString verdict = find<QLabel>(u"qualityVerdict"_s)->text();
    QVERIFY2(verdict.startsWith(measured) && verdict.contains(u"20 neighbours"_s), qPrintable(verdict));
    // One that is cancelled leaves the figures, and with them what can be chosen.
    find<QSpinBox>(u"qualityEfSearch"_s)->setValue(400);
    press(u"qualityMeasure"_s);
    press(u"qualityMeasure"_s);
    QVERIFY(settled());
    m_prompt.answer = false;
    press(u"qualityUse"_s);
    QVERIFY2(m_prompt.asked.last().contains(u"ef_search 60"_s), qPrintable(m_prompt.asked.last()));
    QVERIFY2(m_prompt.explanation.contains(u"Measured in "_s + measured), qPrintable(m_prompt.explanation));
}

void TestQuality::aStoreWithoutVectorsShowsNoOthersPlan()
{
    open(u"sandbox_dba"_s);
    showQuality();
    auto *stores = find<QComboBox>(u"qualityStore"_s);
    stores->setCurrentIndex(stores->findData(u"seattle"_s));
    find<QSpinBox>(u"qualitySamples"_s)->setValue(1);
    press(u"qualityMeasure"_s);
    const auto *verdict = find<QLabel>(u"qualityVerdict"_s);
    QVERIFY2(verdict->text().endsWith(u"with 1 stored vector…"_s), qPrintable(verdict->text()));
    QTRY_VERIFY_WITH_TIMEOUT(settled(), 30'000);
    const auto *plan = find<QPlainTextEdit>(u"qualityPlan"_s);
    QVERIFY(plan->toPlainText().contains(u"actual time"_s));
    VERIFY_OK(
        m_database->superuser().execute("DELETE FROM retail.product_embeddings WHERE store_id = 'bellevue'"));
    stores->setCurrentIndex(stores->findData(u"bellevue"_s));
    press(u"qualityMeasure"_s);
    QTRY_VERIFY_WITH_TIMEOUT(settled(), 30'000);
    QVERIFY2(verdict->text().contains(u"has no vector of the model"_s), qPrintable(verdict->text()));
    QCOMPARE(plan->toPlainText(), QString());
    QVERIFY(!find<QComboBox>(u"qualityPlanWay"_s)->isVisible());
}

void TestQuality::whatTheServerRefusesStaysTold()
{
    embedByAnotherModel();
    VERIFY_OK(m_database->superuser().executeScript(
        "ALTER FUNCTION retail.set_active_embedding_model(varchar) RENAME TO no_model; "
        "ALTER FUNCTION retail.set_ef_search(integer) RENAME TO no_ef_search"));
    open(u"sandbox_owner"_s);
    select(u"seattle\x1f"_s + u"other"_s);
    press(u"coverageActivate"_s);
    QTRY_VERIFY(errorShown());
    m_window->currentPage()->refresh(); // as "Try again" does
    QVERIFY(!errorShown());
    QTRY_VERIFY(settled());

    showQuality();
    find<QSpinBox>(u"qualitySamples"_s)->setValue(2);
    find<QSpinBox>(u"qualityEfSearch"_s)->setValue(60);
    press(u"qualityMeasure"_s);
    QTRY_VERIFY_WITH_TIMEOUT(settled(), 30'000);
    QVERIFY(!errorShown());
    press(u"qualityUse"_s);
    QTRY_VERIFY(errorShown());
}

void TestQuality::aManagerMeasuresTheOwnStoreAndChangesNothing()
{
    open(u"sandbox_manager"_s);
    const QString summary = find<QLabel>(u"coverageSummary"_s)->text();
    QVERIFY2(summary.endsWith(u" in 1 store."_s), qPrintable(summary));
    showQuality();
    QCOMPARE(find<QComboBox>(u"qualityStore"_s)->count(), 1);
    find<QSpinBox>(u"qualitySamples"_s)->setValue(3);
    press(u"qualityMeasure"_s);
    QTRY_VERIFY_WITH_TIMEOUT(settled(), 30'000);
    QCOMPARE(table(u"qualityIndexTable"_s)->rowCount(), 2);
    QVERIFY(find<QPlainTextEdit>(u"qualityPlan"_s)->toPlainText().contains(u"for DBAs"_s));
    QVERIFY(!find<QAbstractButton>(u"qualityUse"_s)->isEnabled());
}

void TestQuality::aMeasurementIsCancelled()
{
    open(u"sandbox_dba"_s);
    showQuality();
    find<QSpinBox>(u"qualitySamples"_s)->setValue(1000);
    press(u"qualityMeasure"_s);
    QVERIFY(!settled());
    press(u"qualityMeasure"_s);
    QVERIFY(settled());
    QVERIFY(find<QLabel>(u"qualityVerdict"_s)->text().contains(u"cancelled"_s));
    QCOMPARE(table(u"qualityIndexTable"_s)->rowCount(), 0);
    find<QSpinBox>(u"qualitySamples"_s)->setValue(2);
    press(u"qualityMeasure"_s);
    QTRY_VERIFY_WITH_TIMEOUT(settled(), 30'000);
    QCOMPARE(table(u"qualityIndexTable"_s)->rowCount(), 2);
}

void TestQuality::aModelThatNobodyComputesIsSaid()
{
    VERIFY_OK(m_database->superuser().execute("SELECT retail.set_active_embedding_model('nobody-1')"));
    open(u"sandbox_owner"_s);
    select(u"seattle\x1f"_s + u"nobody"_s);
    press(u"coverageEmbed"_s);
    QTRY_VERIFY(says(u"Nothing is set up here"_s));
    QVERIFY(m_app->jobs.jobs().isEmpty());
}

void TestQuality::worksByKeyboardAlone()
{
    open(u"sandbox_dba"_s);
    auto *tabs = find<QTabWidget>(u"qualityTabs"_s);
    QTest::keyClick(m_window.get(), Qt::Key_X, Qt::AltModifier);
    QTRY_COMPARE(tabs->currentIndex(), 1);
    find<QSpinBox>(u"qualitySamples"_s)->setValue(2);
    find<QSpinBox>(u"qualitySamples"_s)->setFocus();
    bool reached = false;
    for (int i = 0; i < 20 && !reached; ++i) {
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        reached = QApplication::focusWidget() == find<QWidget>(u"qualityMeasure"_s);
    }
    QVERIFY(reached);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Space);
    QTRY_COMPARE_WITH_TIMEOUT(table(u"qualityIndexTable"_s)->rowCount(), 2, 30'000);
}

QTEST_MAIN(TestQuality)
#include "tst_qualitypage.moc"
