// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

#include <QDateTime>
#include <QHash>
#include <QList>

#include <memory>
#include <mutex>

class LocalConnection;

/// What is sampled of one kind of thing ("statement", "index", "table"). The values of an object are its
/// counters, which only grow on the server and are kept as differences, and after them its levels (sizes),
/// which are kept as they are.
struct MetricKind
{
    QString name;
    int counters = 0;
    int levels = 0;
    int rank = 0;         ///< the counter that says which objects matter and whether one is in use
    int top = 0;          ///< objects kept of one sample, by `rank`; the others as one; 0: all
    int longest = 1'800;  ///< seconds: after a longer silence the difference is dropped; 0: never
    bool lasting = false; ///< the last reading outlives the program, so that no use goes unseen
};

struct MetricObject
{
    QString name;
    QString label; ///< for people, kept with the first sample of the object
    QList<qint64> values;
};

/// The server's figures at one moment. `origin` changes when they start anew (a restart, a reset).
struct MetricReading
{
    QDateTime at;
    QString origin;
    QList<MetricObject> objects;
};

enum class MetricOutcome {
    Kept,
    First,     ///< nothing to compare with yet
    Restarted, ///< the figures started anew, or the silence was too long: a gap
    Elsewhere, ///< another window of this desktop keeps the same history
};

/// One step of a series: what was counted in `seconds` from `at` on. A time without a point was not observed.
struct MetricPoint
{
    qint64 at = 0;      ///< seconds since 1970, UTC
    qint64 seconds = 0; ///< observed; less than the distance to the next point where samples are missing
    bool known = false; ///< false: the counters of this object went backwards, or it was among the others
    QList<qint64> values;
};

struct MetricSum
{
    QString object;
    QString label;
    QList<qint64> values; ///< counters summed, levels as they were last
};

struct MetricSums
{
    qint64 seconds = 0; ///< observed in the period
    QList<MetricSum> objects;
};

/// When an object was last seen to be used: between these two readings.
struct MetricUse
{
    QDateTime after;
    QDateTime before;
};

/// The statistics of servers over time, so that a dashboard has a yesterday: tables of the local SQLite file,
/// keyed by the server's identity, the kind, and the object. Minutes are kept for two days, quarters of an
/// hour for thirty, hours for a year. Only what changed takes space.
///
/// A counter that went backwards makes a gap in its object's series and never a spike; the total over all
/// objects then holds what was counted since, which is a lower bound. Any thread, never the GUI's; errors are
/// of kind Io.
class MetricStore final
{
public:
    explicit MetricStore(QString file); ///< prepared by LocalStore::prepare()
    ~MetricStore();
    Q_DISABLE_COPY_MOVE(MetricStore)

    static inline const QString total;                        ///< all objects of a kind
    static inline const QString others = QStringLiteral("*"); ///< those beyond MetricKind::top

    Result<MetricOutcome> record(const QString &server, const MetricKind &kind, const MetricReading &reading);

    /// Points in the order of time, joined to at most about `most`.
    Result<QList<MetricPoint>> series(const QString &server, const MetricKind &kind, const QString &object,
                                      const QDateTime &from, const QDateTime &to, int most = 600) const;

    /// Sums of each object over a period, without total and others; parts of a step count by its start.
    Result<MetricSums> sums(const QString &server, const MetricKind &kind, const QDateTime &from,
                            const QDateTime &to) const;

    /// Since when there is history of the kind; invalid when there is none.
    Result<QDateTime> since(const QString &server, const MetricKind &kind) const;

    /// When the counter `rank` of each object was last seen to grow.
    Result<QHash<QString, MetricUse>> lastUses(const QString &server, const MetricKind &kind) const;

    /// The levels of each object as they were at that time; objects without an older sample are missing.
    Result<QHash<QString, QList<qint64>>> levels(const QString &server, const MetricKind &kind,
                                                 const QDateTime &at) const;

    /// Forgets the history of a server's kind.
    Result<void> forget(const QString &server, const MetricKind &kind);

private:
    struct Base;

    Result<qint64> source(const LocalConnection &local, const QString &server, const QString &kind) const;
    Result<void> thin(const LocalConnection &local, qint64 source, const MetricKind &kind, qint64 now) const;

    const QString m_file;
    std::mutex m_mutex; // guards what follows
    QHash<QString, std::shared_ptr<const Base>> m_bases;
    QHash<QString, qint64> m_thinned;
};
