// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/statementsview.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/performance/statementpane.h"
#include "ui/shared/flowlayout.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"
#include "ui/shell/prompt.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

#include <cmath>

using namespace Qt::StringLiterals;

namespace {

QString ms(double value)
{
    return format::decimal(value, value < 10 ? 2 : value < 1'000 ? 1 : 0);
}

QString numberOrDash(double value, int decimals)
{
    return std::isnan(value) ? u"–"_s : format::decimal(value, decimals);
}

} // namespace

QList<ListColumn<StatementStat>> statementColumns()
{
    using Column = ListColumn<StatementStat>;
    using S = StatementStat;
    const auto tr = [](const char *text) { return StatementsView::tr(text); };
    const auto time = [](double S::*member) { return [member](const S &s) { return ms(s.*member); }; };
    const auto raw = [](auto S::*member) { return [member](const S &s) { return QVariant(s.*member); }; };
    const auto count = [](qint64 S::*member) {
        return [member](const S &s) { return format::count(s.*member); };
    };
    return {
        Column{.title = tr("Statement"),
               .value = raw(&S::line),
               .text = [](const S &s) { return s.line.left(400); },
               .tone = [](const S &s) { return s.hidden || s.ours ? cell::Tone::Muted : cell::Tone::Normal; },
               .icon = [](const S &s) { return s.hidden ? u"object-locked"_s : QString(); },
               .toolTip = [](const S &s) { return s.query.left(1'000); }},
        Column{.title = tr("Total ms"),
               .value = raw(&S::totalMs),
               .text = time(&S::totalMs),
               .number = true,
               .explanation = tr("Time in execution, of all calls")},
        Column{
            .title = tr("Share"),
            .value = raw(&S::share),
            .text =
                [](const S &s) { return s.share < 0 ? u"–"_s : format::decimal(s.share * 100, 1) + u" %"_s; },
            .number = true,
            .explanation = tr("Of the time of all statements, also those that are filtered out, but not "
                              "this program's own, which have no share")},
        Column{.title = tr("Mean ms"), .value = raw(&S::meanMs), .text = time(&S::meanMs), .number = true},
        Column{.title = tr("Calls"), .value = raw(&S::calls), .text = count(&S::calls), .number = true},
        Column{.title = tr("Rows"), .value = raw(&S::rows), .text = count(&S::rows), .number = true},
        Column{.title = tr("Max ms"), .value = raw(&S::maxMs), .text = time(&S::maxMs), .number = true},
        Column{.title = tr("Deviation"),
               .value = raw(&S::deviationMs),
               .text = time(&S::deviationMs),
               .number = true,
               .explanation = tr("Standard deviation of the time of a call, in ms")},
        Column{.title = tr("Hit %"),
               .value = [](const S &s) { return std::isnan(s.hitRatio()) ? QVariant(-1.0) : s.hitRatio(); },
               .text = [](const S &s) { return numberOrDash(s.hitRatio() * 100, 1); },
               .number = true,
               .explanation = tr("Blocks found in the server's cache, of those touched")},
        Column{.title = tr("I/O ms"),
               .value = raw(&S::ioMs),
               .text = time(&S::ioMs),
               .number = true,
               .explanation = tr("Time for reading and writing blocks; 0 while track_io_timing is off")},
        Column{.title = tr("Temp"),
               .value = raw(&S::tempBlocks),
               .text = [](const S &s) { return s.tempBlocks ? format::bytes(s.tempBlocks * 8192) : u"–"_s; },
               .number = true,
               .tone = [](const S &s) { return s.tempBlocks ? cell::Tone::Warning : cell::Tone::Muted; },
               .explanation = tr("Temporary files read and written: sorts and hashes larger than work_mem")},
        Column{.title = tr("WAL"),
               .value = raw(&S::walBytes),
               .text = [](const S &s) { return s.walBytes ? format::bytes(s.walBytes) : u"–"_s; },
               .number = true,
               .tone = [](const S &s) { return s.walBytes ? cell::Tone::Normal : cell::Tone::Muted; },
               .explanation = tr("Write-ahead log that it made")},
        Column{.title = tr("Role"), .value = raw(&S::role)},
        Column{.title = tr("Database"), .value = raw(&S::database)},
    };
}

StatementFilter::StatementFilter(ListModel<StatementStat> &model, QObject *parent)
    : QSortFilterProxyModel(parent)
    , m_model(model)
{
    setSourceModel(&model);
    setSortRole(cell::Raw);
}

void StatementFilter::setThreshold(double meanMs)
{
    m_threshold = meanMs;
    invalidateFilter();
}

void StatementFilter::setOurs(bool shown)
{
    m_ours = shown;
    invalidateFilter();
}

void StatementFilter::setWords(const QString &words)
{
    m_words = words.simplified();
    invalidateFilter();
}

bool StatementFilter::filterAcceptsRow(int row, const QModelIndex &) const
{
    const StatementStat &statement = m_model.row(row);
    // As the view does: more than the threshold, not at it.
    if ((m_threshold > 0 && statement.meanMs <= m_threshold) || (statement.ours && !m_ours))
        return false;
    return m_words.isEmpty() || statement.line.contains(m_words, Qt::CaseInsensitive) ||
           statement.role.contains(m_words, Qt::CaseInsensitive) || statement.queryId == m_words;
}

StatementsView::StatementsView(const UiContext &ui, QWidget *parent)
    : QWidget(parent)
    , m_ui(ui)
    , m_model(new ListModel<StatementStat>(
          statementColumns(), [](const StatementStat &s) { return s.key(); }, this))
    , m_filter(new StatementFilter(*m_model, this))
    , m_view(new TableView(ui.theme, ui.app.settings, u"statementsTable"_s, this))
    , m_pane(new StatementPane(ui, this))
    , m_columns(new QSplitter(Qt::Horizontal, this))
    , m_scope(new QComboBox(this))
    , m_threshold(new QDoubleSpinBox(this))
    , m_ours(new QCheckBox(tr("Own statements"), this))
    , m_search(new QLineEdit(this))
    , m_reset(new QPushButton(tr("Reset all…"), this))
    , m_resetRequest(this)
{
    constexpr int totalColumn = 1, databaseColumn = 13;
    m_view->setLeastStretch(360);
    m_view->setModel(m_filter);
    m_view->setInitiallyHidden({databaseColumn});
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setAccessibleName(tr("Statements"));
    m_view->setSortIndicator(totalColumn, Qt::DescendingOrder);
    m_filter->sort(totalColumn, Qt::DescendingOrder);

    const auto name = [](QWidget *widget, const QString &object, const QString &accessible) {
        widget->setObjectName(object);
        widget->setAccessibleName(accessible);
    };
    name(m_scope, u"statementScope"_s, tr("Databases"));
    m_scope->addItems({tr("This database"), tr("All databases")});
    name(m_threshold, u"statementThreshold"_s, tr("Mean time at least, in milliseconds"));
    m_threshold->setPrefix(tr("mean > "));
    m_threshold->setSuffix(tr(" ms"));
    m_threshold->setDecimals(1);
    m_threshold->setRange(0, 3'600'000);
    m_threshold->setSpecialValueText(tr("any mean time"));
    m_threshold->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    m_threshold->setValue(100);
    m_threshold->setKeyboardTracking(false);
    m_threshold->setToolTip(tr("Statements whose calls take longer on average; 0 shows all"));
    name(m_ours, u"statementOurs"_s, tr("Show the statements of this program too"));
    m_ours->setToolTip(tr("Show the statements of this program too"));
    name(m_search, u"statementSearch"_s, tr("Search statements"));
    m_search->setPlaceholderText(tr("Search text, role or id"));
    m_search->setClearButtonEnabled(true);
    m_search->setMinimumWidth(200);
    m_search->setToolTip(tr("Looks at the first 2,000 characters of each statement"));
    name(m_reset, u"resetAllStatements"_s, tr("Start the figures of all statements anew"));

    auto *controls = new FlowLayout(nullptr);
    for (QWidget *widget : std::initializer_list<QWidget *>{m_search, m_threshold, m_scope, m_ours, m_reset})
        controls->addWidget(widget);
    m_columns->setObjectName(u"statementsColumns"_s);
    m_columns->addWidget(m_view);
    m_columns->addWidget(m_pane);
    m_columns->setStretchFactor(0, 1);
    m_columns->setChildrenCollapsible(false);
    m_columns->setHandleWidth(1);
    m_columns->setSizes({860, 320});
    m_columns->restoreState(ui.app.settings.state(m_columns->objectName()));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto *top = new QVBoxLayout;
    top->setContentsMargins(16, 8, 16, 8);
    top->addLayout(controls);
    layout->addLayout(top);
    layout->addWidget(m_columns, 1);

    connect(m_columns, &QSplitter::splitterMoved, this,
            [this] { m_ui.app.settings.setState(m_columns->objectName(), m_columns->saveState()); });
    connect(m_view, &TableView::sortRequested, this,
            [this](int column, Qt::SortOrder order) { m_filter->sort(column, order); });
    connect(m_view, &TableView::currentRowChanged, this, &StatementsView::showCurrent);
    connect(m_view, &QAbstractItemView::activated, m_pane, &StatementPane::explain);
    connect(m_threshold, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        m_filter->setThreshold(value);
        emit statusChanged();
    });
    connect(m_ours, &QCheckBox::toggled, this, [this](bool shown) {
        m_filter->setOurs(shown);
        emit statusChanged();
    });
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString &words) {
        m_filter->setWords(words);
        emit statusChanged();
    });
    connect(m_scope, &QComboBox::currentIndexChanged, this, [this](int index) {
        m_view->setColumnHidden(databaseColumn, index == 0);
        emit reloadRequested();
    });
    connect(m_reset, &QPushButton::clicked, this, [this] { askReset({}, {}); });
    connect(m_pane, &StatementPane::explainRequested, this, &StatementsView::explainRequested);
    connect(m_pane, &StatementPane::failed, this, &StatementsView::failed);
    connect(m_pane, &StatementPane::historyRequested, this, &StatementsView::historyRequested);
    connect(m_pane, &StatementPane::resetRequested, this,
            [this](const StatementStat &statement) { askReset(statement.queryId, statement.line); });
}

bool StatementsView::allDatabases() const
{
    return m_scope->currentIndex() == 1;
}

void StatementsView::setList(const StatementList &list)
{
    m_list = list;
    m_list.statements.clear();
    m_model->setRows(list.statements);
    m_reset->setEnabled(list.facts.mayReset);
    m_reset->setToolTip(
        list.facts.mayReset ? tr("Start the figures of all statements of this database anew")
        : m_ui.app.pool.capabilities().standby
            ? tr("A standby can note nothing in the audit log, so nothing is reset from here.")
            : tr("Needs retail_dba or retail_ops: SELECT retail.reset_statement_statistics();"));
    showCurrent();
    emit statusChanged();
}

void StatementsView::clear()
{
    m_list = {};
    m_model->setRows({});
    m_pane->clear();
    m_resetRequest.cancel();
}

void StatementsView::showCurrent()
{
    const QModelIndex current = m_filter->mapToSource(m_view->currentIndex());
    if (current.isValid())
        m_pane->show(m_model->row(current.row()), m_list);
    else
        m_pane->clear();
}

QString StatementsView::status() const
{
    const int all = m_model->rowCount();
    const int shown = m_filter->rowCount();
    QStringList parts{shown == all ? format::counted(all, tr("statement"), tr("statements"))
                                   : tr("%1 of %2 statements").arg(format::count(shown), format::count(all))};
    if (m_list.since.isValid()) {
        const QString since = tr("counted since %1").arg(format::exact(m_list.since.toLocalTime()));
        parts.append(m_list.sinceReason.isEmpty() ? since : u"%1 (%2)"_s.arg(since, m_list.sinceReason));
    }
    if (m_list.evicted > 0)
        parts.append(tr("thrown out for lack of room: %1 times").arg(format::count(m_list.evicted)));
    return parts.join(u" · "_s);
}

void StatementsView::showExample()
{
    m_threshold->setValue(0);
}

void StatementsView::select(const QString &queryId)
{
    m_threshold->setValue(0);
    m_search->setText(queryId);
    if (m_filter->rowCount() > 0)
        m_view->setCurrentIndex(m_filter->index(0, 0));
    m_view->setFocus();
}

void StatementsView::focusFilter()
{
    m_search->setFocus();
    m_search->selectAll();
}

void StatementsView::askReset(const QString &queryId, const QString &line)
{
    const bool all = queryId.isEmpty();
    m_ui.prompt.confirm(this,
                        all ? tr("Start the figures of all statements of this database anew?")
                            : tr("Start the figures of this statement anew?"),
                        all ? tr("What was counted so far is gone for everybody who looks at this server. "
                                 "The history on this "
                                 "desktop stays. The reset is noted in the audit log.")
                            : tr("What was counted for it so far is gone for everybody who looks at this "
                                 "server. The history on "
                                 "this desktop stays. The reset is noted in the audit log.\n\n%1")
                                  .arg(line.left(300)),
                        tr("Reset"), [this, queryId](bool yes) {
                            if (!yes)
                                return;
                            m_resetRequest.run(
                                [this, queryId](const CancelToken &token) {
                                    return m_ui.app.performance.reset(queryId, token);
                                },
                                [this](const Result<Done> &done) {
                                    if (!done)
                                        emit failed(done.error());
                                    else
                                        emit reloadRequested();
                                });
                        });
}
