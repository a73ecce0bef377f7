// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/appcontext.h"
#include "ui/browse/browsepage.h"
#include "ui/browse/editbar.h"
#include "ui/browse/gridactions.h"
#include "ui/browse/viewsmenu.h"
#include "ui/shared/detailspane.h"
#include "ui/shared/emptystate.h"
#include "ui/shared/filterbar.h"
#include "ui/shared/recordmodel.h"
#include "ui/shared/tableview.h"
#include "ui/shared/zonechoice.h"

#include <QApplication>
#include <QMenu>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

// How BrowsePage is laid out, and what its parts tell each other.

void BrowsePage::build()
{
    m_view->setModel(m_model);
    m_view->setWindowed();
    m_view->setAccessibleName(m_table.title);
    QList<int> hidden;
    for (int column = 0; column < m_table.columns.size(); ++column)
        if (!m_table.columns[column].shown)
            hidden.append(column);
    m_view->setInitiallyHidden(hidden);
    m_view->setSortIndicator(m_model->sortColumn(), m_model->sortOrder());

    m_grid->addWidget(m_view);
    m_grid->addWidget(m_nothing);
    m_rows->addWidget(m_grid);
    m_rows->setChildrenCollapsible(false);
    m_columns->addWidget(m_rows);
    m_columns->addWidget(m_details);
    m_columns->setStretchFactor(0, 1);
    m_columns->setCollapsible(0, false);
    m_columns->setSizes({900, 304});
    m_columns->setHandleWidth(1);
    m_rows->setHandleWidth(1);
    m_columns->setObjectName(objectName() + u"Columns"_s);
    m_columns->restoreState(m_ui.app.settings.state(m_columns->objectName()));

    auto *content = new QWidget(this);
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_filters);
    layout->addWidget(m_columns, 1);
    layout->addWidget(m_editBar);
    setContent(content);

    m_filters->addTool(m_views);
    const auto button = [this](QToolButton *made, const QString &name, const QString &text,
                               const QString &tip) {
        made->setObjectName(m_view->objectName() + name);
        made->setText(text);
        made->setToolTip(tip);
        return made;
    };
    QToolButton *related =
        button(new QToolButton(this), u"Related"_s, tr("&Go to"), tr("Rows that belong to the selected one"));
    related->setMenu(m_actions->related());
    related->setPopupMode(QToolButton::InstantPopup);
    m_filters->addTool(related);
    const bool times =
        std::any_of(m_table.columns.cbegin(), m_table.columns.cend(),
                    [](const ColumnDef &column) { return column.type == ColumnType::Timestamp; });
    if (times)
        m_filters->addTool(m_zone);
    else
        m_zone->hide();
    addHeaderWidget(button(m_countButton, u"Count"_s, tr("&Count"),
                           tr("Count the rows exactly; the figure shown is the planner's estimate")));
    m_countButton->hide();
    QToolButton *exporting = button(new QToolButton(this), u"Export"_s, tr("E&xport…"),
                                    tr("All rows that fit the filters, as a file (Ctrl+E)"));
    addHeaderWidget(exporting);
    addHeaderWidget(
        button(m_detailsButton, u"Details"_s, tr("&Details"), tr("All columns of the selected row (Alt+D)")));
    m_detailsButton->setCheckable(true);
    connect(exporting, &QToolButton::clicked, this, &BrowsePage::exportShown);
    connect(m_countButton, &QToolButton::clicked, this, [this] { count(!m_counting); });
    connect(m_detailsButton, &QToolButton::toggled, m_details, &QWidget::setVisible);
    connect(m_detailsButton, &QToolButton::clicked, this, [this] { m_detailsByHand = true; });
    const auto key = [this](const QKeySequence &sequence, auto slot) {
        auto *shortcut = new QShortcut(sequence, this);
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        connect(shortcut, &QShortcut::activated, m_editBar, slot);
    };
    key(QKeySequence::Save, [this] {
        if (m_view->isAncestorOf(QApplication::focusWidget()))
            m_view->setFocus(); // an editor that is open holds a change too
        m_editBar->save();
    });
    key(QKeySequence::Undo, &EditBar::undo);
}

void BrowsePage::connectGrid()
{
    connect(m_columns, &QSplitter::splitterMoved, this,
            [this] { m_ui.app.settings.setState(m_columns->objectName(), m_columns->saveState()); });
    connect(m_view, &TableView::sortRequested, m_model, &RecordModel::sortBy);
    connect(m_view, &TableView::currentRowChanged, this, &BrowsePage::rowChanged);
    connect(m_view, &TableView::visibleRows, m_model, &RecordModel::showing);
    connect(m_view, &TableView::startRequested, this, [this] {
        if (m_model->atStart())
            m_view->selectRow(0);
        else
            m_model->toStart();
    });
    connect(m_view, &TableView::endRequested, this, &BrowsePage::toEnd);
    connect(m_view, &TableView::headerMenuOpening, this, [this](int column, QMenu *menu) {
        connect(menu->addAction(tr("Filter on this column…")), &QAction::triggered, this,
                [this, column] { m_filters->edit(m_table.columns[column].name); });
        menu->addSeparator();
    });
    connect(m_model, &RecordModel::firstPageShown, this, &BrowsePage::pageShown);
    for (const auto signal : {&RecordModel::rowsInserted, &RecordModel::rowsRemoved})
        connect(m_model, signal, this, &BrowsePage::updateStatus);
    connect(m_model, &RecordModel::loadingChanged, this, [this] {
        setLoading(busy());
        updateStatus();
    });
    connect(m_model, &RecordModel::failed, this, [this](const Error &error) {
        m_toEnd = false;
        showError(error, m_model->rowCount() == 0 && m_filters->filters().isEmpty());
    });
    connect(m_model, &RecordModel::refused, this, [this](const Error &error) { showFailure(error); });
    connect(m_model, &RecordModel::editsChanged, this, [this] { rowChanged(m_view->currentIndex().row()); });
    connect(m_editBar, &EditBar::failed, this, [this](const Error &error) { showFailure(error); });
    connect(m_editBar, &EditBar::saved, this, [this](int cells) {
        showContent();
        setStatus(cells == 1 ? tr("1 change saved") : tr("%1 changes saved").arg(cells));
    });
    connect(m_editBar, &EditBar::left, m_view, qOverload<>(&QWidget::setFocus));
    connect(m_filters, &FilterBar::changed, this, &BrowsePage::filtersChanged);
    connect(m_actions, &GridActions::filterWanted, m_filters, &FilterBar::add);
    connect(m_actions, &GridActions::filterEditorWanted, m_filters, &FilterBar::edit);
    connect(m_actions, &GridActions::placeWanted, this, &Page::placeRequested);
    connect(m_views, &ViewsMenu::chosen, this, &BrowsePage::showView);
    connect(m_views, &ViewsMenu::failed, this, [this](const Error &error) { showFailure(error); });
    connect(m_nothing, &EmptyState::actionRequested, m_filters, &FilterBar::switchAllOff);
    connect(m_zone, &ZoneChoice::changed, this, [this] { setZone(m_zone->zone()); });
}
