// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/statementpane.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/shared/detailspane.h"
#include "ui/shared/flowlayout.h"
#include "ui/shared/sqlview.h"
#include "ui/shared/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

using namespace Qt::StringLiterals;

namespace {

QString milliseconds(double ms)
{
    return StatementPane::tr("%1 ms").arg(format::decimal(ms, ms < 10 ? 3 : 1));
}

} // namespace

StatementPane::StatementPane(const UiContext &ui, QWidget *parent)
    : QWidget(parent)
    , m_ui(ui)
    , m_sql(new SqlView(ui.theme, this))
    , m_running(new QLabel(this))
    , m_figures(new DetailsPane(ui.theme, this))
    , m_explain(new QToolButton(this))
    , m_history(new QToolButton(this))
    , m_copy(new QToolButton(this))
    , m_reset(new QToolButton(this))
    , m_textRequest(this)
    , m_explainRequest(this)
    , m_runningRequest(this)
{
    m_sql->setObjectName(u"statementText"_s);
    m_sql->setAccessibleName(tr("Text of the statement"));
    m_sql->setReadOnly(true);
    m_sql->setPlaceholderText(tr("Select a statement to see its whole text."));
    m_running->setObjectName(u"statementRunning"_s);
    m_running->setWordWrap(true);
    m_running->setTextFormat(Qt::PlainText);
    m_running->setContentsMargins(16, 8, 16, 0);
    const auto button = [&](QToolButton *made, const QString &name, const QString &text, const QString &tip) {
        made->setObjectName(name);
        made->setText(text);
        made->setToolTip(tip);
        made->setAccessibleName(text);
    };
    button(m_explain, u"explainStatement"_s, tr("Explain"), tr("How the server runs it"));
    button(m_history, u"historyOfStatement"_s, tr("History"), tr("Its calls and time over time"));
    button(m_copy, u"copyStatement"_s, tr("Copy"), tr("Copy the text"));
    button(m_reset, u"resetStatement"_s, tr("Reset…"), tr("Start its figures anew"));

    auto *buttons = new FlowLayout(nullptr);
    for (QToolButton *each : {m_explain, m_history, m_copy, m_reset})
        buttons->addWidget(each);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->setSpacing(0);
    auto *top = new QVBoxLayout;
    top->setContentsMargins(16, 0, 16, 0);
    top->setSpacing(8);
    top->addLayout(buttons);
    top->addWidget(m_sql);
    layout->addLayout(top, 1);
    layout->addWidget(m_running);
    layout->addWidget(m_figures, 1);

    connect(m_explain, &QToolButton::clicked, this, &StatementPane::explain);
    connect(m_history, &QToolButton::clicked, this,
            [this] { emit historyRequested(m_statement.queryId, m_statement.line); });
    connect(m_copy, &QToolButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_sql->toPlainText()); });
    connect(m_reset, &QToolButton::clicked, this, [this] { emit resetRequested(m_statement); });
    clear();
}

void StatementPane::clear()
{
    m_textRequest.cancel();
    m_explainRequest.cancel();
    m_runningRequest.cancel();
    m_statement = {};
    m_sql->clear();
    m_running->hide();
    m_figures->clear();
    for (QToolButton *each : {m_explain, m_history, m_copy, m_reset})
        each->setEnabled(false);
}

void StatementPane::show(const StatementStat &statement, const StatementList &list)
{
    const bool another = statement.key() != m_statement.key();
    m_statement = statement;
    const bool readable = !statement.hidden;
    m_explain->setEnabled(readable && !statement.queryId.isEmpty());
    m_history->setEnabled(!statement.queryId.isEmpty());
    m_copy->setEnabled(readable);
    m_reset->setEnabled(!statement.queryId.isEmpty() && list.facts.mayReset);
    m_reset->setToolTip(
        list.facts.mayReset ? tr("Start its figures anew")
        : m_ui.app.pool.capabilities().standby
            ? tr("A standby can note nothing in the audit log, so nothing is reset from here.")
            : tr("Needs retail_dba or retail_ops: SELECT retail.reset_statement_statistics(%1);")
                  .arg(statement.queryId));
    if (another) {
        m_sql->setPlainText(statement.query);
        m_running->hide();
        loadText();
    }
    loadRunning();

    const auto blocks = [&](qint64 n) {
        return tr("%1 (%2)").arg(format::count(n), format::bytes(n * list.facts.blockSize));
    };
    const double ratio = statement.hitRatio();
    const QDateTime since = statement.since.isValid() ? statement.since : list.since;
    m_figures->show(
        tr("Statement %1").arg(statement.queryId.isEmpty() ? tr("without an id") : statement.queryId),
        {{tr("Role"), statement.role.isEmpty() ? tr("a role that is gone") : statement.role},
         {tr("Database"), statement.database.isEmpty() ? tr("a database that is gone") : statement.database},
         {tr("Called"), statement.topLevel ? tr("directly") : tr("inside a function")},
         {tr("Counted since"), since.isValid() ? format::exact(since.toLocalTime()) : tr("unknown")},
         {tr("Total time"), statement.ours ? milliseconds(statement.totalMs)
                                           : tr("%1, %2 % of all but this program's own")
                                                 .arg(milliseconds(statement.totalMs),
                                                      format::decimal(statement.share * 100, 1))},
         {tr("Calls"), format::count(statement.calls)},
         {tr("Mean · deviation · longest"),
          u"%1 · %2 · %3"_s.arg(milliseconds(statement.meanMs), milliseconds(statement.deviationMs),
                                milliseconds(statement.maxMs))},
         {tr("Rows"),
          tr("%1, %2 a call")
              .arg(
                  format::count(statement.rows),
                  format::decimal(double(statement.rows) / double(std::max<qint64>(1, statement.calls)), 1))},
         {tr("Blocks from the cache"), blocks(statement.hitBlocks)},
         {tr("Blocks read"), blocks(statement.readBlocks)},
         {tr("Hit ratio"),
          std::isnan(ratio) ? tr("no block was touched") : tr("%1 %").arg(format::decimal(ratio * 100, 2))},
         {tr("Time for reading and writing"),
          list.facts.ioTiming ? milliseconds(statement.ioMs) : tr("not measured (track_io_timing is off)")},
         {tr("Temporary blocks"), blocks(statement.tempBlocks)},
         {tr("WAL written"), format::bytes(statement.walBytes)}});
}

void StatementPane::explain()
{
    if (!m_explain->isEnabled())
        return;
    // What is shown may still be the beginning that the list has, which is another statement.
    m_explainRequest.run(
        [this](const CancelToken &token) { return m_ui.app.performance.text(m_statement.queryId, token); },
        [this](const Result<QString> &text) {
            if (text)
                emit explainRequested(*text);
            else
                emit failed(text.error());
        });
}

void StatementPane::loadText()
{
    if (m_statement.queryId.isEmpty() || m_statement.hidden)
        return;
    m_textRequest.run(
        [this](const CancelToken &token) { return m_ui.app.performance.text(m_statement.queryId, token); },
        [this](const Result<QString> &text) {
            if (text && *text != m_sql->toPlainText())
                m_sql->setPlainText(*text);
        });
}

void StatementPane::loadRunning()
{
    if (m_statement.queryId.isEmpty())
        return;
    m_runningRequest.run(
        [this](const CancelToken &token) { return m_ui.app.performance.running(m_statement.queryId, token); },
        [this](const Result<QList<RunningStatement>> &running) {
            if (!running)
                return; // a figure beside the others: the list tells when the server is gone
            QStringList lines;
            const QDateTime now = QDateTime::currentDateTimeUtc();
            for (const RunningStatement &one : *running)
                lines.append(tr("%1 (%2, process %3) since %4%5")
                                 .arg(one.role, one.application.isEmpty() ? tr("no name") : one.application)
                                 .arg(one.pid)
                                 .arg(format::duration(std::max<qint64>(0, one.since.msecsTo(now))),
                                      one.wait.isEmpty() ? QString() : tr(", waits: %1").arg(one.wait)));
            m_running->setText(lines.isEmpty() ? tr("Nobody runs it at the moment.")
                                               : tr("Running now: %1").arg(lines.join(u"\n"_s)));
            m_running->setVisible(true);
        });
}
