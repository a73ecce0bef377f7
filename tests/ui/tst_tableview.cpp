// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/settings.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QMimeData>
#include <QStandardItemModel>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

/// Widths of columns: fitted until the user sets one, then the user's.
class TestTableView final : public QObject
{
    Q_OBJECT

    QTemporaryDir m_home;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<Theme> m_theme;
    QStandardItemModel m_model{2, 3};

    std::unique_ptr<TableView> shown()
    {
        auto view = std::make_unique<TableView>(*m_theme, *m_settings, u"table"_s);
        view->setModel(&m_model);
        view->setInitiallyHidden({1});
        view->resize(800, 300);
        view->show();
        return view;
    }
    QByteArray kept() const { return m_settings->state(u"table"_s); }

private slots:
    void initTestCase()
    {
        m_settings = std::make_unique<Settings>(m_home.filePath(u"settings.ini"_s));
        m_theme = std::make_unique<Theme>(*qApp, *m_settings);
        m_model.setHorizontalHeaderLabels({u"First"_s, u"Second"_s, u"Third"_s});
        m_model.setItem(0, 0, new QStandardItem(u"a text of more than a hundred pixels"_s));
        m_model.setItem(0, 2, new QStandardItem(u"short"_s));
    }

    void whatTheProgramSetsIsNotKept()
    {
        const auto view = shown();
        QVERIFY(view->columnWidth(0) > 200);
        view->setColumnHidden(1, false);
        view->setColumnWidth(0, 90);
        // A button is down somewhere else.
        QTest::mousePress(view->viewport(), Qt::LeftButton, {}, {20, 20});
        view->setColumnWidth(0, 95);
        view->setColumnHidden(1, true);
        QTest::mouseRelease(view->viewport(), Qt::LeftButton, {}, {20, 20});
        QVERIFY(kept().isEmpty());
    }

    void aTextThatGrowsIsNotCutInANarrowView()
    {
        const auto view = shown();
        view->resize(200, 300);
        const int width = view->columnWidth(0);
        QStandardItem *longest = m_model.item(0, 0);
        const QString before = longest->text();
        longest->setText(before + u"  ✓"_s);
        QVERIFY(view->columnWidth(0) > width);
        longest->setText(before);
    }

    void aNumberIsInSightBesideLongTexts()
    {
        QStandardItemModel model(1, 3);
        for (const int column : {0, 1})
            model.setItem(0, column, new QStandardItem(QString(100, u'm')));
        model.setItem(0, 2, new QStandardItem(u"5"_s));
        model.item(0, 2)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        TableView view(*m_theme, *m_settings, u"numbers"_s);
        view.setModel(&model);
        view.resize(560, 300);
        view.show();
        QVERIFY(view.columnViewportPosition(2) + view.columnWidth(2) <= view.viewport()->width());
        const int cut = view.columnWidth(1);
        view.resize(900, 300);
        const int whole = view.columnWidth(1);
        QVERIFY(whole > cut);
        // Where it would be out of sight all the same, nothing is cut for it.
        view.resize(200, 300);
        QCOMPARE(view.columnWidth(1), whole);
    }

    void whatWasKeptOfOtherColumnsIsNotRestored()
    {
        const auto view = shown();
        m_model.setProperty("layout", QByteArray("first"));
        view->setColumnHidden(2, true);
        const QByteArray state = view->columns();
        view->setColumnHidden(2, false);
        view->restoreColumns(state);
        QVERIFY(view->isColumnHidden(2));
        view->setColumnHidden(2, false);
        m_model.setProperty("layout", QByteArray("later"));
        view->restoreColumns(state);
        QVERIFY(!view->isColumnHidden(2));
        m_model.setProperty("layout", {});
    }

    void copiedRowsHoldNoFormulaAndNoLineEnd()
    {
        const auto view = shown();
        QStandardItem *first = m_model.item(0, 0);
        const QString before = first->text();
        first->setText(u"=HYPERLINK(\"http://x\")\nmore"_s);
        m_model.item(0, 2)->setText(u"-5"_s);
        m_model.item(0, 2)->setTextAlignment(Qt::AlignRight); // as numbers are
        view->selectRow(0);
        view->copySelection();
        QCOMPARE(QGuiApplication::clipboard()->text(), u"'=HYPERLINK(\"http://x\") more\t-5\n"_s);
        QVERIFY(QGuiApplication::clipboard()->mimeData()->html().contains(u"<td>'=HYPERLINK"_s));
        first->setText(before);
    }

    void whatTheUserDragsComesBack()
    {
        int width = 0;
        {
            const auto view = shown();
            QHeaderView *header = view->horizontalHeader();
            const QPoint border(header->sectionViewportPosition(0) + header->sectionSize(0) - 1, 10);
            QTest::mousePress(header->viewport(), Qt::LeftButton, {}, border);
            QTest::mouseMove(header->viewport(), border - QPoint(40, 0));
            QTest::mouseRelease(header->viewport(), Qt::LeftButton, {}, border - QPoint(40, 0));
            width = view->columnWidth(0);
            QVERIFY(!kept().isEmpty());
        }
        QCOMPARE(shown()->columnWidth(0), width);
        QVERIFY(shown()->isColumnHidden(1));
    }
};

QTEST_MAIN(TestTableView)
#include "tst_tableview.moc"
