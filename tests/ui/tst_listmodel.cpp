// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/listmodel.h"
#include "ui/shell/prompt.h"

#include <QAbstractItemModelTester>
#include <QDialog>
#include <QLineEdit>
#include <QPersistentModelIndex>
#include <QPushButton>
#include <QSignalSpy>
#include <QSortFilterProxyModel>
#include <QTest>

using namespace Qt::StringLiterals;

namespace {

struct Thing
{
    QString name;
    int size = 0;
};

using Things = ListModel<Thing>;

QList<ListColumn<Thing>> columns()
{
    return {
        {.title = u"Name"_s, .value = [](const Thing &thing) { return QVariant(thing.name); }},
        {.title = u"Size"_s,
         .value = [](const Thing &thing) { return QVariant(thing.size); },
         .text = [](const Thing &thing) { return u"%1 kB"_s.arg(thing.size); },
         .number = true},
    };
}

QString nameOf(const Thing &thing)
{
    return thing.name;
}

} // namespace

class TestListModel final : public QObject
{
    Q_OBJECT

private slots:
    void refreshKeepsTheSelectedRow_data();
    void refreshKeepsTheSelectedRow();
    void numbersSortAsNumbers();
    void keysThatAreNotUniqueAreShownAll();
    void typedNameHasToBeExact_data();
    void typedNameHasToBeExact();
};

void TestListModel::refreshKeepsTheSelectedRow_data()
{
    QTest::addColumn<QStringList>("before");
    QTest::addColumn<QStringList>("after");
    const QStringList all{u"a"_s, u"b"_s, u"c"_s, u"d"_s};
    QTest::newRow("nothing changed") << all << all;
    QTest::newRow("another order") << all << QStringList{u"d"_s, u"c"_s, u"b"_s, u"a"_s};
    QTest::newRow("one came") << all << QStringList{u"0"_s, u"a"_s, u"b"_s, u"c"_s, u"d"_s};
    QTest::newRow("some went") << all << QStringList{u"b"_s, u"c"_s};
    QTest::newRow("some went, some came") << all << QStringList{u"x"_s, u"c"_s, u"y"_s, u"d"_s, u"z"_s};
}

void TestListModel::refreshKeepsTheSelectedRow()
{
    QFETCH(QStringList, before);
    QFETCH(QStringList, after);
    const auto things = [](const QStringList &names, int size) {
        QList<Thing> made;
        for (const QString &name : names)
            made.append({name, size});
        return made;
    };
    Things model(columns(), nameOf);
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSortFilterProxyModel proxy;
    proxy.setSourceModel(&model);
    proxy.setSortRole(cell::Raw);
    proxy.sort(0);
    model.setRows(things(before, 1));
    const QPersistentModelIndex selected = proxy.mapFromSource(model.index(model.rowOf(u"c"_s), 0));

    model.setRows(things(after, 2));

    QCOMPARE(selected.isValid(), after.contains(u"c"_s));
    QCOMPARE(selected.data().toString(), u"c"_s);
    QCOMPARE(model.rowCount(), int(after.size()));
    QStringList shown;
    for (int row = 0; row < proxy.rowCount(); ++row) {
        shown.append(proxy.index(row, 0).data().toString());
        QCOMPARE(proxy.index(row, 1).data().toString(), u"2 kB"_s);
    }
    after.sort();
    QCOMPARE(shown, after);
    for (const QString &name : std::as_const(after))
        QCOMPARE(model.row(model.rowOf(name)).name, name);
}

void TestListModel::numbersSortAsNumbers()
{
    Things model(columns(), nameOf);
    model.setRows({{u"a"_s, 9}, {u"b"_s, 10}, {u"c"_s, 100}});
    QSortFilterProxyModel proxy;
    proxy.setSourceModel(&model);
    proxy.setSortRole(cell::Raw);
    proxy.sort(1, Qt::DescendingOrder);
    QCOMPARE(proxy.index(0, 1).data().toString(), u"100 kB"_s);
    QCOMPARE(proxy.index(2, 1).data().toString(), u"9 kB"_s);
}

void TestListModel::keysThatAreNotUniqueAreShownAll()
{
    Things model(columns(), nameOf);
    model.setRows({{u"a"_s, 1}, {u"a"_s, 2}});
    model.setRows({{u"a"_s, 3}, {u"a"_s, 4}, {u"b"_s, 5}});
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(model.row(1).size, 4);
}

void TestListModel::typedNameHasToBeExact_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<bool>("goes");
    QTest::newRow("nothing") << QString() << false;
    QTest::newRow("another case") << u"Retail_DB"_s << false;
    QTest::newRow("a part") << u"retail"_s << false;
    QTest::newRow("with a blank") << u"retail_db "_s << false;
    QTest::newRow("the name") << u"retail_db"_s << true;
}

void TestListModel::typedNameHasToBeExact()
{
    QFETCH(QString, typed);
    QFETCH(bool, goes);
    QWidget window;
    Prompt prompt;
    std::optional<bool> answer;
    prompt.confirmTyped(&window, u"Drop it?"_s, u"All is lost."_s, u"retail_db"_s, u"Drop"_s,
                        [&answer](bool yes) { answer = yes; });
    auto *dialog = window.findChild<QDialog *>(u"confirmTyped"_s);
    QVERIFY(dialog);
    auto *line = dialog->findChild<QLineEdit *>(u"typedName"_s);
    auto *act = dialog->findChild<QPushButton *>(u"act"_s);
    QTest::keyClicks(line, typed);
    QCOMPARE(act->isEnabled(), goes);
    // Enter in the line never does it by itself unless the name is there.
    QTest::keyClick(line, goes ? Qt::Key_Escape : Qt::Key_Return);
    QTRY_VERIFY(answer.has_value());
    QVERIFY(!*answer);
}

QTEST_MAIN(TestListModel)
#include "tst_listmodel.moc"
