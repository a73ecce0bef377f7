// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/audit/auditpage.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/audit/activitychart.h"
#include "ui/audit/auditfilterbar.h"
#include "ui/audit/auditmodel.h"
#include "ui/shared/chartpanel.h"
#include "ui/shared/diffview.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"

#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QSplitter>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace {

constexpr int pageRows = 200;

} // namespace

AuditLogPage::AuditLogPage(const UiContext &ui, QWidget *parent)
    : Page(ui, tr("Audit log"), Scope::Store, parent)
    , m_filter(new AuditFilterBar(this))
    , m_model(new AuditModel(this))
    , m_view(new TableView(ui.theme, ui.app.settings, u"auditEntries"_s, this))
    , m_diff(new DiffModel(this))
    , m_diffView(new TableView(ui.theme, ui.app.settings, u"auditDiff"_s, this))
    , m_heading(new QLabel(this))
    , m_origin(new QLabel(this))
    , m_history(new QPushButton(tr("&History of this row"), this))
    , m_chart(new ChartPanel(ui, u"auditActivity"_s, this))
    , m_request(this)
    , m_activityRequest(this)
{
    setObjectName(u"auditPage"_s);
    m_view->setModel(m_model);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setAccessibleName(tr("Entries"));
    m_diffView->setModel(m_diff);
    m_diffView->setAccessibleName(tr("What the entry changed"));
    m_heading->setTextFormat(Qt::PlainText);
    m_origin->setTextFormat(Qt::PlainText);
    m_origin->setProperty("secondary", true);
    m_origin->setWordWrap(true);
    m_history->setObjectName(u"auditHistory"_s);
    m_history->setEnabled(false);
    m_chart->setEmptyReason(tr("No entry in this time."));
    m_chart->setMinimumHeight(170);

    auto *details = new QWidget(this);
    auto *detailsLayout = new QVBoxLayout(details);
    detailsLayout->setContentsMargins(12, 8, 12, 0);
    detailsLayout->addWidget(m_heading);
    detailsLayout->addWidget(m_origin);
    detailsLayout->addWidget(m_history, 0, Qt::AlignLeft);
    detailsLayout->addWidget(m_diffView, 1);
    auto *split = new QSplitter(Qt::Horizontal, this);
    split->setChildrenCollapsible(false);
    split->addWidget(m_view);
    split->addWidget(details);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    auto *content = new QWidget(this);
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    m_filter->setContentsMargins(16, 0, 16, 0);
    layout->addWidget(m_filter);
    auto *chartFrame = new QHBoxLayout;
    chartFrame->setContentsMargins(16, 0, 16, 0);
    chartFrame->addWidget(m_chart);
    layout->addLayout(chartFrame, 1);
    layout->addWidget(split, 3);
    setContent(content);

    auto *evidence = new QPushButton(tr("&Export evidence…"), this);
    evidence->setObjectName(u"auditExport"_s);
    evidence->setToolTip(
        tr("All entries of the filter in a file, with its SHA-256 and the filter in a second one"));
    addHeaderWidget(evidence);

    connect(evidence, &QPushButton::clicked, this, &AuditLogPage::exportEvidence);
    connect(m_filter, &AuditFilterBar::changed, this, &Page::refresh);
    connect(m_model, &AuditModel::wantsMore, this, &AuditLogPage::loadMore);
    connect(m_view, &TableView::currentRowChanged, this, &AuditLogPage::showEntry);
    connect(m_history, &QPushButton::clicked, this, &AuditLogPage::showHistory);
    auto *history = new QShortcut(Qt::CTRL | Qt::Key_H, m_view);
    history->setContext(Qt::WidgetShortcut);
    connect(history, &QShortcut::activated, this, &AuditLogPage::showHistory);
    showEntry(-1);
}

void AuditLogPage::load()
{
    const AuditFilter asked = m_filter->filter();
    if (m_model->rowCount() == 0) // else they are of the former filter until the answer is there
        m_asked = asked;
    setLoading(true);
    m_request.run(
        [this, asked](const CancelToken &token) {
            return m_ui.app.audit.page(m_ui.app.stores.current().storeId, asked, {}, pageRows, token);
        },
        [this, asked](const Result<AuditPage> &page) {
            setLoading(m_activityRequest.running());
            if (!page) {
                m_model->letAskAgain();
                showError(page.error(), m_model->rowCount() == 0 && page.error().kind != ErrorKind::Usage);
                return;
            }
            showContent();
            m_asked = asked;
            const QModelIndex current = m_view->currentIndex();
            const QString chosen = current.isValid() ? m_model->entry(current.row()).id : QString();
            const int column = current.column();
            m_model->clear();
            m_model->append(*page);
            if (const int row = m_model->rowOf(chosen); row >= 0)
                m_view->setCurrentIndex(m_model->index(row, column));
            showEntry(m_view->currentIndex().isValid() ? m_view->currentIndex().row() : -1);
            updateStatus();
        });
    loadActivity(asked);
}

void AuditLogPage::loadMore(const QString &after)
{
    if (m_request.running())
        return; // rows of another filter are on their way and take the place of these
    setLoading(true);
    m_request.run(
        [this, after](const CancelToken &token) {
            return m_ui.app.audit.page(m_ui.app.stores.current().storeId, m_asked, after, pageRows, token);
        },
        [this](const Result<AuditPage> &page) {
            setLoading(m_activityRequest.running());
            if (!page) {
                showError(page.error(), false);
                return;
            }
            m_model->append(*page);
            updateStatus();
        });
}

void AuditLogPage::loadActivity(const AuditFilter &asked)
{
    m_chart->setEmptyReason(tr("Counting…"));
    m_activityRequest.run(
        [this, asked](const CancelToken &token) {
            return m_ui.app.audit.activity(m_ui.app.stores.current().storeId, asked,
                                           QTimeZone::systemTimeZone(), token);
        },
        [this](const Result<QList<AuditActivity>> &activities) {
            setLoading(m_request.running());
            if (!activities) {
                m_chart->setEmptyReason(activities.error().message);
                m_chart->setData({});
                return;
            }
            m_chart->setEmptyReason(tr("No entry in this time."));
            m_chart->setContext(m_ui.app.stores.current().name);
            m_chart->setData(activityChart(*activities));
        });
}

void AuditLogPage::clear()
{
    m_request.cancel();
    m_activityRequest.cancel();
    m_model->clear();
    m_chart->setData({});
    m_filter->reset();
    showEntry(-1);
}

void AuditLogPage::updateStatus()
{
    const int rows = m_model->rowCount();
    if (rows == 0)
        setStatus(tr("No entry matches the filter"));
    else if (m_model->next().isEmpty())
        setStatus(rows == 1 ? tr("1 entry") : tr("%1 entries").arg(format::count(rows)));
    else
        setStatus(tr("The newest %1 entries; more follow as you scroll").arg(format::count(rows)));
}

void AuditLogPage::showEntry(int row)
{
    if (row < 0 || row >= m_model->rowCount()) {
        m_heading->setText(tr("Choose an entry to see what it changed."));
        m_origin->clear();
        m_history->setEnabled(false);
        m_diff->setLines({});
        return;
    }
    const AuditModel::Entry &entry = m_model->entry(row);
    const QString action = AuditModel::actionTitle(entry.action);
    m_heading->setText(entry.before.isEmpty() && entry.after.isEmpty() // an event, not a row
                           ? action
                           : u"%1 · %2"_s.arg(AuditModel::tableTitle(entry.table), action));
    QStringList origin{tr("%1 by %2").arg(format::exact(entry.time.toLocalTime()), entry.user)};
    const QList<std::pair<QString, QString>> facts{
        {u"role"_s, tr("role %1")}, {u"application"_s, tr("with %1")}, {u"client"_s, tr("from %1")}};
    for (const auto &[key, label] : facts)
        if (const QString value = entry.metadata.value(key).toString(); !value.isEmpty())
            origin += label.arg(value);
    m_origin->setText(origin.join(u", "_s));
    m_history->setEnabled(!entry.record.isEmpty());
    QList<DiffLine> lines = diffLines(entry.before, entry.after);
    for (DiffLine &line : lines) {
        const QString column = line.path.section(u'.', 0, 0);
        line.path.replace(0, column.size(), AuditModel::columnTitle(entry.table, column));
    }
    m_diff->setLines(std::move(lines));
}

/// A place of its own, so that Back leads here again.
void AuditLogPage::showHistory()
{
    const QModelIndex current = m_view->currentIndex();
    if (!current.isValid())
        return;
    const AuditModel::Entry &entry = m_model->entry(current.row());
    if (!entry.record.isEmpty())
        emit placeRequested({u"audit"_s, {u"record"_s, entry.table, entry.record}});
}

void AuditLogPage::showExample()
{
    m_view->setFocus();
}

QString AuditLogPage::help() const
{
    return tr(
        "Every change of this store's customers, products, sales and embeddings, and who chose the store, "
        "as the database has recorded it; nobody can change an entry. All filters are applied by the "
        "server, the newest entries come first. The pane at the right shows what an entry changed; "
        "“History of this row” (Ctrl+H) shows all that ever happened to it. “Export evidence” writes all "
        "entries of the filter, with their SHA-256.");
}

void AuditLogPage::open(const QStringList &words)
{
    if (words.size() == 3 && words.first() == u"record") {
        m_filter->showRecord(words[1], words[2]);
    } else if (words.isEmpty() && !this->words().isEmpty()) { // Back from the history of a row
        m_filter->reset();
        refresh();
    }
}

QStringList AuditLogPage::words() const
{
    const AuditFilter filter = m_filter->filter();
    return filter.record.isEmpty() ? QStringList() : QStringList{u"record"_s, filter.table, filter.record};
}

bool AuditLogPage::focusFilter()
{
    m_filter->focusText();
    return true;
}
