// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/rightsdialog.h"

#include "app/appcontext.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"

#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace {

QList<ListColumn<TableRights>> columns()
{
    const auto tr = [](const char *text) { return RightsDialog::tr(text); };
    ListColumn<TableRights> table;
    table.title = tr("Table");
    table.value = [](const TableRights &row) { return row.table; };
    table.bold = true;
    ListColumn<TableRights> may;
    may.title = tr("May");
    may.value = [](const TableRights &row) { return row.privileges; };
    may.text = [tr](const TableRights &row) {
        return row.privileges.isEmpty() ? tr("nothing") : row.privileges;
    };
    may.tone = [](const TableRights &row) {
        return row.privileges.isEmpty() ? cell::Tone::Muted : cell::Tone::Normal;
    };
    ListColumn<TableRights> security;
    security.title = tr("Row security");
    security.value = [](const TableRights &row) { return row.rowSecurity; };
    security.text = [tr](const TableRights &row) { return row.rowSecurity ? tr("on") : tr("off"); };
    ListColumn<TableRights> policies;
    policies.title = tr("Policies");
    policies.value = [](const TableRights &row) { return row.policies; };
    return {table, may, security, policies};
}

} // namespace

RightsDialog::RightsDialog(const UiContext &ui, const QString &role, bool asRole, QWidget *parent)
    : QDialog(parent)
    , m_about(new QLabel(this))
    , m_view(new TableView(ui.theme, ui.app.settings, u"rightsTable"_s, this))
    , m_details(new QPlainTextEdit(this))
    , m_model(new ListModel<TableRights>(
          columns(), [](const TableRights &row) { return row.table; }, this))
    , m_request(this)
{
    setObjectName(u"rightsDialog"_s);
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Rights of %1").arg(role));
    auto *title = new QLabel(tr("What “%1” may do, and which rows it is left").arg(role), this);
    title->setFont(ui.theme.font(1.2, QFont::DemiBold));
    title->setTextFormat(Qt::PlainText);
    m_about->setObjectName(u"rightsAbout"_s);
    m_about->setProperty("secondary", true);
    m_about->setWordWrap(true);
    m_about->setText(
        asRole ? tr("The plans are those the server makes for this role; none of its rows is read.")
               : tr("This login is no member of the role: the plans are made under the same policies, as the "
                    "connected login, and no row is read."));
    m_view->setAccessibleName(tr("Tables"));
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    showSorted(*m_view, m_model, 0);
    m_details->setObjectName(u"rightsDetails"_s);
    m_details->setAccessibleName(tr("Policy and plan"));
    m_details->setReadOnly(true);
    m_details->setTabChangesFocus(true);
    m_details->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_details->setFont(ui.theme.fixedFont());
    auto *splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(m_view);
    splitter->addWidget(m_details);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    auto *closing = new QPushButton(tr("&Close"), this);
    closing->setObjectName(u"rightsClose"_s);
    closing->setDefault(true);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(8);
    layout->addWidget(title);
    layout->addWidget(m_about);
    layout->addWidget(splitter, 1);
    layout->addWidget(closing, 0, Qt::AlignRight);
    connect(closing, &QPushButton::clicked, this, &QDialog::accept);
    connect(m_view, &TableView::currentRowChanged, this, &RightsDialog::showCurrent);
    resize(ui.theme.px(860), ui.theme.px(600));
    m_request.run([&](const CancelToken &token) { return ui.app.isolation.rights(role, asRole, token); },
                  [this](const Result<QList<TableRights>> &rights) {
                      if (!rights) {
                          m_about->setText(rights.error().message + u' ' + rights.error().hint);
                          setStyleProperty(m_about, "tone", u"bad"_s);
                          return;
                      }
                      m_model->setRows(*rights);
                      m_view->selectRow(0);
                  });
}

void RightsDialog::showCurrent(int)
{
    const int row = m_model->rowOf(m_view->currentIndex().data(cell::Key).toString());
    if (row < 0)
        return;
    const TableRights &rights = m_model->row(row);
    QStringList text;
    if (!rights.condition.isEmpty())
        text += tr("Rows that are left: %1").arg(rights.condition);
    if (!rights.plan.isEmpty())
        text += QStringList{QString(), tr("How one store’s rows are read:")} + rights.plan;
    m_details->setPlainText(text.isEmpty() ? tr("No policy, and no plan to show.") : text.join(u'\n'));
}
