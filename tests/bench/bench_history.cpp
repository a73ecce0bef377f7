// SPDX-License-Identifier: GPL-3.0-or-later
//
// bench_history [STATEMENTS]: a year of samples of so many statements (200), each active in every sample,
// which is the most the store keeps. Prints the size of the file and the times of what the History page asks,
// each beside its limit, and a plain read of the same rows as reference.
#include "app/local/localconnection.h"
#include "app/local/localstore.h"
#include "app/services/performanceservice.h"

#include <QElapsedTimer>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTextStream>

using namespace Qt::StringLiterals;

namespace {

const QString server = QStringLiteral("1/1");
constexpr qint64 day = 86'400;

template <typename Work>
void timed(QTextStream &out, const QString &what, const QString &limit, const Work &work)
{
    work(); // the first reads the file
    QElapsedTimer clock;
    clock.start();
    const qsizetype found = work();
    out << u"%1 %2 ms, %3 found  (limit: %4)\n"_s.arg(what, -44)
               .arg(clock.elapsed(), 6)
               .arg(found)
               .arg(limit);
    out.flush();
}

/// What record() and its thinning leave of a year, written the way they write it: a transaction a sample.
void fill(const QString &file, int statements, const QDateTime &now)
{
    const LocalConnection local(file);
    (void)local.run(u"PRAGMA synchronous = OFF"_s);
    (void)local.run(u"INSERT INTO metric_sources (id, server, kind) VALUES (1, ?, ?)"_s,
                    {server, PerformanceService::statementKind().name});
    (void)local.run(u"INSERT INTO metric_series (id, source, object, label) VALUES (1, 1, '', '')"_s);
    for (int s = 0; s < statements; ++s)
        (void)local.run(
            u"INSERT INTO metric_series (id, source, object, label, changed) VALUES (?, 1, ?, ?, 1)"_s,
            {s + 2, QString::number(9'000'000'000'000'000LL + s), QString(400, u'x')});
    Result<QSqlQuery> sample =
        local.prepare(u"INSERT INTO metric_samples (source, step, at, seconds) VALUES (1, ?, ?, ?)"_s);
    Result<QSqlQuery> value =
        local.prepare(u"INSERT INTO metric_values (series, step, at, counters) VALUES (?, ?, ?, ?)"_s);
    // 7 counters of 2 to 4 bytes, as a busy statement has.
    quint32 random = 1;
    const auto counters = [&] {
        QByteArray packed;
        for (int counter = 0; counter < PerformanceService::CounterCount; ++counter) {
            random = random * 1'664'525 + 1'013'904'223;
            const int bytes = 2 + int(random >> 30) % 3;
            for (int i = 0; i < bytes; ++i)
                packed += char(i + 1 < bytes ? (random >> (8 * i)) | 0x80 : (random >> (8 * i)) & 0x7f);
        }
        return packed;
    };
    const qint64 end = now.toSecsSinceEpoch() / 3'600 * 3'600;
    const auto period = [&](int step, qint64 from, qint64 to, qint64 width) {
        for (qint64 at = from; at < to; at += width)
            (void)local.inTransaction([&]() -> Result<void> {
                (void)local.repeat(*sample, {step, at, width});
                for (int s = 0; s <= statements; ++s)
                    (void)local.repeat(*value, {s + 1, step, at, counters()});
                return {};
            });
    };
    period(2, end - 365 * day, end - 30 * day, 3'600);
    period(1, end - 30 * day, end - 2 * day, 900);
    period(0, end - 2 * day, end, 60);
}

} // namespace

int main(int argc, char **argv)
{
    QTextStream out(stdout);
    const int statements = argc > 1 ? QString::fromLocal8Bit(argv[1]).toInt() : 200;
    const QTemporaryDir home;
    LocalStore local(home.path() + u"/local.db"_s);
    if (const auto prepared = local.prepare(); !prepared) {
        out << prepared.error().text() << '\n';
        return 1;
    }
    const QDateTime now = QDateTime::currentDateTimeUtc();
    QElapsedTimer clock;
    clock.start();
    fill(local.file(), statements, now);
    out << u"A year of %1 statements, each active in every sample; made in %2 s\n"_s.arg(statements)
               .arg(clock.elapsed() / 1'000);
    (void)LocalConnection(local.file()).run(u"PRAGMA wal_checkpoint(TRUNCATE)"_s);
    out << u"Size of the store: %1 MB  (limit: 200 MB)\n"_s.arg(double(QFileInfo(local.file()).size()) / 1e6,
                                                                0, 'f', 1);
    out.flush();

    MetricStore store(local.file());
    const MetricKind &kind = PerformanceService::statementKind();
    const auto chart = [&](const QString &object, qint64 seconds) {
        const auto points = store.series(server, kind, object, now.addSecs(-seconds), now);
        return points ? points->size() : -1;
    };
    const QString one = QString::number(9'000'000'000'000'000LL + statements / 2);
    timed(out, u"Chart, one statement, a year"_s, u"300 ms"_s, [&] { return chart(one, 365 * day); });
    timed(out, u"Chart, all statements, a year"_s, u"300 ms"_s, [&] { return chart({}, 365 * day); });
    timed(out, u"Chart, one statement, 30 days"_s, u"300 ms"_s, [&] { return chart(one, 30 * day); });
    timed(out, u"Chart, one statement, a day"_s, u"300 ms"_s, [&] { return chart(one, day); });
    timed(out, u"Reference: the same rows, read and thrown away"_s, u"–"_s, [&] {
        const LocalConnection plain(local.file());
        Result<QSqlQuery> rows =
            plain.run(u"SELECT at, counters FROM metric_values WHERE series = ?"_s, {statements / 2 + 2});
        qsizetype count = 0;
        while (rows && rows->next())
            count += rows->value(1).toByteArray().isEmpty() ? 0 : 1;
        return count;
    });
    const auto compared = [&](qint64 seconds) {
        const auto before = store.sums(server, kind, now.addSecs(-2 * seconds), now.addSecs(-seconds));
        const auto after = store.sums(server, kind, now.addSecs(-seconds), now);
        return before && after ? PerformanceService::comparison(*before, *after).changes.size() : -1;
    };
    timed(out, u"Comparison of two hours"_s, u"–"_s, [&] { return compared(3'600); });
    timed(out, u"Comparison of two days"_s, u"–"_s, [&] { return compared(day); });
    timed(out, u"Comparison of two weeks"_s, u"–"_s, [&] { return compared(7 * day); });

    MetricReading reading{now, u"start"_s, {}};
    for (int s = 0; s < 5'000; ++s)
        reading.objects.append(
            {QString::number(s), u"SELECT"_s, QList<qint64>(PerformanceService::CounterCount, 1)});
    (void)store.record(server, kind, reading);
    timed(out, u"Taking a sample of 5,000 statements"_s, u"–"_s, [&] {
        reading.at = reading.at.addSecs(60);
        for (MetricObject &object : reading.objects)
            for (qint64 &value : object.values)
                value += 1 + object.name.size();
        return store.record(server, kind, reading) ? 1 : -1;
    });
    return 0;
}
