// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/cellrole.h"
#include "ui/shared/diffview.h"

#include <QAbstractItemModelTester>
#include <QJsonDocument>
#include <QTest>

using namespace Qt::StringLiterals;

class TestDiffView final : public QObject
{
    Q_OBJECT

    static QJsonObject json(const char *text) { return QJsonDocument::fromJson(text).object(); }

private slots:
    void changedValuesComeFirst()
    {
        const QList<DiffLine> lines = diffLines(json(R"({"a":1,"b":2})"), json(R"({"a":1,"b":3})"));
        QCOMPARE(lines.size(), 2);
        QCOMPARE(lines[0].path, u"b"_s);
        QVERIFY(lines[0].changed() && !lines[1].changed());
    }

    void jsonIsTakenApart()
    {
        const QList<DiffLine> lines = diffLines(json(R"({"m":{"colour":"red","size":{"w":1}}})"),
                                                json(R"({"m":{"colour":"red","size":{"w":2}}})"));
        QCOMPARE(lines[0].path, u"m.size.w"_s);
        QCOMPARE(lines[1].path, u"m.colour"_s);
    }

    void whatIsOnOneSideOnlyIsShown()
    {
        const QList<DiffLine> lines = diffLines({}, json(R"({"a":null,"b":""})"));
        QCOMPARE(lines.size(), 2);
        QVERIFY(lines[0].before.isUndefined());
    }

    void nullAndEmptyReadDifferently()
    {
        DiffModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setLines(diffLines(json(R"({"a":null})"), json(R"({"a":""})")));
        QCOMPARE(model.index(0, DiffModel::Before).data().toString(), u"null"_s);
        QCOMPARE(model.index(0, DiffModel::After).data().toString(), u"empty"_s);
        QCOMPARE(model.index(0, DiffModel::After).data(cell::ToneRole).toInt(), int(cell::Tone::Muted));
        model.setLines({});
        QCOMPARE(model.rowCount(), 0);
    }
};

QTEST_GUILESS_MAIN(TestDiffView)
#include "tst_diffview.moc"
