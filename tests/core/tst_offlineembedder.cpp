// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/offlineembedder.h"

#include <QElapsedTimer>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <numeric>
#include <thread>

#ifndef EMBEDDER_MODEL
#define EMBEDDER_MODEL "resources/embedder/retail-offline-1.bin"
#endif

class TestOfflineEmbedder final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void refusesAMissingFile();
    void refusesADamagedFile_data();
    void refusesADamagedFile();
    void givesAUnitVectorForAnything_data();
    void givesAUnitVectorForAnything();
    void isDeterministic();
    void answersManyThreadsAlike();
    void understands_data();
    void understands();
    void forgivesTypingErrors_data();
    void forgivesTypingErrors();
    void tellsCodesApart();
    void weighsTheNameMore();
    void staysQuickOnHostileText();

private:
    std::vector<float> embed(const QString &text) const { return m_embedder->embed(text); }
    float similarity(const QString &a, const QString &b) const;

    std::unique_ptr<OfflineEmbedder> m_embedder;
    QByteArray m_model;
};

float TestOfflineEmbedder::similarity(const QString &a, const QString &b) const
{
    const std::vector<float> x = embed(a);
    const std::vector<float> y = embed(b);
    return std::inner_product(x.begin(), x.end(), y.begin(), 0.0F);
}

void TestOfflineEmbedder::initTestCase()
{
    const QString path = QStringLiteral(EMBEDDER_MODEL);
    auto loaded = OfflineEmbedder::load(path);
    QVERIFY2(loaded.ok(), loaded ? "" : qPrintable(loaded.error().text()));
    m_embedder = std::make_unique<OfflineEmbedder>(*loaded);
    QFile f(path);
    QVERIFY(f.open(QIODevice::ReadOnly));
    m_model = f.readAll();
    QCOMPARE(m_embedder->dimensions(), 1536);
    QCOMPARE(m_embedder->model(), QStringLiteral("retail-offline-1"));
}

void TestOfflineEmbedder::refusesAMissingFile()
{
    const auto r = OfflineEmbedder::load(QStringLiteral("/nonexistent/model.bin"));
    QVERIFY(!r.ok());
    QCOMPARE(r.error().kind, ErrorKind::NotFound);
    QVERIFY(!r.error().hint.isEmpty());
}

void TestOfflineEmbedder::refusesADamagedFile_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("an empty file") << QByteArray();
    QTest::newRow("a file shorter than the header") << m_model.first(40);
    QTest::newRow("a file cut in the middle") << m_model.first(m_model.size() / 2);
    QTest::newRow("a file with a byte too many") << m_model + 'x';
    QTest::newRow("another kind of file") << QByteArray(1000, 'a');
    QByteArray flipped = m_model;
    flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
    QTest::newRow("one flipped bit") << flipped;
    QByteArray huge = m_model;
    std::fill_n(huge.data() + 12, 8, '\xFF');
    QTest::newRow("a header that claims four billion rows") << huge;
    QByteArray zero = m_model;
    std::fill_n(zero.data() + 8, 4, '\0');
    QTest::newRow("a header that claims no dimension") << zero;
}

void TestOfflineEmbedder::refusesADamagedFile()
{
    QFETCH(QByteArray, content);
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("model.bin"));
    QFile f(path);
    QVERIFY(f.open(QIODevice::WriteOnly));
    f.write(content);
    f.close();
    const auto r = OfflineEmbedder::load(path);
    QVERIFY(!r.ok());
    QCOMPARE(r.error().kind, ErrorKind::Verification);
}

void TestOfflineEmbedder::givesAUnitVectorForAnything_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("nothing") << QString();
    QTest::newRow("white space") << QStringLiteral(" \t\n\n ");
    QTest::newRow("only stop words") << QStringLiteral("the of and to");
    QTest::newRow("only punctuation") << QStringLiteral("?!… -- ,,,");
    QTest::newRow("an emoji with an English name") << QStringLiteral(u"\U0001F6CB\uFE0F");
    QTest::newRow("emoji joined by ZWJ") << QStringLiteral(u"\U0001F468\u200D\U0001F469\u200D\U0001F467");
    QTest::newRow("Malayalam") << QStringLiteral(u"മഴക്കോട്ട് എവിടെ കിട്ടും");
    QTest::newRow("Chinese") << QStringLiteral(u"防水夹克");
    QTest::newRow("a code") << QStringLiteral("HTHM001600");
    QTest::newRow("a number") << QStringLiteral("42");
    QTest::newRow("lone surrogates") << QString(QChar(0xD800)) + QChar(0xDC00) + QChar(0xD9AB);
    QTest::newRow("NUL and control characters") << QString(5, QChar(0)) + QChar(7) + QStringLiteral("drill");
    QTest::newRow("a ligature that expands") << QString(1000, QChar(0xFDFA));
    QTest::newRow("a tower of accents") << QStringLiteral("e") + QString(10000, QChar(0x0301));
    QTest::newRow("SQL") << QStringLiteral("'; DROP TABLE products; --");
    QTest::newRow("one word without end") << QString(1 << 20, u'a');
    QTest::newRow("a megabyte of words") << QStringLiteral("warm winter coat ").repeated(62000);
}

void TestOfflineEmbedder::givesAUnitVectorForAnything()
{
    QFETCH(QString, text);
    const std::vector<float> v = embed(text);
    QCOMPARE(v.size(), std::size_t(1536));
    double sum = 0;
    for (const float x : v) {
        QVERIFY(std::isfinite(x));
        sum += static_cast<double>(x) * static_cast<double>(x);
    }
    QVERIFY2(std::abs(sum - 1.0) < 1e-4, qPrintable(QString::number(sum)));
}

void TestOfflineEmbedder::isDeterministic()
{
    const QString text = QStringLiteral("Waterproof jacket, keeps you dry in the rain");
    const auto again = OfflineEmbedder::load(QStringLiteral(EMBEDDER_MODEL));
    QVERIFY(again.ok());
    QCOMPARE(embed(text), embed(text));
    QCOMPARE(again->embed(text), embed(text));
    QCOMPARE(embed(QStringLiteral("RAIN  Coats!")), embed(QStringLiteral("rain coats")));
}

void TestOfflineEmbedder::answersManyThreadsAlike()
{
    const QStringList texts = {QStringLiteral("sofa"), QStringLiteral("hamer"), QStringLiteral("AB-1234"),
                               QStringLiteral("warm socks for children")};
    std::vector<std::vector<float>> expected;
    for (const QString &t : texts)
        expected.push_back(embed(t));
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int n = 0; n < 8; ++n)
        threads.emplace_back([&] {
            for (int i = 0; i < 500; ++i)
                for (qsizetype k = 0; k < texts.size(); ++k)
                    if (m_embedder->embed(texts[k]) != expected[static_cast<std::size_t>(k)])
                        ++wrong;
        });
    for (std::thread &t : threads)
        t.join();
    QCOMPARE(wrong.load(), 0);
}

void TestOfflineEmbedder::understands_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("near");
    QTest::addColumn<QString>("far");
    const auto row = [](const char *name, const char *text, const char *near, const char *far) {
        QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(near) << QString::fromUtf8(far);
    };
    row("a couch is a sofa, not a hammer", "couch", "sofa", "hammer");
    row("a couch is a sofa, not couch grass", "couch for the living room", "two-seater sofa in velvet",
        "grass seed for the lawn");
    row("rain coats keep you dry", "stay dry in the rain", "rain coats", "winter coats");
    row("a raincoat may be written apart", "raincoat", "rain coat", "coat hanger");
    row("plurals are the same thing", "kitchen knives", "kitchen knife", "kitchen table");
    row("irregular plurals as well", "children's feet", "child's foot", "child's hand");
    row("British and American words meet", "trousers", "pants", "spoon");
    row("what keeps coffee hot is a flask", "keep my coffee hot", "insulated vacuum flask", "garden hose");
    row("what cuts grass is a mower", "machine that cuts the grass", "lawn mower", "hedge plant");
    row("a telephone is a phone", "mobile telephone", "smartphone", "microscope");
    row("footwear is shoes", "footwear for runners", "running shoes", "running water");
    row("compounds come apart", "wristwatch", "watch worn on the wrist", "pocket calculator");
    row("emoji have meanings", "\U0001F6CB", "couch", "hammer");
}

void TestOfflineEmbedder::understands()
{
    QFETCH(QString, text);
    QFETCH(QString, near);
    QFETCH(QString, far);
    const float a = similarity(text, near);
    const float b = similarity(text, far);
    QVERIFY2(a > b + 0.05F, qPrintable(QStringLiteral("%1 against %2").arg(a).arg(b)));
}

void TestOfflineEmbedder::forgivesTypingErrors_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("meant");
    QTest::newRow("a missing letter") << QStringLiteral("hamer") << QStringLiteral("hammer");
    QTest::newRow("two letters exchanged") << QStringLiteral("scerwdriver") << QStringLiteral("screwdriver");
    QTest::newRow("a wrong letter") << QStringLiteral("kettls") << QStringLiteral("kettle");
    QTest::newRow("a letter too many") << QStringLiteral("umbrrella") << QStringLiteral("umbrella");
    QTest::newRow("an error in a plural") << QStringLiteral("blankts") << QStringLiteral("blankets");
}

void TestOfflineEmbedder::forgivesTypingErrors()
{
    QFETCH(QString, typed);
    QFETCH(QString, meant);
    const float s = similarity(typed, meant);
    QVERIFY2(s > 0.6F, qPrintable(QString::number(s)));
}

void TestOfflineEmbedder::tellsCodesApart()
{
    const QString code = QStringLiteral("HTHM001600");
    QVERIFY(similarity(code, code) > 0.999F);
    QVERIFY(similarity(code, QStringLiteral("HTHM001700")) < 0.95F);
    QVERIFY(similarity(code, QStringLiteral("PLBX884210")) < similarity(code, QStringLiteral("HTHM001700")));
}

void TestOfflineEmbedder::weighsTheNameMore()
{
    const QString text =
        OfflineEmbedder::productText(QStringLiteral("Desk lamp"), QStringLiteral("Goes with any chair."));
    QVERIFY(similarity(text, QStringLiteral("lamp")) > similarity(text, QStringLiteral("chair")) + 0.1F);
    QCOMPARE(OfflineEmbedder::productText(QStringLiteral(" Desk\n lamp "), QString()),
             QStringLiteral("Desk lamp"));
}

void TestOfflineEmbedder::staysQuickOnHostileText()
{
    QString text;
    for (int i = 0; text.size() < (1 << 20); ++i) // unknown words only, each a candidate for correction
        text += QStringLiteral("qzx%1vw ")
                    .arg(QString::number(i, 26).replace(QRegularExpression(QStringLiteral("[0-9]")),
                                                        QStringLiteral("j")));
    QElapsedTimer timer;
    timer.start();
    (void)embed(text);
    QVERIFY2(timer.elapsed() < 20'000, qPrintable(QString::number(timer.elapsed())));
}

QTEST_GUILESS_MAIN(TestOfflineEmbedder)
#include "tst_offlineembedder.moc"
