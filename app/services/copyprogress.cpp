// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/copyprogress.h"

using namespace Qt::StringLiterals;

namespace backup {

namespace {
constexpr int progressMs = 250;
}

CopyProgress::CopyProgress(const QHash<QString, qint64> &rows, const QString &phase,
                           const QRegularExpression &begins, JobContext &job)
    : m_job(job)
    , m_phase(phase)
    , m_begins(begins)
    , m_expected(rows)
{
    for (const qint64 each : m_expected)
        m_total += each;
    report();
}

void CopyProgress::line(const QString &text)
{
    const auto match = m_begins.match(text);
    if (!match.hasMatch())
        return;
    m_last = match.captured(1);
    m_begun.insert(m_last);
    m_job.log(u"table %1"_s.arg(m_last));
    report();
}

void CopyProgress::poll(Session &monitor, const QString &applicationName)
{
    if (m_clock.isValid() && m_clock.elapsed() < progressMs)
        return;
    m_clock.start();
    const Result<Rows> rows =
        monitor.execute(sqlcatalog::query("backup/copy_progress").sql, {applicationName});
    if (!rows)
        return; // the tool itself will say what is wrong
    m_current.clear();
    for (int row = 0; row < rows->count(); ++row) {
        const QString table = rows->text(row, 0);
        m_current[table] = rows->integer(row, 1);
        m_seen.insert(table);
    }
    report();
}

void CopyProgress::report()
{
    qint64 done = 0;
    for (const QString &table : std::as_const(m_begun)) {
        if (const auto current = m_current.constFind(table); current != m_current.cend())
            done += std::min(*current, m_expected.value(table));
        else if (table != m_last || m_seen.contains(table))
            done += m_expected.value(table);
    }
    m_done = std::max(m_done, done); // a table that was too short to be seen never takes a step back
    m_job.progress({m_phase, m_done, m_total > 0 ? m_total : -1, u"rows"_s});
}

} // namespace backup
