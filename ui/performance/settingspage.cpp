// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/settingspage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/performance/advicepanel.h"
#include "ui/performance/settingcolumns.h"
#include "ui/shared/tableview.h"
#include "ui/shell/prompt.h"

#include <QLabel>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

SettingsPage::SettingsPage(const UiContext &ui, QWidget *parent)
    : Page(ui, tr("Settings"), Scope::Database, parent)
    , m_note(new QLabel(this))
    , m_tabs(new QTabWidget(this))
    , m_settings(new ListModel<ServerSetting>(
          settingColumns(), [](const ServerSetting &row) { return row.name; }, this))
    , m_settingView(new TableView(ui.theme, ui.app.settings, u"settingTable"_s, this))
    , m_settingPanel(new AdvicePanel(ui.theme, this))
    , m_applySetting(new QPushButton(tr("Write it…"), this))
    , m_advice(new ListModel<SettingAdvice>(
          adviceColumns(), [](const SettingAdvice &row) { return row.setting + row.cause; }, this))
    , m_adviceView(new TableView(ui.theme, ui.app.settings, u"settingAdvice"_s, this))
    , m_advicePanel(new AdvicePanel(ui.theme, this))
    , m_applyAdvice(new QPushButton(tr("Write it…"), this))
    , m_service(ui.app.pool)
    , m_request(this)
    , m_change(this)
{
    setObjectName(u"settingsPage"_s);
    m_note->setObjectName(u"settingsNote"_s);
    m_note->setProperty("secondary", true);
    m_note->setWordWrap(true);
    m_note->setMargin(8);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_applySetting->setObjectName(u"applySetting"_s);
    m_applyAdvice->setObjectName(u"applyAdvice"_s);
    showSorted(*m_settingView, m_settings, 0);
    showSorted(*m_adviceView, m_advice, 0);
    m_settingView->setAccessibleName(tr("Settings of the server beside the recommended ones"));
    m_adviceView->setAccessibleName(tr("Advice with what was observed"));
    m_tabs->setObjectName(u"settingsTabs"_s);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(tab(m_settingView, m_settingPanel, m_applySetting), tr("Recommended"));
    m_tabs->addTab(tab(m_adviceView, m_advicePanel, m_applyAdvice), tr("Advice"));
    auto *content = new QWidget(this);
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(8, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_note);
    layout->addWidget(m_tabs, 1);
    setContent(content);

    connect(m_settingView, &TableView::currentRowChanged, this, &SettingsPage::showSetting);
    connect(m_adviceView, &TableView::currentRowChanged, this, &SettingsPage::showAdvice);
    connect(m_tabs, &QTabWidget::currentChanged, this, &SettingsPage::updateStatus);
    connect(m_applySetting, &QPushButton::clicked, this, [this] {
        const int row = m_settings->rowOf(m_settingView->currentIndex().data(cell::Key).toString());
        if (row >= 0)
            ask(m_settings->row(row).name, m_settings->row(row).proposed, m_settings->row(row).effect());
    });
    connect(m_applyAdvice, &QPushButton::clicked, this, [this] {
        const int row = m_advice->rowOf(m_adviceView->currentIndex().data(cell::Key).toString());
        if (row >= 0)
            ask(m_advice->row(row).setting, m_advice->row(row).value,
                m_advice->row(row).restart ? tr("after a restart of the server")
                                           : tr("when the server reads its files"));
    });
}

QWidget *SettingsPage::tab(TableView *view, AdvicePanel *panel, QPushButton *apply)
{
    view->setSelectionMode(QAbstractItemView::SingleSelection);
    panel->addAction(apply);
    auto *splitter = new QSplitter(Qt::Vertical, this);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(view);
    splitter->addWidget(panel);
    splitter->setStretchFactor(0, 2);
    splitter->setStretchFactor(1, 1);
    return splitter;
}

void SettingsPage::load()
{
    showContent();
    setLoading(true);
    m_request.run([this](const CancelToken &token) { return m_service.report(token); },
                  [this](const Result<SettingReport> &report) {
                      setLoading(false);
                      if (!report) {
                          showError(report.error(), m_settings->rowCount() == 0);
                          return;
                      }
                      m_report = *report;
                      showContent();
                      showReport();
                  });
}

void SettingsPage::showReport()
{
    QStringList notes;
    if (m_report.standby)
        notes += tr("This server is a standby: it has a configuration of its own, and its figures are of its "
                    "own reads.");
    if (!m_report.pending.isEmpty())
        notes += tr("Waiting for a restart of the server: %1. This program never restarts it.")
                     .arg(m_report.pending.join(u", "_s));
    if (m_report.memory > 0)
        notes += tr("The server runs on this machine, which has %1 of memory.")
                     .arg(format::bytes(m_report.memory));
    if (!m_report.whoMay.isEmpty())
        notes += tr("This login may not change all of them. %1").arg(m_report.whoMay);
    m_note->setText(notes.join(u'\n'));
    m_note->setVisible(!notes.isEmpty());
    m_settings->setRows(m_report.settings);
    m_advice->setRows(m_report.advice);
    m_tabs->setTabText(1, m_report.advice.isEmpty() ? tr("Advice")
                                                    : tr("Advice (%1)").arg(m_report.advice.size()));
    for (TableView *view : {m_settingView, m_adviceView})
        if (!view->currentIndex().isValid() && view->model()->rowCount() > 0)
            view->setCurrentIndex(view->model()->index(0, 0));
    showSetting();
    showAdvice();
    updateStatus();
}

void SettingsPage::showSetting()
{
    const int row = m_settings->rowOf(m_settingView->currentIndex().data(cell::Key).toString());
    m_applySetting->hide();
    if (row < 0) {
        m_settingPanel->clear(tr("Select a setting to see why it is recommended."));
        return;
    }
    const ServerSetting &setting = m_settings->row(row);
    QString note;
    if (!setting.sql.isEmpty()) {
        const bool may = setting.mayAlter && setting.mayReload && !m_ui.app.pool.profile().readOnly;
        m_applySetting->setVisible(true);
        m_applySetting->setEnabled(may);
        note = tr("Takes effect %1.").arg(setting.effect());
        if (!may)
            note += m_ui.app.pool.profile().readOnly
                        ? tr(" This profile is read only.")
                        : tr(" This login may not write it. A superuser may, or grants it: GRANT ALTER "
                             "SYSTEM ON PARAMETER %1 TO "
                             "…; GRANT EXECUTE ON FUNCTION pg_reload_conf() TO …;")
                              .arg(setting.name);
    }
    m_settingPanel->show(setting.name, setting.reason, setting.sql, note);
}

void SettingsPage::showAdvice()
{
    const int row = m_advice->rowOf(m_adviceView->currentIndex().data(cell::Key).toString());
    m_applyAdvice->hide();
    if (row < 0) {
        m_advicePanel->clear(m_advice->rowCount() == 0 ? tr("Nothing was observed that a setting would be "
                                                            "the cause of. Without an observation there is "
                                                            "no advice.")
                                                       : tr("Select an advice to see its statement."));
        return;
    }
    const SettingAdvice &advice = m_advice->row(row);
    m_applyAdvice->setVisible(!advice.value.isEmpty() && !m_ui.app.pool.profile().readOnly);
    m_advicePanel->show(advice.setting,
                        advice.cause + u"\n\n"_s + tr("Why this may be wrong: %1").arg(advice.doubt),
                        advice.sql,
                        advice.restart && !advice.sql.isEmpty()
                            ? tr("Takes effect after a restart of the server, which this program never does.")
                            : QString());
}

void SettingsPage::ask(const QString &name, const QString &value, const QString &effect)
{
    m_ui.prompt.confirm(
        this, tr("Write %1 = %2 to the server's configuration?").arg(name, value),
        tr("%1\n\nThen the server reads its files again (pg_reload_conf), and this program looks whether the "
           "value "
           "arrived. It takes effect %2. It is noted in the audit log; ALTER SYSTEM RESET %3; takes it back.")
            .arg(SettingsService::statement(name, value), effect, name),
        tr("Write setting"), [this, name, value](bool confirmed) {
            if (confirmed)
                send(name, value);
        });
}

void SettingsPage::send(const QString &name, const QString &value)
{
    setLoading(true);
    m_change.run(
        [this, name, value](const CancelToken &token) { return m_service.apply(name, value, token); },
        [this](const Result<SettingChange> &change) {
            setLoading(false);
            if (!change) {
                showFailure(change.error());
                return;
            }
            m_ui.prompt.inform(this,
                               change->effective ? tr("%1 is %2 now").arg(change->name, change->after)
                                                 : tr("%1 was written").arg(change->name),
                               change->effective ? tr("It was %1 before.").arg(change->before)
                                                 : change->note);
            refresh();
        });
}

void SettingsPage::clear()
{
    m_request.cancel();
    m_change.cancel();
    m_report = {};
    m_settings->setRows({});
    m_advice->setRows({});
}

void SettingsPage::updateStatus()
{
    qsizetype differ = 0;
    for (const ServerSetting &setting : std::as_const(m_report.settings))
        differ += setting.verdict == ServerSetting::Differs ? 1 : 0;
    if (!m_report.settings.isEmpty())
        setStatus(m_tabs->currentIndex() == 0 ? (differ == 1 ? tr("%1 of %2 differs") : tr("%1 of %2 differ"))
                                                    .arg(differ)
                                                    .arg(m_report.settings.size())
                  : m_report.advice.size() == 1 ? tr("1 piece of advice")
                                                : tr("%1 pieces of advice").arg(m_report.advice.size()));
}

QString SettingsPage::help() const
{
    return tr("The recommended configuration beside what the server has. Advice is given only where "
              "something was observed, with "
              "what was observed. A setting is written only when you ask for it and confirm; the server is "
              "never restarted.");
}
