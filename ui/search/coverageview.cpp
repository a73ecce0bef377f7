// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/search/coverageview.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "app/core/shellcommand.h"
#include "ui/search/embeddingnotice.h"
#include "ui/search/serverdialog.h"
#include "ui/shared/listmodel.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"
#include "ui/shell/prompt.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSet>
#include <QSortFilterProxyModel>

#include <cmath>

using namespace Qt::StringLiterals;

namespace {

using Column = ListColumn<EmbeddingCoverage>;

QString keyOf(const EmbeddingCoverage &row)
{
    return row.storeId + QChar(0x1f) + row.model;
}

Column countColumn(const QString &title, qint64 EmbeddingCoverage::*figure, cell::Tone someTone,
                   const QString &explanation)
{
    Column column{title, [figure](const EmbeddingCoverage &row) { return QVariant(row.*figure); }};
    column.text = [figure](const EmbeddingCoverage &row) { return format::count(row.*figure); };
    column.number = true;
    column.tone = [figure, someTone](const EmbeddingCoverage &row) {
        return row.*figure > 0 ? someTone : cell::Tone::Muted;
    };
    column.explanation = explanation;
    return column;
}

QList<Column> columns()
{
    Column store{CoverageView::tr("Store"),
                 [](const EmbeddingCoverage &row) { return QVariant(row.storeName); }};
    store.toolTip = [](const EmbeddingCoverage &row) { return row.storeId; };
    store.bold = true;
    Column model{CoverageView::tr("Model"), [](const EmbeddingCoverage &row) { return QVariant(row.model); }};
    Column use{CoverageView::tr("Searches"),
               [](const EmbeddingCoverage &row) { return QVariant(row.active); }};
    use.text = [](const EmbeddingCoverage &row) {
        return row.active ? CoverageView::tr("use it") : CoverageView::tr("do not");
    };
    use.icon = [](const EmbeddingCoverage &row) { return row.active ? u"checkmark"_s : QString(); };
    use.tone = [](const EmbeddingCoverage &row) { return row.active ? cell::Tone::Good : cell::Tone::Muted; };
    use.explanation = CoverageView::tr("Searches of all stores compare the vectors of one model");
    Column share{CoverageView::tr("Covered"), [](const EmbeddingCoverage &row) {
                     return QVariant(row.products > 0 ? double(row.upToDate) / double(row.products) : 1.0);
                 }};
    share.text = [](const EmbeddingCoverage &row) {
        // Never "100 %" while one is left.
        return row.products == 0
                   ? CoverageView::tr("no product")
                   : u"%1 %"_s.arg(format::decimal(
                         std::floor(1000.0 * double(row.upToDate) / double(row.products)) / 10, 1));
    };
    share.number = true;
    share.tone = [](const EmbeddingCoverage &row) {
        return row.upToDate < row.products && row.active ? cell::Tone::Warning : cell::Tone::Normal;
    };
    share.explanation = CoverageView::tr("Products with a vector of their present name and description");
    Column newest{CoverageView::tr("Newest vector"),
                  [](const EmbeddingCoverage &row) { return QVariant(row.newest); }};
    newest.text = [](const EmbeddingCoverage &row) {
        return row.newest.isValid() ? format::relative(row.newest, QDateTime::currentDateTimeUtc())
                                    : CoverageView::tr("none");
    };
    newest.toolTip = [](const EmbeddingCoverage &row) {
        return row.newest.isValid() ? format::exact(row.newest) : QString();
    };
    return {store,
            model,
            use,
            countColumn(CoverageView::tr("Products"), &EmbeddingCoverage::products, cell::Tone::Normal,
                        CoverageView::tr("All products of the store, inactive ones too")),
            countColumn(CoverageView::tr("Up to date"), &EmbeddingCoverage::upToDate, cell::Tone::Normal,
                        CoverageView::tr("With a vector of the present name and description")),
            countColumn(CoverageView::tr("Stale"), &EmbeddingCoverage::stale, cell::Tone::Warning,
                        CoverageView::tr("With a vector of an older name or description")),
            countColumn(CoverageView::tr("Missing"), &EmbeddingCoverage::missing, cell::Tone::Warning,
                        CoverageView::tr("Without a vector of this model: not found by meaning")),
            share,
            newest};
}

} // namespace

CoverageView::CoverageView(const UiContext &ui, QWidget *parent)
    : QWidget(parent)
    , m_ui(ui)
    , m_model(new ListModel<EmbeddingCoverage>(columns(), keyOf, this))
    , m_view(new TableView(ui.theme, ui.app.settings, u"coverageTable"_s, this))
    , m_summary(new QLabel(this))
    , m_servers(new QPushButton(tr("Embedding &servers…"), this))
    , m_embed(new QPushButton(tr("&Embed these products…"), this))
    , m_embedAll(new QPushButton(tr("Embed &all stores…"), this))
    , m_activate(new QPushButton(tr("&Use this model for searches…"), this))
    , m_planRequest(this)
    , m_activateRequest(this)
{
    setObjectName(u"coverageView"_s);
    showSorted(*m_view, m_model, 0);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setAccessibleName(tr("Embeddings of each store and model"));
    m_summary->setObjectName(u"coverageSummary"_s);
    m_summary->setWordWrap(true);
    m_servers->setObjectName(u"coverageServers"_s);
    m_servers->setProperty("flat", true);
    m_embed->setObjectName(u"coverageEmbed"_s);
    m_embedAll->setObjectName(u"coverageEmbedAll"_s);
    m_activate->setObjectName(u"coverageActivate"_s);
    auto *bar = new QHBoxLayout;
    bar->setContentsMargins(16, 8, 16, 8);
    bar->setSpacing(8);
    bar->addWidget(m_summary, 1);
    bar->addWidget(m_servers);
    bar->addWidget(m_activate);
    bar->addWidget(m_embed);
    bar->addWidget(m_embedAll);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(bar);
    layout->addWidget(m_view, 1);

    connect(m_view, &TableView::currentRowChanged, this, &CoverageView::updateActions);
    connect(m_embed, &QPushButton::clicked, this, [this] {
        if (const EmbeddingCoverage *row = current())
            askToEmbed({row->storeId}, row->model);
    });
    connect(m_embedAll, &QPushButton::clicked, this, [this] {
        QStringList stores;
        QString model;
        for (const EmbeddingCoverage &row : m_model->rows())
            if (row.active && row.upToDate < row.products) {
                stores.append(row.storeId);
                model = row.model;
            }
        askToEmbed(stores, model);
    });
    connect(m_servers, &QPushButton::clicked, this, [this] {
        auto *dialog = new ServerDialog(m_ui, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
    });
    connect(m_activate, &QPushButton::clicked, this, &CoverageView::askToActivate);
    updateActions();
}

const QList<EmbeddingCoverage> &CoverageView::coverage() const
{
    return m_model->rows();
}

void CoverageView::setCoverage(const QList<EmbeddingCoverage> &coverage)
{
    m_model->setRows(coverage);
    if (!m_view->currentIndex().isValid() && m_view->model()->rowCount() > 0)
        m_view->selectRow(0);
    updateActions();
}

void CoverageView::clear()
{
    m_planRequest.cancel();
    m_activateRequest.cancel();
    m_model->setRows({});
    updateActions();
}

const EmbeddingCoverage *CoverageView::current() const
{
    const int row = m_model->rowOf(m_view->currentIndex().data(cell::Key).toString());
    return row < 0 ? nullptr : &m_model->row(row);
}

void CoverageView::updateActions()
{
    qint64 products = 0;
    qint64 due = 0;
    int stores = 0;
    QString model;
    for (const EmbeddingCoverage &row : m_model->rows())
        if (row.active) {
            ++stores;
            products += row.products;
            due += row.products - row.upToDate;
            model = row.model;
        }
    m_summary->setText(stores == 0 ? QString()
                                   : tr("Searches use %1. With an up-to-date vector: %2 of %3 in %4.")
                                         .arg(model, format::count(products - due),
                                              format::counted(products, tr("product"), tr("products")),
                                              format::counted(stores, tr("store"), tr("stores"))));

    const EmbeddingCoverage *row = current();
    const QString reason = embeddingUnavailable(m_ui.app);
    const auto offer = [](QPushButton *button, const QString &why) {
        button->setEnabled(why.isEmpty());
        button->setToolTip(why);
    };
    offer(m_embed, !reason.isEmpty() ? reason
                   : !row            ? tr("No store is selected")
                   : row->upToDate == row->products
                       ? tr("Every product of this store has an up-to-date vector of this model")
                       : QString());
    offer(m_embedAll, !reason.isEmpty() ? reason
                      : due == 0        ? tr("Every product has an up-to-date vector")
                                        : QString());
    const Capabilities can = m_ui.app.pool.capabilities();
    const bool owner = can.owner || can.superuser;
    offer(m_activate, !owner ? tr("Only the owner of the database chooses the model")
                      : can.standby || m_ui.app.pool.profile().readOnly ? tr("This connection only reads")
                      : !row                                            ? tr("No model is selected")
                      : row->active ? tr("Searches use this model already")
                                    : QString());
}

void CoverageView::askToEmbed(const QStringList &stores, const QString &model)
{
    // The numbers of the question are counted now, not those of the table.
    m_planRequest.run(
        [&](const CancelToken &token) { return m_ui.app.embeddings.planFor(stores, model, token); },
        [this](const Result<EmbeddingPlan> &plan) {
            if (!plan) {
                emit failed(plan.error());
                return;
            }
            QString cost = tr("They are computed by %1, about %2")
                               .arg(plan->provider == "offline"_L1 ? tr("this computer") : plan->provider,
                                    format::counted(plan->tokens, tr("token"), tr("tokens")));
            if (plan->dollars > 0)
                cost += tr(", for about %1 US dollars").arg(format::decimal(plan->dollars, 2));
            m_ui.prompt.confirm(
                this,
                tr("Embed %1 of %2 with %3?")
                    .arg(format::count(plan->texts),
                         format::counted(plan->products, tr("product"), tr("products")), plan->model),
                tr("%1. Stores: %2. Each batch is saved by itself; a job that ends early goes on where it "
                   "ended.")
                    .arg(cost, plan->stores.join(u", "_s)),
                tr("Embed"), [this, plan = *plan](bool yes) {
                    if (yes)
                        embed(plan);
                });
        });
}

void CoverageView::embed(const EmbeddingPlan &plan)
{
    const Profile profile = m_ui.app.pool.profile();
    QStringList words{u"embed"_s, u"--provider"_s, plan.provider};
    for (const QString &store : plan.stores)
        words += {u"--store"_s, store};
    m_ui.app.jobs.start({u"embed"_s, tr("Create embeddings"),
                         u"%1 · %2"_s.arg(profile.name, plan.stores.join(u", "_s)),
                         shellCommand(words + profile.words())},
                        m_ui.app.embeddings.embed(plan.stores, plan.source));
}

void CoverageView::askToActivate()
{
    const EmbeddingCoverage *row = current();
    if (!row)
        return;
    const QString model = row->model;
    qint64 covered = 0;
    qint64 products = 0;
    QString former;
    QSet<QString> seen;
    for (const EmbeddingCoverage &each : m_model->rows()) {
        if (each.active)
            former = each.model;
        if (each.model == model)
            covered += each.upToDate;
        if (!seen.contains(each.storeId)) {
            seen.insert(each.storeId);
            products += each.products;
        }
    }
    m_ui.prompt.confirm(
        this, tr("Use %1 for searches of all stores?").arg(model),
        tr("Searches by meaning then compare vectors of %1 instead of %2. It has up-to-date vectors for %3 "
           "of %4; the others are found by words only. The change is audited.")
            .arg(model, former, format::count(covered),
                 format::counted(products, tr("product"), tr("products"))),
        tr("Use this model"), [this, model](bool yes) {
            if (!yes)
                return;
            m_activateRequest.run(
                [&](const CancelToken &token) { return m_ui.app.embeddings.activate(model, token); },
                [this](const Result<void> &done) {
                    if (done)
                        emit changed();
                    else
                        emit failed(done.error()); // reading anew would hide it
                });
        });
}
