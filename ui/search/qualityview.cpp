// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/search/qualityview.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/shared/flowlayout.h"
#include "ui/shared/listmodel.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"
#include "ui/shell/prompt.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <cmath>

using namespace Qt::StringLiterals;

namespace {

QString milliseconds(double value)
{
    return std::isfinite(value) ? format::decimal(value, value < 10 ? 2 : 1)
                                : QualityView::tr("–", "no value");
}

template <typename Row>
ListColumn<Row> timeColumn(const QString &title, double Row::*figure, const QString &explanation)
{
    ListColumn<Row> column{title, [figure](const Row &row) { return QVariant(row.*figure); }};
    column.text = [figure](const Row &row) { return milliseconds(row.*figure); };
    column.number = true;
    column.explanation = explanation;
    return column;
}

QString modeTitle(const QString &mode)
{
    return mode == "vector"_L1 ? QualityView::tr("Meaning")
           : mode == "text"_L1 ? QualityView::tr("Words")
                               : QualityView::tr("Both");
}

QString wayTitle(const QString &scan)
{
    return scan == "index"_L1   ? QualityView::tr("through the index")
           : scan == "exact"_L1 ? QualityView::tr("compared exactly")
           : scan.isEmpty()     ? QualityView::tr("full text")
                                : QualityView::tr("index, or exactly where it fell short");
}

QLabel *heading(const QString &text, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    QFont font = label->font();
    font.setWeight(QFont::DemiBold);
    label->setFont(font);
    return label;
}

} // namespace

QualityView::QualityView(const UiContext &ui, QWidget *parent)
    : QScrollArea(parent)
    , m_ui(ui)
    , m_index(new QLabel(this))
    , m_setting(new QLabel(this))
    , m_build(new QProgressBar(this))
    , m_buildText(new QLabel(this))
    , m_store(new QComboBox(this))
    , m_k(new QComboBox(this))
    , m_samples(new QSpinBox(this))
    , m_efSearch(new QSpinBox(this))
    , m_measureButton(new QPushButton(tr("&Measure"), this))
    , m_use(new QPushButton(this))
    , m_verdict(new QLabel(this))
    , m_way(new QComboBox(this))
    , m_planText(new QPlainTextEdit(this))
    , m_measureRequest(this)
    , m_planRequest(this)
    , m_setRequest(this)
{
    setObjectName(u"qualityView"_s);
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    using I = IndexMeasure;
    ListColumn<I> which{tr("ef_search"), [](const I &row) { return QVariant(row.efSearch); }};
    which.text = [this](const I &row) {
        return row.efSearch == m_facts.efSearch ? tr("%1 · in use").arg(row.efSearch)
                                                : QString::number(row.efSearch);
    };
    which.bold = true;
    ListColumn<I> recall{tr("Recall"), [](const I &row) { return QVariant(row.recall); }};
    recall.text = [](const I &row) {
        return std::isfinite(row.recall) ? u"%1 %"_s.arg(format::decimal(100 * row.recall, 1))
                                         : tr("–", "no value");
    };
    recall.number = true;
    recall.tone = [](const I &row) { return row.recall < 0.9 ? cell::Tone::Warning : cell::Tone::Normal; };
    recall.explanation = tr("How many of the exact answer's products the index finds");
    ListColumn<I> faster{tr("Exact takes"), [](const I &row) { return QVariant(row.exactP50 / row.p50); }};
    faster.text = [](const I &row) {
        return std::isfinite(row.exactP50 / row.p50)
                   ? u"× %1"_s.arg(format::decimal(row.exactP50 / row.p50, 1))
                   : tr("–", "no value");
    };
    faster.number = true;
    faster.explanation = tr("Time of comparing every vector, against the way through the index");
    m_indexModel = new ListModel<I>(
        {which, recall, timeColumn<I>(tr("Index p50, ms"), &I::p50, tr("Half of the sample took no longer")),
         timeColumn<I>(tr("Index p95, ms"), &I::p95, tr("95 of 100 took no longer")),
         timeColumn<I>(tr("Exact p50, ms"), &I::exactP50, tr("Comparing every vector of the store")),
         timeColumn<I>(tr("Exact p95, ms"), &I::exactP95, tr("Comparing every vector of the store")), faster},
        [](const I &row) { return QString::number(row.efSearch); }, this);
    m_indexTable = new TableView(ui.theme, ui.app.settings, u"qualityIndexTable"_s, this);
    m_indexTable->setAccessibleName(tr("Recall and times of the vector index"));
    showSorted(*m_indexTable, m_indexModel, 0);

    using M = ModeMeasure;
    ListColumn<M> mode{tr("Mode"), [](const M &row) { return QVariant(modeTitle(row.mode)); }};
    ListColumn<M> way{tr("How"), [](const M &row) { return QVariant(wayTitle(row.scan)); }};
    m_modeModel = new ListModel<M>(
        {mode, timeColumn<M>(tr("p50, ms"), &M::p50, tr("Half of the sample took no longer")),
         timeColumn<M>(tr("p95, ms"), &M::p95, tr("95 of 100 took no longer")), way},
        [](const M &row) { return row.mode; }, this);
    m_modeTable = new TableView(ui.theme, ui.app.settings, u"qualityModeTable"_s, this);
    m_modeTable->setAccessibleName(tr("Times of searches by mode"));
    showSorted(*m_modeTable, m_modeModel, 0);

    for (QLabel *label : {m_index, m_setting, m_verdict, m_buildText}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    m_index->setObjectName(u"qualityIndex"_s);
    m_setting->setObjectName(u"qualitySetting"_s);
    m_verdict->setObjectName(u"qualityVerdict"_s);
    m_build->setObjectName(u"qualityBuild"_s);
    m_build->setAccessibleName(tr("Progress of the index build"));
    m_buildText->setObjectName(u"qualityBuildText"_s);
    m_way->setObjectName(u"qualityPlanWay"_s);
    m_way->setAccessibleName(tr("Plan of which way"));
    m_way->view()->setObjectName(u"qualityPlanWayList"_s);
    m_way->view()->setAccessibleName(m_way->accessibleName());
    m_planText->setObjectName(u"qualityPlan"_s);
    m_planText->setAccessibleName(tr("Plan of the search"));
    m_planText->setReadOnly(true);
    m_planText->setTabChangesFocus(true);
    m_planText->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_planText->setPlaceholderText(tr("Measure to see the plan."));

    auto *content = new QWidget(this);
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(16, 8, 16, 16);
    layout->setSpacing(8);
    layout->addWidget(m_index);
    layout->addWidget(m_setting);
    layout->addWidget(m_buildText);
    layout->addWidget(m_build);
    layout->addWidget(buildControls());
    layout->addWidget(m_verdict);
    layout->addWidget(heading(tr("Vector index against the exact answer"), content));
    layout->addWidget(m_indexTable);
    layout->addWidget(heading(tr("Whole searches, in the database"), content));
    layout->addWidget(m_modeTable);
    auto *planBar = new QHBoxLayout;
    planBar->addWidget(heading(tr("Plan"), content));
    planBar->addWidget(m_way);
    planBar->addStretch();
    layout->addLayout(planBar);
    layout->addWidget(m_planText, 1);
    setWidget(content);

    connect(m_way, &QComboBox::currentIndexChanged, this, &QualityView::showPlan);
    connect(&ui.theme, &Theme::changed, this, &QualityView::fitTables);
    clear();
}

QWidget *QualityView::buildControls()
{
    auto *bar = new QWidget(this);
    auto *layout = new FlowLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    const auto add = [&](const QString &text, QWidget *field, const QString &name) {
        auto *pair = new QWidget(bar);
        auto *pairLayout = new QHBoxLayout(pair);
        pairLayout->setContentsMargins(0, 0, 8, 0);
        auto *label = new QLabel(text, pair);
        label->setBuddy(field);
        field->setObjectName(name);
        field->setAccessibleName(QString(text).remove(u'&'));
        pairLayout->addWidget(label);
        pairLayout->addWidget(field);
        layout->addWidget(pair);
    };
    for (const int k : {10, 20, 50, 100})
        m_k->addItem(QString::number(k), k);
    m_k->setCurrentIndex(1);
    m_samples->setRange(1, 1000);
    m_samples->setValue(20);
    m_efSearch->setRange(1, 1000);
    m_efSearch->setSingleStep(20);
    m_efSearch->setValue(400);
    m_efSearch->setToolTip(tr("Measured beside the value in use, on the same sample; nothing is changed"));
    m_store->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    add(tr("&Store"), m_store, u"qualityStore"_s);
    add(tr("&k"), m_k, u"qualityK"_s);
    add(tr("Sam&ple"), m_samples, u"qualitySamples"_s);
    add(tr("Try &ef_search"), m_efSearch, u"qualityEfSearch"_s);
    for (QComboBox *box : {m_store, m_k}) {
        box->view()->setObjectName(box->objectName() + u"List"_s);
        box->view()->setAccessibleName(box->accessibleName());
    }
    m_measureButton->setObjectName(u"qualityMeasure"_s);
    m_measureButton->setProperty("primary", true);
    m_use->setObjectName(u"qualityUse"_s);
    layout->addWidget(m_measureButton);
    layout->addWidget(m_use);
    connect(m_measureButton, &QPushButton::clicked, this, [this] {
        if (!measuring()) {
            measure();
            return;
        }
        m_measureRequest.cancel();
        m_planRequest.cancel();
        m_verdict->setText(tr("The measurement was cancelled."));
        updateActions();
        emit measuringChanged();
    });
    connect(m_use, &QPushButton::clicked, this, &QualityView::askToUse);
    return bar;
}

void QualityView::fitTables()
{
    // The tables are as high as their few rows: the page scrolls, they do not.
    for (TableView *table : {m_indexTable, m_modeTable}) {
        const int rows = std::max(1, table->model()->rowCount());
        table->setFixedHeight(table->horizontalHeader()->sizeHint().height() + rows * m_ui.theme.rowHeight() +
                              2 * table->frameWidth() + m_ui.theme.px(14));
    }
    m_planText->setFont(m_ui.theme.fixedFont());
    m_planText->setMinimumHeight(m_ui.theme.px(180));
}

void QualityView::clear()
{
    m_measureRequest.cancel();
    m_planRequest.cancel();
    m_setRequest.cancel();
    m_facts = {};
    m_measure = {};
    m_asked = {};
    m_askedStore.clear();
    m_plan = {};
    m_indexModel->setRows({});
    m_modeModel->setRows({});
    m_index->clear();
    m_setting->clear();
    m_verdict->setText(
        tr("Measuring compares stored vectors of the store with the exact answer. It reads all "
           "vectors of the store once a sample and changes nothing."));
    setBuilds({});
    showPlan();
    fitTables();
    updateActions();
}

void QualityView::setStores(const QList<std::pair<QString, QString>> &stores)
{
    const QString current = m_store->currentData().toString();
    m_store->clear();
    for (const auto &[id, name] : stores)
        m_store->addItem(name, id);
    m_store->setCurrentIndex(std::max(0, m_store->findData(current)));
    updateActions();
}

void QualityView::setFacts(const SearchFacts &facts)
{
    m_facts = facts;
    sayFacts();
    m_indexModel->setRows(m_measure.index); // which of them is in use may have changed
    updateActions();
}

void QualityView::sayFacts()
{
    QStringList lines;
    for (const VectorIndex &index : std::as_const(m_facts.indexes)) {
        QString line = tr("%1: %2, m %3, ef_construction %4, %5 for %6 vectors of all stores, used %7")
                           .arg(index.name, index.method.toUpper())
                           .arg(index.m)
                           .arg(index.efConstruction)
                           .arg(format::bytes(index.bytes), format::estimate(index.vectors),
                                format::counted(index.scans, tr("time"), tr("times")));
        line += m_facts.statisticsSince.isValid()
                    ? tr(" since %1.").arg(format::exact(m_facts.statisticsSince))
                    : tr(" since the statistics began.");
        if (!index.valid)
            line += u' ' + tr("It is not valid: a build failed. Build it again under Maintenance.");
        else if (index.bytes > m_facts.sharedBuffers)
            line += u' ' + tr("It is larger than shared_buffers (%1), so part of it may be read from disk.")
                               .arg(format::bytes(m_facts.sharedBuffers));
        lines.append(line);
    }
    m_index->setText(lines.isEmpty() ? tr("There is no vector index: every search by meaning compares all "
                                          "vectors of its store.")
                                     : lines.join(u'\n'));
    m_setting->setText(
        tr("Searches use ef_search %1, %2 scan of at most %3 vectors, then the exact distance. "
           "A store with fewer than %4 matching vectors is compared exactly. pgvector %5.")
            .arg(format::count(m_facts.efSearch), QString(m_facts.iterativeScan).replace(u'_', u' '),
                 format::count(m_facts.maxScanTuples), format::count(m_facts.exactBelow), m_facts.pgvector));
}

void QualityView::setBuilds(const QList<IndexBuild> &builds)
{
    m_build->setVisible(!builds.isEmpty());
    m_buildText->setVisible(!builds.isEmpty());
    if (builds.isEmpty())
        return;
    const IndexBuild &build = builds.first();
    const bool known = build.blocksTotal > 0;
    m_build->setRange(0, known ? 1000 : 0);
    if (known)
        m_build->setValue(int(1000 * build.blocksDone / build.blocksTotal));
    m_buildText->setText(tr("%1 %2 by process %3: %4, %5 of %6 blocks read, %7 vectors, for %8.")
                             .arg(build.command, build.index.isEmpty() ? tr("a new index") : build.index)
                             .arg(build.pid)
                             .arg(build.phase, format::count(build.blocksDone),
                                  format::count(build.blocksTotal), format::count(build.tuplesDone),
                                  format::duration(qint64(1000 * build.seconds))));
}

void QualityView::measure()
{
    if (m_store->count() == 0 || m_facts.efSearch == 0)
        return;
    MeasureRequest request;
    request.storeId = m_store->currentData().toString();
    request.samples = m_samples->value();
    request.k = m_k->currentData().toInt();
    request.efSearch = {m_facts.efSearch};
    if (m_efSearch->value() != m_facts.efSearch)
        request.efSearch.append(m_efSearch->value());
    const QString store = m_store->currentText();
    m_verdict->setText(
        tr("Measuring %1 with %2…")
            .arg(store, format::counted(request.samples, tr("stored vector"), tr("stored vectors"))));
    m_measureRequest.run(
        [&](const CancelToken &token) { return m_ui.app.searchQuality.measure(request, token); },
        [this, request, store](const Result<SearchMeasure> &result) { measured(request, store, result); });
    updateActions();
    emit measuringChanged();
}

void QualityView::measured(const MeasureRequest &asked, const QString &store,
                           const Result<SearchMeasure> &result)
{
    if (!result) {
        m_verdict->setText(result.error().kind == ErrorKind::Timeout
                               ? tr("The measurement took longer than this profile lets a statement run. "
                                    "Take a smaller sample, or a larger limit in the profile.")
                               : tr("Nothing was measured."));
        emit failed(result.error());
    } else {
        const bool elsewhere = asked.storeId != m_asked.storeId;
        m_measure = *result;
        m_asked = asked;
        m_askedStore = store;
        m_tried = asked.efSearch.last();
        m_indexModel->setRows(m_measure.index);
        m_modeModel->setRows(m_measure.modes);
        fitTables();
        const qint64 sampled = m_measure.index.isEmpty() ? 0 : m_measure.index.first().sampled;
        m_verdict->setText(sampled == 0
                               ? tr("%1 has no vector of the model %2, so there is nothing to measure.")
                                     .arg(store, m_facts.activeModel)
                               : tr("%1, model %2: %3, %4 neighbours each, active products. "
                                    "Times are the database's.")
                                     .arg(store, m_facts.activeModel,
                                          format::counted(sampled, tr("stored vector"), tr("stored vectors")),
                                          QString::number(asked.k)));
        if (elsewhere || sampled == 0)
            forgetPlan(); // another store's is none of these figures
        if (sampled > 0)
            loadPlan();
    }
    updateActions();
    emit measuringChanged();
}

void QualityView::loadPlan()
{
    const Capabilities can = m_ui.app.pool.capabilities();
    if (!(can.owner || can.dba || can.ops || can.superuser)) {
        m_planText->setPlainText(tr("The plan is for DBAs, ops staff and the owner."));
        return;
    }
    m_planRequest.run(
        [&](const CancelToken &token) {
            return m_ui.app.searchQuality.plan(m_asked.storeId, m_asked.k, 0, token);
        },
        [this](const Result<SearchPlan> &result) {
            if (!result) {
                forgetPlan();
                emit failed(result.error());
            } else {
                m_plan = *result;
                showPlan();
            }
            updateActions();
            emit measuringChanged();
        });
}

void QualityView::forgetPlan()
{
    m_plan = {};
    showPlan();
}

void QualityView::showPlan()
{
    const QSignalBlocker blocker(m_way);
    const QString wanted = m_way->count() > 0 && !m_plan.used.isEmpty() && m_way->currentIndex() >= 0
                               ? m_way->currentData().toString()
                               : m_plan.used;
    m_way->clear();
    m_way->setVisible(!m_plan.used.isEmpty());
    if (m_plan.used.isEmpty()) {
        m_planText->clear();
        return;
    }
    const auto title = [this](const QString &way, const QString &text) {
        return way == m_plan.used ? tr("%1, as searches of this store go").arg(text) : text;
    };
    m_way->addItem(title(u"index"_s, tr("Through the index")), u"index"_s);
    m_way->addItem(title(u"exact"_s, tr("Compared exactly")), u"exact"_s);
    m_way->setCurrentIndex(std::max(0, m_way->findData(wanted)));
    m_planText->setPlainText(m_way->currentData().toString() == "index"_L1 ? m_plan.index : m_plan.exact);
}

void QualityView::askToUse()
{
    const auto figures = [this](int efSearch) {
        for (const IndexMeasure &row : std::as_const(m_measure.index))
            if (row.efSearch == efSearch)
                return tr("recall %1 %, p50 %2 ms, p95 %3 ms")
                    .arg(format::decimal(100 * row.recall, 1), milliseconds(row.p50), milliseconds(row.p95));
        return QString();
    };
    m_ui.prompt.confirm(
        this, tr("Use ef_search %1 for searches of all stores?").arg(m_tried),
        tr("Measured in %1 with the same sample. Before, ef_search %2: %3. After, ef_search %4: %5. The "
           "change "
           "holds from the next search on and is audited.")
            .arg(m_askedStore)
            .arg(m_facts.efSearch)
            .arg(figures(m_facts.efSearch))
            .arg(m_tried)
            .arg(figures(m_tried)),
        tr("Use ef_search %1").arg(m_tried), [this, efSearch = m_tried](bool yes) {
            if (!yes)
                return;
            m_setRequest.run(
                [&](const CancelToken &token) { return m_ui.app.searchQuality.setEfSearch(efSearch, token); },
                [this](const Result<void> &done) {
                    if (done)
                        emit changed();
                    else
                        emit failed(done.error()); // reading anew would hide it
                });
        });
}

void QualityView::updateActions()
{
    m_measureButton->setText(measuring() ? tr("&Cancel") : tr("&Measure"));
    m_measureButton->setEnabled(measuring() || (m_store->count() > 0 && m_facts.efSearch > 0));
    const Capabilities can = m_ui.app.pool.capabilities();
    const bool mayChange = can.owner || can.dba || can.ops || can.superuser;
    const bool two = m_measure.index.size() == 2 && m_measure.index.first().sampled > 0 &&
                     m_tried != m_facts.efSearch && !measuring();
    m_use->setText(two ? tr("&Use ef_search %1…").arg(m_tried) : tr("&Use another ef_search…"));
    m_use->setEnabled(two && mayChange && !can.standby && !m_ui.app.pool.profile().readOnly);
    m_use->setToolTip(!mayChange ? tr("For DBAs, ops staff and the owner")
                      : !two     ? tr("Measure another value beside the one in use first")
                                 : tr("Changes every search; audited"));
}
