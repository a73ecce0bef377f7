// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/explainview.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/shared/errorpanel.h"
#include "ui/shared/flowlayout.h"
#include "ui/shared/plantree.h"
#include "ui/shared/sqlview.h"
#include "ui/shared/theme.h"
#include "ui/shell/prompt.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

ExplainView::ExplainView(const UiContext &ui, QWidget *parent)
    : QWidget(parent)
    , m_ui(ui)
    , m_sql(new SqlView(ui.theme, this))
    , m_role(new QComboBox(this))
    , m_store(new QCheckBox(this))
    , m_analyze(new QCheckBox(tr("Run it and measure (ANALYZE)"), this))
    , m_withValues(new QCheckBox(tr("With values"), this))
    , m_timeout(new QSpinBox(this))
    , m_run(new QPushButton(tr("Explain"), this))
    , m_valueForm(new QWidget(this))
    , m_valueGrid(new QGridLayout(m_valueForm))
    , m_result(new QStackedWidget(this))
    , m_error(new ErrorPanel(ui.theme, this))
    , m_summary(new QLabel(this))
    , m_tree(new PlanTree(ui.theme, this))
    , m_findings(new QListWidget(this))
    , m_copyText(new QToolButton(this))
    , m_copyJson(new QToolButton(this))
    , m_formRequest(this)
    , m_planRequest(this)
    , m_roleRequest(this)
{
    build();
    connect(m_run, &QPushButton::clicked, this, &ExplainView::run);
    connect(m_error, &ErrorPanel::actionRequested, this, &ExplainView::run);
    connect(m_withValues, &QCheckBox::toggled, m_valueForm,
            [this](bool wanted) { m_valueForm->setVisible(wanted && !m_values.isEmpty()); });
    connect(m_analyze, &QCheckBox::toggled, this, [this](bool measured) {
        if (measured && !m_values.isEmpty())
            m_withValues->setChecked(true);
    });
    connect(m_findings, &QListWidget::currentItemChanged, this, [this](const QListWidgetItem *item) {
        if (item)
            m_tree->select(item->data(Qt::UserRole).value<QList<int>>());
    });
    connect(m_copyText, &QToolButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_tree->planModel()->plan().text()); });
    connect(m_copyJson, &QToolButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(QString::fromUtf8(m_tree->planModel()->plan().json));
    });
    // Also while it is on show: the check box is to name the store that is used.
    connect(&ui.app.stores, &StoreService::currentChanged, this, &ExplainView::showStore);
    showStore();
    clear();
}

void ExplainView::build()
{
    const auto name = [](QWidget *widget, const QString &object, const QString &accessible) {
        widget->setObjectName(object);
        widget->setAccessibleName(accessible);
    };
    name(m_sql, u"explainSql"_s, tr("Statement to explain"));
    m_sql->setPlaceholderText(tr("A statement, or Explain beside one of the list"));
    name(m_role, u"explainRole"_s, tr("Plan as this role"));
    m_role->setToolTip(tr("Policies change plans: choose whose"));
    m_role->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    name(m_store, u"explainStore"_s, tr("In the chosen store"));
    name(m_analyze, u"explainAnalyze"_s, tr("Run it and measure"));
    name(m_withValues, u"explainWithValues"_s, tr("Plan with values for the parameters"));
    name(m_timeout, u"explainTimeout"_s, tr("Time limit in seconds"));
    m_timeout->setRange(1, 3'600);
    m_timeout->setValue(30);
    m_timeout->setPrefix(tr("at most "));
    m_timeout->setSuffix(tr(" s"));
    name(m_run, u"explainRun"_s, tr("Explain"));
    name(m_findings, u"planFindings"_s, tr("What stands out in the plan"));
    m_findings->setWordWrap(true);
    m_findings->setMinimumWidth(m_ui.theme.px(220));
    m_findings->setTextElideMode(Qt::ElideNone);
    m_findings->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    name(m_copyText, u"planCopyText"_s, tr("Copy the plan as text"));
    m_copyText->setText(tr("Copy text"));
    name(m_copyJson, u"planCopyJson"_s, tr("Copy the plan as JSON"));
    m_copyJson->setText(tr("Copy JSON"));
    m_summary->setObjectName(u"planSummary"_s);
    m_summary->setWordWrap(true);
    m_summary->setTextFormat(Qt::PlainText);

    auto *controls = new FlowLayout(nullptr);
    for (QWidget *widget :
         std::initializer_list<QWidget *>{m_role, m_store, m_withValues, m_analyze, m_timeout, m_run})
        controls->addWidget(widget);
    m_valueGrid->setContentsMargins(0, 4, 0, 0);
    m_valueForm->hide();
    auto *question = new QWidget(this);
    auto *asked = new QVBoxLayout(question);
    asked->setContentsMargins(16, 8, 16, 8);
    asked->addWidget(m_sql, 1);
    asked->addLayout(controls);
    asked->addWidget(m_valueForm);

    auto *plan = new QWidget(this);
    auto *below = new QVBoxLayout(plan);
    below->setContentsMargins(0, 0, 0, 0);
    below->setSpacing(0);
    auto *head = new QHBoxLayout;
    head->setContentsMargins(16, 8, 16, 8);
    head->addWidget(m_summary, 1);
    head->addWidget(m_copyText);
    head->addWidget(m_copyJson);
    below->addLayout(head);
    auto *parts = new QSplitter(Qt::Horizontal, plan);
    parts->addWidget(m_tree);
    parts->addWidget(m_findings);
    parts->setStretchFactor(0, 1);
    parts->setHandleWidth(1);
    parts->setSizes({800, 300});
    below->addWidget(parts, 1);
    m_result->addWidget(new QWidget(this));
    m_result->addWidget(m_error);
    m_result->addWidget(plan);

    auto *halves = new QSplitter(Qt::Vertical, this);
    halves->addWidget(question);
    halves->addWidget(m_result);
    halves->setStretchFactor(1, 1);
    halves->setChildrenCollapsible(false);
    halves->setHandleWidth(1);
    halves->setSizes({220, 500});
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(halves);
}

void ExplainView::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    if (m_role->count() == 0)
        loadRoles();
}

void ExplainView::showStore()
{
    m_store->setVisible(m_ui.app.stores.hasCurrent());
    m_store->setText(tr("in %1").arg(m_ui.app.stores.current().name));
}

void ExplainView::loadRoles()
{
    if (m_ui.app.pool.state() != ConnectionPool::State::Open)
        return;
    m_roleRequest.run([this](const CancelToken &token) { return m_ui.app.explain.roles(token); },
                      [this](const Result<QStringList> &roles) {
                          if (!roles)
                              return;
                          m_role->clear();
                          const QString own = m_ui.app.pool.capabilities().role;
                          m_role->addItem(tr("as %1").arg(own), QString());
                          for (const QString &each : *roles)
                              if (each != own)
                                  m_role->addItem(tr("as %1").arg(each), each);
                      });
}

QString ExplainView::role() const
{
    return m_role->currentData().toString();
}

QString ExplainView::storeId() const
{
    return m_store->isChecked() ? m_ui.app.stores.current().storeId : QString();
}

QString ExplainView::signature() const
{
    return QStringList{m_sql->toPlainText(), role(), storeId()}.join(u'\n');
}

void ExplainView::clear()
{
    m_formRequest.cancel();
    m_planRequest.cancel();
    m_roleRequest.cancel();
    m_role->clear();
    m_sql->clear();
    takeForm({});
    m_formOf.clear();
    m_tree->clear();
    m_findings->clear();
    m_result->setCurrentIndex(0);
    m_analyze->setChecked(false);
    m_withValues->setChecked(false);
    emit runningChanged(false);
}

void ExplainView::explain(const QString &sql)
{
    m_sql->setPlainText(sql);
    m_withValues->setChecked(false);
    m_analyze->setChecked(false);
    run();
}

void ExplainView::run()
{
    if (m_formOf == signature()) {
        askServer(false);
        return;
    }
    emit runningChanged(true);
    m_formRequest.run(
        [this](const CancelToken &token) {
            return m_ui.app.explain.form(m_sql->toPlainText(), role(), storeId(), token);
        },
        [this, asked = signature()](const Result<ExplainForm> &form) {
            if (!form) {
                fail(form.error());
                return;
            }
            m_formOf = asked;
            takeForm(*form);
            askServer(false);
        });
}

void ExplainView::takeForm(const ExplainForm &form)
{
    m_form = form;
    while (m_values.size() > form.types.size()) {
        const Value last = m_values.takeLast();
        delete last.label;
        delete last.edit;
        delete last.null;
    }
    while (m_values.size() < form.types.size()) {
        const int row = int(m_values.size());
        Value value{new QLabel(m_valueForm), new QLineEdit(m_valueForm),
                    new QCheckBox(tr("null"), m_valueForm)};
        value.edit->setObjectName(u"explainValue%1"_s.arg(row + 1));
        value.null->setAccessibleName(tr("Parameter %1 is null").arg(row + 1));
        connect(value.null, &QCheckBox::toggled, value.edit, &QWidget::setDisabled);
        m_valueGrid->addWidget(value.label, row, 0);
        m_valueGrid->addWidget(value.edit, row, 1);
        m_valueGrid->addWidget(value.null, row, 2);
        m_values.append(value);
    }
    for (int i = 0; i < m_values.size(); ++i) {
        m_values[i].label->setText(u"$%1  %2"_s.arg(i + 1).arg(form.types[i]));
        m_values[i].edit->setAccessibleName(tr("Parameter %1, %2").arg(i + 1).arg(form.types[i]));
    }
    m_withValues->setEnabled(!m_values.isEmpty());
    m_valueForm->setVisible(m_withValues->isChecked() && !m_values.isEmpty());
}

std::optional<QList<std::optional<QString>>> ExplainView::values() const
{
    if (!m_withValues->isChecked() && !m_values.isEmpty())
        return std::nullopt;
    QList<std::optional<QString>> all;
    for (const Value &value : m_values)
        all.append(value.null->isChecked() ? std::nullopt : std::optional(value.edit->text()));
    return all;
}

void ExplainView::askServer(bool acceptWrites)
{
    if (const QString warning = ExplainService::analyzeWarning(m_form.effect);
        m_analyze->isChecked() && !warning.isEmpty() && !acceptWrites) {
        emit runningChanged(false);
        m_ui.prompt.confirm(this, tr("Run this statement and roll it back?"), warning,
                            tr("Run and roll back"), [this](bool yes) {
                                if (yes)
                                    askServer(true);
                            });
        return;
    }
    ExplainRequest request{
        .statement = m_form.statement, .role = role(), .storeId = storeId(), .values = values()};
    request.analyze = m_analyze->isChecked();
    request.acceptWrites = acceptWrites;
    request.timeoutMs = m_timeout->value() * 1'000;
    emit runningChanged(true);
    m_planRequest.run(
        [this, request](const CancelToken &token) { return m_ui.app.explain.explain(request, token); },
        [this](const Result<ExplainResult> &result) {
            if (!result)
                fail(result.error());
            else
                show(*result);
        });
}

void ExplainView::fail(const Error &error)
{
    emit runningChanged(false);
    if (error.kind == ErrorKind::Cancelled)
        return;
    m_error->show(error, tr("Try again"));
    m_result->setCurrentWidget(m_error);
}

void ExplainView::show(const ExplainResult &result)
{
    emit runningChanged(false);
    const QueryPlan &plan = result.plan;
    m_tree->setPlan(plan);
    QStringList summary;
    if (plan.analyzed)
        summary.append(
            tr("Ran %1 ms, planned %2 ms, as %3.")
                .arg(format::decimal(plan.executionMs, 2), format::decimal(plan.planningMs, 2), result.role));
    else
        summary.append(tr("Estimated cost %1, %2 rows, as %3; nothing was run.")
                           .arg(format::decimal(plan.root.totalCost, 1),
                                format::count(qint64(plan.root.planRows)), result.role));
    summary.append(result.notes);
    for (const QString &trigger : plan.triggers)
        summary.append(tr("Trigger %1.").arg(trigger));
    m_summary->setText(summary.join(u' '));
    m_findings->clear();
    for (const PlanFinding &finding : plan.findings()) {
        auto *item = new QListWidgetItem(u"%1\n%2\n%3"_s.arg(finding.title, finding.reason, finding.doubt),
                                         m_findings);
        item->setData(Qt::UserRole, QVariant::fromValue(finding.path));
    }
    if (m_findings->count() == 0) {
        auto *none = new QListWidgetItem(
            plan.analyzed
                ? tr("Nothing stands out: estimates are near, nothing spilled, no scan threw most rows away.")
                : tr("What is wrong with a plan shows when it is run: tick “Run it and measure”."),
            m_findings);
        none->setFlags(Qt::ItemIsEnabled);
        none->setData(Qt::UserRole, QVariant::fromValue(QList<int>()));
    }
    m_result->setCurrentIndex(2);
}
