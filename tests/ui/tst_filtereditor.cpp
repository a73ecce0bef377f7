// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/settings.h"
#include "app/services/browseservice.h"
#include "ui/shared/filterbar.h"
#include "ui/shared/filtereditor.h"
#include "ui/shared/theme.h"

#include <QAbstractButton>
#include <QApplication>
#include <QComboBox>
#include <QDateEdit>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace {

const QString hostile = QStringLiteral("'; DROP TABLE retail.products; -- %_\\");

} // namespace

/// What the fields of a filter make, for each kind of filter, and what they refuse; and what a cancel leaves.
class TestFilterEditor final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }
    void eachKindOfFilterIsBuiltByItsFields_data();
    void eachKindOfFilterIsBuiltByItsFields();
    void whatCannotBeTypedCannotBeAccepted();
    void theFirstConditionIsWhatIsMostlyMeant();
    void aCancelLeavesTheFilterAsItWas_data();
    void aCancelLeavesTheFilterAsItWas();
    void aChipKeepsTheFocus();
    void tabGoesOverTheToolsToTheChips();

private:
    /// Chips that others took the place of are deleted later.
    static QToolButton *shown(const FilterBar &bar, const QString &name)
    {
        const QList<QToolButton *> all = bar.findChildren<QToolButton *>(name);
        const auto found =
            std::find_if(all.cbegin(), all.cend(), [](const QToolButton *one) { return one->isVisible(); });
        return found == all.cend() ? nullptr : *found;
    }
};

void TestFilterEditor::eachKindOfFilterIsBuiltByItsFields_data()
{
    QTest::addColumn<QByteArray>("column");
    QTest::addColumn<int>("op");
    QTest::addColumn<QStringList>("typed");
    QTest::addColumn<QString>("expression");
    const auto row = [](const char *name, const QByteArray &column, FilterOp op, const QStringList &typed,
                        const QString &expression) {
        QTest::newRow(name) << column << static_cast<int>(op) << typed << expression;
    };
    using enum FilterOp;
    row("a text", "brand", Contains, {hostile}, u"brand=~"_s + hostile);
    row("a beginning", "product_name", StartsWith, {u"Gar"_s}, u"product_name=^Gar"_s);
    row("one of", "brand", OneOf, {u"Acme, \"a, b\""_s}, u"brand=:in Acme,\"a, b\""_s);
    row("no value", "brand", IsNull, {}, u"brand=:null"_s);
    row("a range in the locale", "price", Between, {u"1,000"_s, u"2,000.5"_s}, u"price=1000.00..2000.50"_s);
    row("at least", "current_stock", AtLeast, {u"1,000"_s}, u"current_stock=1000.."_s);
    row("yes", "is_active", Equals, {u"no"_s}, u"is_active==false"_s);
    row("tags", "tags", HasTags, {u"new, sale"_s}, u"tags=:has new,sale"_s);
    row("an hour of the zone", "created_at", AtHour, {u"14"_s}, u"created_at=:hour 14,America/Los_Angeles"_s);
    row("a path", "metadata", Path, {u"$.a == 1"_s}, u"metadata=:path $.a == 1"_s);
    row("days of a zone", "created_at", Between, {u"2026-01-01"_s, u"2026-01-31"_s},
        u"created_at=2026-01-01 08:00:00+00..2026-02-01 07:59:59.999999+00"_s);
}

void TestFilterEditor::eachKindOfFilterIsBuiltByItsFields()
{
    QFETCH(QByteArray, column);
    QFETCH(int, op);
    QFETCH(QStringList, typed);
    QFETCH(QString, expression);
    FilterEditor editor(*browseTable("products"), QTimeZone("America/Los_Angeles"), nullptr);
    editor.begin(column);
    auto *ops = editor.findChild<QComboBox *>(u"filterOp"_s);
    ops->setCurrentIndex(ops->findData(op));
    QVERIFY(ops->currentIndex() >= 0);
    const ColumnType type = browseTable("products")->columns[browseTable("products")->column(column)].type;
    for (qsizetype i = 0; i < typed.size(); ++i) {
        if (type == ColumnType::Timestamp && op != static_cast<int>(FilterOp::AtHour))
            editor.findChild<QDateEdit *>(i == 0 ? u"filterFromDay"_s : u"filterToDay"_s)
                ->setDate(QDate::fromString(typed[i], Qt::ISODate));
        else if (type == ColumnType::Boolean)
            editor.findChild<QComboBox *>(u"filterYesNo"_s)->setCurrentText(typed[i]);
        else if (type == ColumnType::Money || type == ColumnType::Integer)
            QTest::keyClicks(editor.findChild<QLineEdit *>(i == 0 ? u"filterFrom"_s : u"filterTo"_s),
                             typed[i]);
        else
            QTest::keyClicks(editor.findChild<QLineEdit *>(u"filterText"_s), typed[i]);
    }
    QSignalSpy chosen(&editor, &FilterEditor::chosen);
    auto *accept = editor.findChild<QAbstractButton *>(u"filterAccept"_s);
    QVERIFY(accept->isEnabled());
    accept->click();
    QCOMPARE(chosen.count(), 1);
    const auto filter = chosen.first().first().value<ColumnFilter>();
    QCOMPARE(browsefilter::expression(filter), expression);
    // Changing it begins with what it says.
    FilterEditor again(*browseTable("products"), QTimeZone("America/Los_Angeles"), nullptr);
    again.begin(filter);
    QSignalSpy same(&again, &FilterEditor::chosen);
    again.findChild<QAbstractButton *>(u"filterAccept"_s)->click();
    QCOMPARE(same.count(), 1);
    QCOMPARE(same.first().first().value<ColumnFilter>(), filter);
}

void TestFilterEditor::theFirstConditionIsWhatIsMostlyMeant()
{
    FilterEditor editor(*browseTable("customers"), QTimeZone::utc(), nullptr);
    const auto *ops = editor.findChild<QComboBox *>(u"filterOp"_s);
    const auto op = [&] { return static_cast<FilterOp>(ops->currentData().toInt()); };
    editor.begin("first_name");
    QCOMPARE(op(), FilterOp::Contains);
    // A key of the label leads into the field that is shown.
    const auto buddyOf = [&]() -> const QWidget * {
        for (const QLabel *label : editor.findChildren<QLabel *>())
            if (label->text() == u"&Value")
                return label->buddy();
        return nullptr;
    };
    QCOMPARE(buddyOf(), editor.findChild<QLineEdit *>(u"filterText"_s));
    editor.begin("loyalty_tier");
    QCOMPARE(op(), FilterOp::Equals);
    auto *tiers = editor.findChild<QComboBox *>(u"filterChoice"_s);
    QCOMPARE(buddyOf(), tiers);
    QVERIFY(tiers->findText(u"Gold"_s) >= 0);
    QSignalSpy chosen(&editor, &FilterEditor::chosen);
    tiers->setCurrentText(u"Gold"_s);
    editor.findChild<QAbstractButton *>(u"filterAccept"_s)->click();
    QCOMPARE(browsefilter::expression(chosen.first().first().value<ColumnFilter>()), u"loyalty_tier==gold"_s);
}

void TestFilterEditor::whatCannotBeTypedCannotBeAccepted()
{
    FilterEditor editor(*browseTable("products"), QTimeZone::utc(), nullptr);
    editor.begin("price");
    auto *accept = editor.findChild<QAbstractButton *>(u"filterAccept"_s);
    QVERIFY(!accept->isEnabled());
    QTest::keyClicks(editor.findChild<QLineEdit *>(u"filterFrom"_s), hostile);
    QTest::keyClicks(editor.findChild<QLineEdit *>(u"filterTo"_s), u"5"_s);
    QVERIFY(!accept->isEnabled());
    QVERIFY(!editor.findChild<QLabel *>(u"filterHint"_s)->text().isEmpty());
}

void TestFilterEditor::aCancelLeavesTheFilterAsItWas_data()
{
    QTest::addColumn<bool>("on");
    QTest::addColumn<bool>("doubleClick");
    QTest::addColumn<int>("changes");
    QTest::newRow("double click on one that is on") << true << true << 2;
    QTest::newRow("double click on one that is off") << false << true << 2;
    QTest::newRow("F2 on one that is on") << true << false << 0;
    QTest::newRow("F2 on one that is off") << false << false << 0;
}

void TestFilterEditor::aCancelLeavesTheFilterAsItWas()
{
    QFETCH(bool, on);
    QFETCH(bool, doubleClick);
    QFETCH(int, changes);
    const QTemporaryDir home;
    Settings settings(home.filePath(u"settings.ini"_s));
    Theme theme(*qApp, settings);
    FilterBar bar(theme, *browseTable("products"));
    bar.setChips({{{"brand", FilterOp::Contains, {u"Acme"_s}}, on}});
    bar.show();
    const auto chip = [&bar] { return shown(bar, u"filterChipText0"_s); };
    const QSignalSpy changed(&bar, &FilterBar::changed);
    if (doubleClick) {
        QTest::mouseClick(chip(), Qt::LeftButton);
        QCOMPARE(bar.chips().first().on, !on);
        QTest::mouseDClick(chip(), Qt::LeftButton);
    } else {
        QTest::keyClick(chip(), Qt::Key_F2);
    }
    auto *editor = bar.findChild<FilterEditor *>();
    QVERIFY(editor);
    editor->reject();
    QCOMPARE(bar.chips().first().on, on);
    QCOMPARE(changed.count(), changes);
}

void TestFilterEditor::aChipKeepsTheFocus()
{
    const QTemporaryDir home;
    Settings settings(home.filePath(u"settings.ini"_s));
    Theme theme(*qApp, settings);
    FilterBar bar(theme, *browseTable("products"));
    bar.setFilters({{"brand", FilterOp::Contains, {u"Acme"_s}}, {"sku", FilterOp::Contains, {u"1"_s}}});
    bar.show();
    const auto press = [&bar](const QString &name) {
        QToolButton *button = shown(bar, name);
        button->setFocus();
        QTest::keyClick(button, Qt::Key_Space);
    };
    press(u"filterChipText1"_s);
    QVERIFY(!bar.chips()[1].on);
    QCOMPARE(bar.focusWidget(), shown(bar, u"filterChipText1"_s));
    press(u"filterChipRemove0"_s);
    QCOMPARE(bar.chips().size(), 1);
    QCOMPARE(bar.focusWidget(), shown(bar, u"filterChipText0"_s));
    press(u"filterChipRemove0"_s);
    QCOMPARE(bar.focusWidget(), shown(bar, u"filterAdd"_s));
    // What is elsewhere stays there.
    bar.setFilters({{"sku", FilterOp::Contains, {u"1"_s}}});
    QCOMPARE(bar.focusWidget(), shown(bar, u"filterAdd"_s));
}

void TestFilterEditor::tabGoesOverTheToolsToTheChips()
{
    const QTemporaryDir home;
    Settings settings(home.filePath(u"settings.ini"_s));
    Theme theme(*qApp, settings);
    QWidget window;
    FilterBar bar(theme, *browseTable("products"), &window);
    const QLineEdit rows(&window); // what stands under the bar
    auto *tool = new QToolButton;
    tool->setObjectName(u"tool"_s);
    bar.addTool(tool);
    bar.setFilters({{"brand", FilterOp::Contains, {u"Acme"_s}}, {"sku", FilterOp::Contains, {u"1"_s}}});
    bar.switchAllOff(); // other chips in their place
    window.show();
    QStringList passed;
    for (const QWidget *each = shown(bar, u"filterAdd"_s); each != &rows; each = each->nextInFocusChain())
        if ((each->focusPolicy() & Qt::TabFocus) && each->isVisible())
            passed.append(each->objectName());
    QCOMPARE(passed, (QStringList{u"filterAdd"_s, u"tool"_s, u"filterChipText0"_s, u"filterChipRemove0"_s,
                                  u"filterChipText1"_s, u"filterChipRemove1"_s}));
}

QTEST_MAIN(TestFilterEditor)
#include "tst_filtereditor.moc"
