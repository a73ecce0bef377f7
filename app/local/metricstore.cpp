// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/local/metricstore.h"

#include "app/local/localconnection.h"

#include <QDataStream>
#include <QIODevice>

#include <algorithm>
#include <map>

using namespace Qt::StringLiterals;

/// The reading that the next one is compared with.
struct MetricStore::Base
{
    qint64 at = 0;
    QString origin;
    QHash<QString, QList<qint64>> objects;

    explicit Base(const MetricReading &reading)
        : at(reading.at.toSecsSinceEpoch())
        , origin(reading.origin)
    {
        objects.reserve(reading.objects.size());
        for (const MetricObject &object : reading.objects)
            objects.insert(object.name, object.values);
    }
    explicit Base(const QByteArray &saved)
    {
        QDataStream stream(qUncompress(saved));
        stream >> at >> origin >> objects;
    }
    QByteArray saved() const
    {
        QByteArray bytes;
        QDataStream(&bytes, QIODevice::WriteOnly) << at << origin << objects;
        return qCompress(bytes);
    }
};

namespace {

struct Step
{
    qint64 seconds; ///< width
    qint64 kept;    ///< seconds until a sample of this step is joined into the next, or goes
};

constexpr qint64 day = 86'400;
constexpr Step steps[] = {{60, 2 * day}, {900, 30 * day}, {3'600, 366 * day}};
constexpr int lastStep = int(std::size(steps)) - 1;

/// Small numbers take a byte (LEB128 over zigzag); what follows the last one that is not 0 is left out. Never
/// empty: an empty QByteArray is bound as NULL, which says that nothing is known.
QByteArray pack(const QList<qint64> &values)
{
    QByteArray bytes;
    qsizetype count = values.size();
    while (count > 1 && values[count - 1] == 0)
        --count;
    for (qsizetype i = 0; i < count; ++i) {
        quint64 rest = (quint64(values[i]) << 1) ^ quint64(values[i] >> 63);
        for (; rest >= 0x80; rest >>= 7)
            bytes += char(rest | 0x80);
        bytes += char(rest);
    }
    return bytes;
}

void unpack(const QByteArray &bytes, QList<qint64> &values)
{
    std::fill(values.begin(), values.end(), 0);
    qsizetype at = 0;
    for (qint64 &value : values) {
        quint64 number = 0;
        int shift = 0;
        bool more = at < bytes.size();
        if (!more)
            return;
        for (; more && shift < 64; shift += 7) {
            const auto byte = quint8(bytes[at++]);
            number |= quint64(byte & 0x7f) << shift;
            more = byte >= 0x80 && at < bytes.size();
        }
        value = qint64(number >> 1) ^ -qint64(number & 1);
    }
}

/// Counters add up, levels are as they were last.
void join(const MetricKind &kind, QList<qint64> &sum, const QList<qint64> &next)
{
    for (int i = 0; i < kind.counters + kind.levels; ++i)
        sum[i] = i < kind.counters ? sum[i] + next[i] : next[i];
}

QString keyOf(const QString &server, const QString &kind)
{
    return server + u'\n' + kind;
}

/// What one object counted between two readings.
struct Difference
{
    const MetricObject *object = nullptr;
    QList<qint64> values;
    bool backwards = false;
    bool changed = false;
};

Difference difference(const MetricKind &kind, const MetricObject &object, const QList<qint64> *before)
{
    Difference found{&object, object.values, false, before == nullptr};
    found.values.resize(kind.counters + kind.levels);
    for (int i = 0; i < found.values.size(); ++i) {
        const qint64 former = before ? before->value(i) : 0;
        found.changed |= found.values[i] != former;
        if (i < kind.counters) {
            found.backwards |= found.values[i] < former;
            found.values[i] -= former;
        }
    }
    return found;
}

} // namespace

MetricStore::MetricStore(QString file)
    : m_file(std::move(file))
{
}

MetricStore::~MetricStore() = default;

Result<qint64> MetricStore::source(const LocalConnection &local, const QString &server,
                                   const QString &kind) const
{
    Result<QSqlQuery> found =
        local.run(u"SELECT id FROM metric_sources WHERE server = ? AND kind = ?"_s, {server, kind});
    if (!found)
        return found.error();
    return found->next() ? found->value(0).toLongLong() : -1;
}

Result<MetricOutcome> MetricStore::record(const QString &server, const MetricKind &kind,
                                          const MetricReading &reading)
{
    const std::lock_guard guard(m_mutex);
    const LocalConnection local(m_file);
    (void)local.run(u"PRAGMA synchronous = NORMAL"_s);
    const QString key = keyOf(server, kind.name);
    const qint64 now = reading.at.toSecsSinceEpoch();
    const auto next = std::make_shared<const Base>(reading);
    std::shared_ptr<const Base> base = m_bases.value(key);
    MetricOutcome outcome = MetricOutcome::Kept;

    const auto work = [&]() -> Result<void> {
        if (const auto made = local.run(
                u"INSERT OR IGNORE INTO metric_sources (server, kind) VALUES (?, ?)"_s, {server, kind.name});
            !made)
            return made.error();
        const Result<qint64> id = source(local, server, kind.name);
        if (!id)
            return id.error();
        if (!base && kind.lasting) {
            Result<QSqlQuery> saved = local.run(u"SELECT base FROM metric_sources WHERE id = ?"_s, {*id});
            if (!saved)
                return saved.error();
            if (saved->next() && !saved->value(0).toByteArray().isEmpty())
                base = std::make_shared<const Base>(saved->value(0).toByteArray());
        }
        const qint64 span = base ? now - base->at : 0;
        if (!base)
            outcome = MetricOutcome::First;
        else if (base->origin != reading.origin || span <= 0 || (kind.longest > 0 && span > kind.longest))
            outcome = MetricOutcome::Restarted;
        const bool comparable = outcome == MetricOutcome::Kept;
        const qint64 start = comparable ? base->at : now;

        // Two windows on one server would count everything twice.
        Result<QSqlQuery> newest = local.run(
            u"SELECT at + seconds FROM metric_samples WHERE source = ? AND step = 0 ORDER BY at DESC LIMIT 1"_s,
            {*id});
        if (!newest)
            return newest.error();
        if (newest->next() && newest->value(0).toLongLong() > start + 1) {
            outcome = MetricOutcome::Elsewhere;
            return {};
        }
        if (kind.lasting)
            if (const auto saved =
                    local.run(u"UPDATE metric_sources SET base = ? WHERE id = ?"_s, {next->saved(), *id});
                !saved)
                return saved.error();
        if (!comparable && kind.levels == 0)
            return {};

        QList<Difference> differences;
        QList<qint64> all(kind.counters + kind.levels, 0);
        for (const MetricObject &object : reading.objects) {
            const QList<qint64> *before = nullptr;
            if (comparable)
                if (const auto each = base->objects.constFind(object.name); each != base->objects.cend())
                    before = &*each;
            Difference found = difference(kind, object, before);
            if (!comparable)
                std::fill_n(found.values.begin(), kind.counters, 0);
            for (int i = 0; i < all.size(); ++i)
                all[i] += found.backwards && i < kind.counters ? object.values.value(i) : found.values[i];
            if (found.changed)
                differences.append(std::move(found));
        }
        const auto matters = [&](const Difference &a, const Difference &b) {
            return a.values[kind.rank] > b.values[kind.rank];
        };
        const auto wasUsed = [&](const Difference &found) {
            return comparable && !found.backwards && found.values[kind.rank] > 0;
        };
        QList<qint64> rest(all.size(), 0);
        QList<const MetricObject *> usedBeyond; // of what is told as one, a last use is kept all the same
        if (kind.top > 0 && differences.size() > kind.top) {
            std::nth_element(differences.begin(), differences.begin() + kind.top, differences.end(), matters);
            for (qsizetype i = kind.top; i < differences.size(); ++i) {
                if (!differences[i].backwards)
                    for (int v = 0; v < rest.size(); ++v)
                        rest[v] += differences[i].values[v];
                if (kind.lasting && wasUsed(differences[i]))
                    usedBeyond.append(differences[i].object);
            }
            differences.resize(kind.top);
        }

        Result<QSqlQuery> name =
            local.prepare(u"INSERT INTO metric_series (source, object, label) VALUES (?, ?, ?) "
                          u"ON CONFLICT (source, object) DO UPDATE SET label = excluded.label "
                          u"WHERE label = '' RETURNING id"_s);
        Result<QSqlQuery> find =
            local.prepare(u"SELECT id FROM metric_series WHERE source = ? AND object = ?"_s);
        Result<QSqlQuery> use = local.prepare(u"UPDATE metric_series SET changed = ? WHERE id = ?"_s);
        Result<QSqlQuery> insert = local.prepare(
            u"INSERT OR REPLACE INTO metric_values (series, step, at, counters) VALUES (?, 0, ?, ?)"_s);
        for (const auto *prepared : {&name, &find, &use, &insert})
            if (!*prepared)
                return prepared->error();
        const auto seriesOf = [&](const QString &object, const QString &label, bool used) -> Result<qint64> {
            if (const auto done = local.repeat(*find, {*id, object}); !done)
                return done.error();
            qint64 series = find->next() ? find->value(0).toLongLong() : 0;
            find->finish();
            if (series == 0) {
                if (const auto done = local.repeat(*name, {*id, object, label}); !done)
                    return done.error();
                series = name->next() ? name->value(0).toLongLong() : 0;
                name->finish();
            }
            if (used)
                if (const auto done = local.repeat(*use, {now, series}); !done)
                    return done.error();
            return series;
        };
        const auto keep = [&](const QString &object, const QString &label, const QVariant &values,
                              bool used) -> Result<void> {
            const Result<qint64> series = seriesOf(object, label, used);
            return series ? local.repeat(*insert, {*series, start, values}) : series.error();
        };
        if (const auto sample = local.run(
                u"INSERT OR REPLACE INTO metric_samples (source, step, at, seconds) VALUES (?, 0, ?, ?)"_s,
                {*id, start, comparable ? span : 0});
            !sample)
            return sample.error();
        if (const auto done = keep(total, {}, pack(all), false); !done)
            return done;
        if (kind.top > 0 && std::any_of(rest.cbegin(), rest.cend(), [](qint64 v) { return v != 0; }))
            if (const auto done = keep(others, {}, pack(rest), false); !done)
                return done;
        for (const Difference &found : std::as_const(differences)) {
            const QVariant values =
                found.backwards ? QVariant(QMetaType(QMetaType::QByteArray)) : QVariant(pack(found.values));
            if (const auto done = keep(found.object->name, found.object->label, values, wasUsed(found));
                !done)
                return done;
        }
        for (const MetricObject *object : std::as_const(usedBeyond))
            if (const auto noted = seriesOf(object->name, object->label, true); !noted)
                return noted.error();
        if (m_thinned.value(key) != now / steps[1].seconds) {
            if (const auto thinned = thin(local, *id, kind, now); !thinned)
                return thinned;
            m_thinned.insert(key, now / steps[1].seconds);
        }
        return {};
    };
    if (const Result<void> done = local.inTransaction(work); !done)
        return done.error();
    m_bases.insert(key, next);
    return outcome;
}

/// Joins what is old enough into the next step. The borders are those of the wider step, so that each of its
/// samples is made at once and whole.
Result<void> MetricStore::thin(const LocalConnection &local, qint64 source, const MetricKind &kind,
                               qint64 now) const
{
    QList<qint64> all;
    Result<QSqlQuery> list = local.run(u"SELECT id FROM metric_series WHERE source = ?"_s, {source});
    if (!list)
        return list.error();
    while (list->next())
        all.append(list->value(0).toLongLong());

    Result<QSqlQuery> read = local.prepare(
        u"SELECT at, counters FROM metric_values WHERE series = ? AND step = ? AND at < ? ORDER BY at"_s);
    Result<QSqlQuery> remove =
        local.prepare(u"DELETE FROM metric_values WHERE series = ? AND step = ? AND at < ?"_s);
    Result<QSqlQuery> write = local.prepare(
        u"INSERT OR REPLACE INTO metric_values (series, step, at, counters) VALUES (?, ?, ?, ?)"_s);
    for (const auto *prepared : {&read, &remove, &write})
        if (!*prepared)
            return prepared->error();

    for (int step = 0; step <= lastStep; ++step) {
        const qint64 width = step < lastStep ? steps[step + 1].seconds : steps[step].seconds;
        const qint64 border = (now - steps[step].kept) / width * width;
        if (step < lastStep) {
            if (const auto joined =
                    local.run(u"INSERT OR REPLACE INTO metric_samples (source, step, at, seconds) "
                              u"SELECT source, step + 1, at / ? * ?, sum(seconds) FROM metric_samples "
                              u"WHERE source = ? AND step = ? AND at < ? GROUP BY at / ?"_s,
                              {width, width, source, step, border, width});
                !joined)
                return joined.error();
        }
        if (const auto gone =
                local.run(u"DELETE FROM metric_samples WHERE source = ? AND step = ? AND at < ?"_s,
                          {source, step, border});
            !gone)
            return gone.error();
        for (const qint64 series : std::as_const(all)) {
            if (const auto done = local.repeat(*read, {series, step, border}); !done)
                return done;
            struct Bucket
            {
                QList<qint64> values;
                bool known = false;
            };
            std::map<qint64, Bucket> buckets;
            QList<qint64> values(kind.counters + kind.levels, 0);
            while (read->next()) {
                Bucket &bucket = buckets[read->value(0).toLongLong() / width * width];
                if (bucket.values.isEmpty())
                    bucket.values.fill(0, values.size());
                if (read->isNull(1))
                    continue;
                unpack(read->value(1).toByteArray(), values);
                join(kind, bucket.values, values);
                bucket.known = true;
            }
            read->finish();
            if (buckets.empty())
                continue;
            if (const auto done = local.repeat(*remove, {series, step, border}); !done)
                return done;
            for (const auto &[at, bucket] : buckets) {
                if (step == lastStep)
                    break;
                const QVariant packed =
                    bucket.known ? QVariant(pack(bucket.values)) : QVariant(QMetaType(QMetaType::QByteArray));
                if (const auto done = local.repeat(*write, {series, step + 1, at, packed}); !done)
                    return done;
            }
        }
    }
    const auto forgotten =
        local.run(u"DELETE FROM metric_series WHERE source = ? AND changed < ? AND NOT EXISTS "
                  u"(SELECT 1 FROM metric_values v WHERE v.series = metric_series.id)"_s,
                  {source, now - steps[lastStep].kept});
    return forgotten ? Result<void>() : forgotten.error();
}

Result<QList<MetricPoint>> MetricStore::series(const QString &server, const MetricKind &kind,
                                               const QString &object, const QDateTime &from,
                                               const QDateTime &to, int most) const
{
    const LocalConnection local(m_file);
    const Result<qint64> id = source(local, server, kind.name);
    if (!id)
        return id.error();
    const qint64 first = from.toSecsSinceEpoch();
    const qint64 last = to.toSecsSinceEpoch();
    // A sample in which some objects were told as one tells nothing of those it does not name.
    Result<QSqlQuery> query =
        local.run(u"SELECT m.at, m.seconds, v.counters, v.series IS NOT NULL, o.series IS NOT NULL "
                  u"FROM metric_samples m LEFT JOIN metric_values v "
                  u"ON v.series = (SELECT id FROM metric_series WHERE source = ? AND object = ?) "
                  u"AND v.step = m.step AND v.at = m.at LEFT JOIN metric_values o "
                  u"ON o.series = (SELECT id FROM metric_series WHERE source = ? AND object = ?) "
                  u"AND o.step = m.step AND o.at = m.at "
                  u"WHERE m.source = ? AND m.at >= ? AND m.at < ? AND m.step IN (0, 1, 2) ORDER BY m.at"_s,
                  {*id, object, *id, others, *id, first, last});
    if (!query)
        return query.error();
    const qint64 width = std::max<qint64>(1, (last - first + most - 1) / std::max(1, most));
    QList<MetricPoint> points;
    const int size = kind.counters + kind.levels;
    QList<qint64> values(size, 0);
    QList<qint64> levels(size, 0); // as they were last: a level that stays is not written again
    bool levelsKnown = kind.levels == 0;
    if (!levelsKnown) {
        Result<QSqlQuery> before =
            local.run(u"SELECT counters FROM metric_values WHERE series = "
                      u"(SELECT id FROM metric_series WHERE source = ? AND object = ?) AND step IN (0, 1, 2) "
                      u"AND at < ? AND counters IS NOT NULL ORDER BY at DESC LIMIT 1"_s,
                      {*id, object, first});
        if (!before)
            return before.error();
        if (before->next()) {
            unpack(before->value(0).toByteArray(), levels);
            levelsKnown = true;
        }
    }
    while (query->next()) {
        const qint64 at = query->value(0).toLongLong();
        const bool present = query->value(3).toBool();
        const bool backwards = present && query->isNull(2);
        std::fill(values.begin(), values.end(), 0);
        if (present && !backwards) {
            unpack(query->value(2).toByteArray(), values);
            levels = values;
            levelsKnown = true;
        }
        const bool known = levelsKnown && (present ? !backwards : !query->value(4).toBool());
        for (int i = kind.counters; i < size; ++i)
            values[i] = levels[i];
        if (points.isEmpty() || at - points.last().at >= width)
            points.append({at, 0, false, QList<qint64>(size, 0)});
        MetricPoint &point = points.last();
        if (!known)
            continue; // its time is not observed either, so that a rate over the point stays right
        point.seconds += query->value(1).toLongLong();
        join(kind, point.values, values);
        point.known = true;
    }
    return points;
}

Result<MetricSums> MetricStore::sums(const QString &server, const MetricKind &kind, const QDateTime &from,
                                     const QDateTime &to) const
{
    const LocalConnection local(m_file);
    const Result<qint64> id = source(local, server, kind.name);
    if (!id)
        return id.error();
    const qint64 first = from.toSecsSinceEpoch();
    const qint64 last = to.toSecsSinceEpoch();
    MetricSums found;
    Result<QSqlQuery> observed = local.run(u"SELECT coalesce(sum(seconds), 0) FROM metric_samples "
                                           u"WHERE source = ? AND step IN (0, 1, 2) AND at >= ? AND at < ?"_s,
                                           {*id, first, last});
    if (!observed)
        return observed.error();
    if (observed->next())
        found.seconds = observed->value(0).toLongLong();
    observed->finish();
    Result<QSqlQuery> query =
        local.run(u"SELECT s.object, s.label, v.counters FROM metric_series s "
                  u"JOIN metric_values v ON v.series = s.id AND v.step IN (0, 1, 2) "
                  u"AND v.at >= ? AND v.at < ? "
                  u"WHERE s.source = ? AND s.object NOT IN ('', '*') ORDER BY s.id, v.at"_s,
                  {first, last, *id});
    if (!query)
        return query.error();
    QList<qint64> values(kind.counters + kind.levels, 0);
    while (query->next()) {
        if (query->isNull(2))
            continue;
        const QString object = query->value(0).toString();
        if (found.objects.isEmpty() || found.objects.last().object != object)
            found.objects.append({object, query->value(1).toString(), QList<qint64>(values.size(), 0)});
        unpack(query->value(2).toByteArray(), values);
        join(kind, found.objects.last().values, values);
    }
    return found;
}

Result<QDateTime> MetricStore::since(const QString &server, const MetricKind &kind) const
{
    const LocalConnection local(m_file);
    const Result<qint64> id = source(local, server, kind.name);
    if (!id)
        return id.error();
    Result<QSqlQuery> query = local.run(u"SELECT min(at) FROM metric_samples WHERE source = ?"_s, {*id});
    if (!query)
        return query.error();
    return query->next() && !query->isNull(0)
               ? QDateTime::fromSecsSinceEpoch(query->value(0).toLongLong(), Qt::UTC)
               : QDateTime();
}

Result<QHash<QString, MetricUse>> MetricStore::lastUses(const QString &server, const MetricKind &kind) const
{
    const LocalConnection local(m_file);
    const Result<qint64> id = source(local, server, kind.name);
    if (!id)
        return id.error();
    Result<QSqlQuery> query = local.run(
        u"SELECT object, changed, (SELECT max(m.at) FROM metric_samples m WHERE m.source = s.source "
        u"AND m.step IN (0, 1, 2) AND m.at < s.changed) FROM metric_series s WHERE source = ? AND changed > 0"_s,
        {*id});
    if (!query)
        return query.error();
    QHash<QString, MetricUse> uses;
    while (query->next())
        uses.insert(query->value(0).toString(),
                    {QDateTime::fromSecsSinceEpoch(query->value(2).toLongLong(), Qt::UTC),
                     QDateTime::fromSecsSinceEpoch(query->value(1).toLongLong(), Qt::UTC)});
    return uses;
}

Result<QHash<QString, QList<qint64>>> MetricStore::levels(const QString &server, const MetricKind &kind,
                                                          const QDateTime &at) const
{
    const LocalConnection local(m_file);
    const Result<qint64> id = source(local, server, kind.name);
    if (!id)
        return id.error();
    Result<QSqlQuery> query =
        local.run(u"SELECT s.object, v.counters, max(v.at) FROM metric_series s "
                  u"JOIN metric_values v ON v.series = s.id AND v.step IN (0, 1, 2) AND v.at <= ? "
                  u"AND v.counters IS NOT NULL WHERE s.source = ? GROUP BY s.id"_s,
                  {at.toSecsSinceEpoch(), *id});
    if (!query)
        return query.error();
    QHash<QString, QList<qint64>> found;
    QList<qint64> values(kind.counters + kind.levels, 0);
    while (query->next()) {
        unpack(query->value(1).toByteArray(), values);
        found.insert(query->value(0).toString(), values.mid(kind.counters));
    }
    return found;
}

Result<void> MetricStore::forget(const QString &server, const MetricKind &kind)
{
    const std::lock_guard guard(m_mutex);
    const LocalConnection local(m_file);
    m_bases.remove(keyOf(server, kind.name));
    return local.inTransaction([&]() -> Result<void> {
        const Result<qint64> id = source(local, server, kind.name);
        if (!id)
            return id.error();
        for (const QString &sql :
             {u"DELETE FROM metric_values WHERE series IN (SELECT id FROM metric_series WHERE source = ?)"_s,
              u"DELETE FROM metric_series WHERE source = ?"_s,
              u"DELETE FROM metric_samples WHERE source = ?"_s, u"DELETE FROM metric_sources WHERE id = ?"_s})
            if (const auto gone = local.run(sql, {*id}); !gone)
                return gone.error();
        return {};
    });
}
