// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/browseservice.h"
#include "ui/shared/filtereditor.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QDateEdit>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>

using namespace Qt::StringLiterals;

namespace {

const QString hostile = QStringLiteral("'; DROP TABLE retail.products; -- %_\\");

} // namespace

/// What the fields of a filter make, for each kind of filter, and what they refuse.
class TestFilterEditor final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }
    void eachKindOfFilterIsBuiltByItsFields_data();
    void eachKindOfFilterIsBuiltByItsFields();
    void whatCannotBeTypedCannotBeAccepted();
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

QTEST_MAIN(TestFilterEditor)
#include "tst_filtereditor.moc"
