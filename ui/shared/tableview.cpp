// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/tableview.h"

#include "app/core/settings.h"
#include "ui/shared/statedelegate.h"
#include "ui/shared/theme.h"

#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QCollator>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QMimeData>
#include <QPainter>
#include <QPolygonF>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QSortFilterProxyModel>

#include <optional>
#include <vector>

using namespace Qt::StringLiterals;

namespace {

// Of a column at first, in lengths of the design. Texts are cut before a number is out of sight.
constexpr int widestPx = 300;
constexpr int narrowestTextPx = 220;

/// A header that draws its sort arrow beside the text, where Fusion with a style sheet would put it above.
class Header final : public QHeaderView
{
public:
    Header(Theme &theme, QWidget *parent)
        : QHeaderView(Qt::Horizontal, parent)
        , m_theme(theme)
    {
    }

    /// Whether the user has the mouse on it now: what changes meanwhile was meant.
    bool pressed() const { return m_pressed; }

protected:
    void mousePressEvent(QMouseEvent *event) override
    {
        m_pressed = event->button() == Qt::LeftButton;
        QHeaderView::mousePressEvent(event);
    }
    void mouseDoubleClickEvent(QMouseEvent *event) override
    {
        m_pressed = event->button() == Qt::LeftButton;
        QHeaderView::mouseDoubleClickEvent(event);
    }
    void mouseReleaseEvent(QMouseEvent *event) override
    {
        QHeaderView::mouseReleaseEvent(event);
        m_pressed = false;
    }
    void paintSection(QPainter *painter, const QRect &rect, int section) const override
    {
        const Tokens &t = m_theme.tokens();
        const bool sorted = isSortIndicatorShown() && sortIndicatorSection() == section;
        painter->fillRect(rect, t.surface);
        painter->setPen(t.border);
        painter->drawLine(rect.bottomLeft(), rect.bottomRight());
        painter->drawLine(rect.topLeft(), rect.topRight());
        if (visualIndex(section) < count() - 1)
            painter->drawLine(rect.right(), rect.top() + m_theme.px(8), rect.right(),
                              rect.bottom() - m_theme.px(8));

        const QVariant alignment = model()->headerData(section, Qt::Horizontal, Qt::TextAlignmentRole);
        const Qt::Alignment align = QStyle::visualAlignment(
            layoutDirection(), alignment.isValid() ? alignment.value<Qt::Alignment>() : Qt::AlignLeft);
        QRect place = rect.adjusted(m_theme.px(8), 0, -m_theme.px(8), 0);
        const int mark = m_theme.px(10);
        if (sorted && align.testFlag(Qt::AlignRight))
            place.setLeft(place.left() + mark + m_theme.px(4));
        else if (sorted)
            place.setRight(place.right() - mark - m_theme.px(4));
        painter->setFont(m_theme.font(0.94, sorted ? QFont::DemiBold : QFont::Medium));
        painter->setPen(sorted ? t.text : t.secondary);
        const QString whole = model()->headerData(section, Qt::Horizontal).toString();
        const QString text = painter->fontMetrics().elidedText(whole, Qt::ElideRight, place.width());
        painter->drawText(place, static_cast<int>(align | Qt::AlignVCenter) | Qt::TextSingleLine, text);
        if (!sorted)
            return;
        const int width = painter->fontMetrics().horizontalAdvance(text);
        const double x =
            align.testFlag(Qt::AlignRight) ? place.right() - width - mark : place.left() + width + mark * 0.4;
        const double half = mark / 2.0;
        const double y = rect.center().y();
        const double up = sortIndicatorOrder() == Qt::AscendingOrder ? -1.0 : 1.0;
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(t.accent);
        painter->drawPolygon(QPolygonF{QPointF(x + half * 0.3, y - up * half * 0.5),
                                       QPointF(x + half * 1.7, y - up * half * 0.5),
                                       QPointF(x + half, y + up * half * 0.6)});
    }

    QSize sectionSizeFromContents(int section) const override
    {
        const QFontMetrics metrics(m_theme.font(0.94, QFont::DemiBold));
        const QString text = model()->headerData(section, Qt::Horizontal).toString();
        return {metrics.horizontalAdvance(text) + m_theme.px(32), m_theme.px(30)};
    }

private:
    Theme &m_theme;
    bool m_pressed = false;
};

/// Sorts by values that it asks for once: Qt's own asks the model twice for each comparison, which for ten
/// thousand rows is felt.
class SortedRows final : public QSortFilterProxyModel
{
public:
    explicit SortedRows(QObject *parent)
        : QSortFilterProxyModel(parent)
    {
    }

    void setSourceModel(QAbstractItemModel *model) override
    {
        // Before Qt's own connections, which sort.
        const auto forget = [this] { m_keys.clear(); };
        connect(model, &QAbstractItemModel::modelReset, this, forget);
        connect(model, &QAbstractItemModel::dataChanged, this, forget);
        connect(model, &QAbstractItemModel::rowsInserted, this, forget);
        connect(model, &QAbstractItemModel::rowsRemoved, this, forget);
        connect(model, &QAbstractItemModel::layoutChanged, this, forget);
        QSortFilterProxyModel::setSourceModel(model);
    }

protected:
    bool lessThan(const QModelIndex &left, const QModelIndex &right) const override
    {
        if (m_column != left.column() || qsizetype(m_keys.size()) != sourceModel()->rowCount())
            remember(left.column());
        const Key &a = m_keys[size_t(left.row())];
        const Key &b = m_keys[size_t(right.row())];
        if (a.text && b.text)
            return a.text->compare(*b.text) < 0;
        if (!a.value.isValid() || !b.value.isValid()) // what has no value comes last
            return a.value.isValid();
        return QVariant::compare(a.value, b.value) == QPartialOrdering::Less;
    }

private:
    struct Key
    {
        QVariant value;
        std::optional<QCollatorSortKey> text;
    };

    void remember(int column) const
    {
        const int rows = sourceModel()->rowCount();
        m_column = column;
        m_keys.clear();
        m_keys.reserve(size_t(rows));
        for (int row = 0; row < rows; ++row) {
            Key key{sourceModel()->index(row, column).data(sortRole()), {}};
            if (key.value.userType() == QMetaType::QString)
                key.text = m_collator.sortKey(key.value.toString());
            m_keys.push_back(std::move(key));
        }
    }

    const QCollator m_collator; // of the locale, as people look for names
    mutable int m_column = -1;
    mutable std::vector<Key> m_keys; // of the source's rows in m_column; empty: to be asked for
};

} // namespace

TableView::TableView(Theme &theme, Settings &settings, const QString &name, QWidget *parent)
    : QTableView(parent)
    , m_theme(theme)
    , m_settings(settings)
{
    setObjectName(name);
    auto *header = new Header(theme, this);
    setHorizontalHeader(header);
    setItemDelegate(new StateDelegate(theme, this));
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setFrameShape(NoFrame);
    setShowGrid(false); // the delegate draws the lines between rows
    setWordWrap(false);
    setTabKeyNavigation(false); // Tab leaves the table: no focus trap
    setCornerButtonEnabled(false);
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollMode(ScrollPerPixel);
    setMouseTracking(true);
    setContextMenuPolicy(Qt::ActionsContextMenu);

    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    header->setSectionsMovable(true);
    header->setSectionsClickable(true);
    header->setHighlightSections(false);
    header->setSortIndicatorShown(false);
    header->setTextElideMode(Qt::ElideRight);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    header->setAccessibleName(tr("Columns"));
    connect(header, &QHeaderView::sectionClicked, this, &TableView::headerClicked);
    connect(header, &QWidget::customContextMenuRequested, this, &TableView::headerMenu);
    connect(header, &QHeaderView::sectionMoved, this, &TableView::saveColumns);
    // Not whenever a button is down: a page is made, and its columns hidden, while one is on the side bar.
    connect(header, &QHeaderView::sectionResized, this, [this, header] {
        if (!m_adjusting && header->pressed())
            saveColumns();
    });

    auto *copyRows = new QAction(tr("Copy &rows"), this);
    copyRows->setShortcut(QKeySequence::Copy);
    copyRows->setShortcutContext(Qt::WidgetShortcut);
    connect(copyRows, &QAction::triggered, this, &TableView::copySelection);
    auto *copyValue = new QAction(tr("Copy &value"), this);
    copyValue->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C));
    copyValue->setShortcutContext(Qt::WidgetShortcut);
    connect(copyValue, &QAction::triggered, this, &TableView::copyCell);
    addActions({copyRows, copyValue});

    connect(&theme, &Theme::changed, this, &TableView::applyTheme);
    applyTheme();
}

TableView::~TableView()
{
    // Qt 6.4 keeps the accessible objects of cells, which hold persistent indexes, until the application
    // ends; the model is gone by then.
    if (QAccessible::isActive())
        if (QAccessibleInterface *accessible = QAccessible::queryAccessibleInterface(this))
            QAccessible::deleteAccessibleInterface(QAccessible::uniqueId(accessible));
}

void TableView::applyTheme()
{
    // The minimum first: a smaller default would be held up by the former one.
    verticalHeader()->setMinimumSectionSize(m_theme.rowHeight());
    verticalHeader()->setDefaultSectionSize(m_theme.rowHeight());
    horizontalHeader()->setMinimumSectionSize(m_theme.px(48));
    if (m_fitted)
        fitColumns(Fit::Anew);
    viewport()->update();
}

void TableView::setModel(QAbstractItemModel *newModel)
{
    QTableView::setModel(newModel);
    m_fitted = false;
    m_wanted.clear();
    m_stretchColumn = -1;
    m_restored = false;
    if (newModel)
        restoreColumns(m_settings.state(objectName()));
    setSortIndicator(-1, Qt::AscendingOrder);
    connect(newModel, &QAbstractItemModel::modelReset, this, &TableView::rowsArrived);
    connect(newModel, &QAbstractItemModel::rowsInserted, this, &TableView::rowsArrived);
    connect(newModel, &QAbstractItemModel::rowsRemoved, this, [this] {
        if (m_removedBefore > 0)
            keepPlace(-std::exchange(m_removedBefore, 0));
    });
    // A column may need more room than at first ("Running" after "Waiting"), but it never jumps back.
    connect(newModel, &QAbstractItemModel::dataChanged, this, [this] { fitColumns(Fit::Grow); });
    rowsArrived();
}

void TableView::setInitiallyHidden(const QList<int> &columns)
{
    m_initiallyHidden = columns;
    if (!m_restored)
        for (const int column : columns)
            setColumnHidden(column, true);
}

void TableView::setSortIndicator(int column, Qt::SortOrder order)
{
    m_sortColumn = column;
    m_sortOrder = order;
    horizontalHeader()->setSortIndicatorShown(column >= 0);
    horizontalHeader()->setSortIndicator(column, order);
}

void TableView::headerClicked(int section)
{
    if (!model()->headerData(section, Qt::Horizontal, cell::Sortable).toBool()) {
        setSortIndicator(m_sortColumn, m_sortOrder); // the header has moved it by itself
        return;
    }
    const bool again = section == m_sortColumn && m_sortOrder == Qt::AscendingOrder;
    const Qt::SortOrder order = again ? Qt::DescendingOrder : Qt::AscendingOrder;
    setSortIndicator(section, order);
    emit sortRequested(section, order);
}

void TableView::headerMenu(const QPoint &position)
{
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (const int column = horizontalHeader()->logicalIndexAt(position); column >= 0)
        emit headerMenuOpening(column, menu);
    for (int visual = 0; visual < horizontalHeader()->count(); ++visual) {
        const int column = horizontalHeader()->logicalIndex(visual);
        QAction *action = menu->addAction(model()->headerData(column, Qt::Horizontal).toString());
        action->setCheckable(true);
        action->setChecked(!isColumnHidden(column));
        // The last visible column stays: a table without columns has no header to bring them back.
        action->setEnabled(isColumnHidden(column) ||
                           horizontalHeader()->count() - horizontalHeader()->hiddenSectionCount() > 1);
        connect(action, &QAction::toggled, this, [this, column](bool shown) {
            setColumnHidden(column, !shown);
            if (shown && columnWidth(column) < m_theme.px(48))
                resizeColumnToContents(column);
            saveColumns();
        });
    }
    menu->addSeparator();
    connect(menu->addAction(tr("Reset columns")), &QAction::triggered, this, [this] {
        for (int column = 0; column < horizontalHeader()->count(); ++column) {
            setColumnHidden(column, m_initiallyHidden.contains(column));
            horizontalHeader()->moveSection(horizontalHeader()->visualIndex(column), column);
        }
        m_restored = false;
        fitColumns(Fit::Anew);
        m_settings.setState(objectName(), {});
    });
    menu->popup(horizontalHeader()->mapToGlobal(position));
}

void TableView::rowsArrived()
{
    if (!model() || model()->rowCount() == 0) {
        // An empty table takes no focus: Qt 6.4 asks it for the cell at its invalid current index then.
        setFocusPolicy(Qt::NoFocus);
        if (!currentIndex().isValid())
            emit currentRowChanged(-1);
        return;
    }
    setFocusPolicy(Qt::StrongFocus);
    fitColumns(m_fitted ? Fit::Grow : Fit::Anew);
    const bool first = !m_fitted || !m_windowed;
    m_fitted = true;
    if (m_windowed) // once the view has laid the rows out
        QMetaObject::invokeMethod(this, &TableView::tellVisible, Qt::QueuedConnection);
    // In a window the current row may have been let go of: then there is none until somebody chooses.
    if (!currentIndex().isValid() && (first || verticalScrollBar()->value() == 0)) {
        int column = 0;
        while (column < horizontalHeader()->count() - 1 &&
               isColumnHidden(horizontalHeader()->logicalIndex(column)))
            ++column;
        setCurrentIndex(model()->index(0, horizontalHeader()->logicalIndex(column)));
    }
}

void TableView::setWindowed()
{
    m_windowed = true;
    // Queued: the scroll bar also moves while the model is in the middle of a change.
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &TableView::tellVisible,
            Qt::QueuedConnection);
}

void TableView::tellVisible()
{
    if (!m_windowed || !model() || model()->rowCount() == 0)
        return;
    const int last = rowAt(viewport()->height() - 1);
    emit visibleRows(std::max(rowAt(0), 0), last < 0 ? model()->rowCount() - 1 : last);
}

void TableView::rowsInserted(const QModelIndex &parent, int start, int end)
{
    QTableView::rowsInserted(parent, start, end);
    if (m_windowed && start == 0 && end + 1 < model()->rowCount())
        keepPlace(end + 1);
}

void TableView::rowsAboutToBeRemoved(const QModelIndex &parent, int start, int end)
{
    if (m_windowed) {
        m_removedBefore = start == 0 ? end + 1 : 0;
        // Qt would make a neighbour the current row and scroll to it.
        if (const int current = currentIndex().row(); current >= start && current <= end)
            selectionModel()->clear();
    }
    QTableView::rowsAboutToBeRemoved(parent, start, end);
}

/// That many rows came before what is seen, or went: the scroll bar follows.
void TableView::keepPlace(int rows)
{
    const int before = verticalScrollBar()->value();
    updateGeometries();
    verticalScrollBar()->setValue(before + rows * verticalHeader()->defaultSectionSize());
}

QList<int> TableView::selectedRowNumbers() const
{
    QList<int> numbers;
    if (selectionModel())
        for (const QModelIndex &index : selectionModel()->selectedRows())
            numbers.append(index.row());
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

QList<int> TableView::visibleColumns() const
{
    QList<int> columns;
    for (int visual = 0; visual < horizontalHeader()->count(); ++visual)
        if (const int column = horizontalHeader()->logicalIndex(visual); !isColumnHidden(column))
            columns.append(column);
    return columns;
}

namespace {

bool isNumber(const QModelIndex &index)
{
    const QVariant alignment = index.data(Qt::TextAlignmentRole);
    return alignment.isValid() && alignment.value<Qt::Alignment>().testFlag(Qt::AlignRight);
}

/// What is shown, on one line; text that a spreadsheet would take for a formula begins with an apostrophe.
QString copied(const QModelIndex &index)
{
    QString text = index.data().toString();
    for (const QChar ending : {u'\t', u'\r', u'\n'})
        text.replace(ending, u' ');
    const bool formula = !text.isEmpty() && u"=+-@"_s.contains(text.front());
    return formula && !isNumber(index) ? u'\'' + text : text;
}

} // namespace

void TableView::fitColumns(Fit fit)
{
    if (m_restored)
        return;
    int widest = 0;
    if (fit == Fit::Anew) {
        m_stretchColumn = -1;
        m_wanted.clear();
    }
    m_wanted.resize(model()->columnCount());
    const int rows = std::min(model()->rowCount(), 60);
    const QStyleOptionViewItem option = [this] {
        QStyleOptionViewItem o;
        initViewItemOption(&o);
        return o;
    }();
    for (int column = 0; column < model()->columnCount(); ++column) {
        int width = horizontalHeader()->sectionSizeHint(column);
        int content = 0;
        for (int row = 0; row < rows; ++row)
            content =
                std::max(content, itemDelegate()->sizeHint(option, model()->index(row, column)).width());
        width = std::clamp(std::max(width, content), m_theme.px(64), m_theme.px(widestPx));
        Wanted &wanted = m_wanted[column];
        wanted = {std::max(width, wanted.width), isNumber(model()->index(0, column))};
        if (fit == Fit::Anew && !wanted.number && !isColumnHidden(column) && content > widest) {
            widest = content;
            m_stretchColumn = column;
        }
    }
    stretch();
}

void TableView::resizeEvent(QResizeEvent *event)
{
    QTableView::resizeEvent(event);
    stretch();
    tellVisible();
}

int TableView::leastWidth(int column, int textLimit) const
{
    if (column == m_stretchColumn && m_leastStretch > 0)
        return m_theme.px(m_leastStretch);
    return m_wanted[column].number ? m_wanted[column].width : std::min(m_wanted[column].width, textLimit);
}

/// How wide texts may be for all numbers to be in sight; where they cannot be, as wide as ever.
int TableView::textLimit() const
{
    for (int limit = widestPx; limit >= narrowestTextPx; limit -= 10) {
        int end = 0;
        int lastNumber = 0;
        for (const int column : visibleColumns()) {
            end += leastWidth(column, m_theme.px(limit));
            if (m_wanted[column].number)
                lastNumber = end;
        }
        if (lastNumber <= viewport()->width())
            return m_theme.px(limit);
    }
    return m_theme.px(widestPx);
}

void TableView::stretch()
{
    // What is left of the width goes to the column with the longest texts, until the user sets widths.
    if (m_restored || m_wanted.size() != horizontalHeader()->count())
        return;
    const QScopedValueRollback adjusting(m_adjusting, true);
    const int limit = textLimit();
    int room = viewport()->width();
    for (int column = 0; column < m_wanted.size(); ++column)
        if (column != m_stretchColumn) {
            setColumnWidth(column, leastWidth(column, limit));
            room -= columnWidth(column); // 0 of one that is hidden
        }
    if (m_stretchColumn >= 0 && !isColumnHidden(m_stretchColumn))
        setColumnWidth(m_stretchColumn, std::max(room, leastWidth(m_stretchColumn, limit)));
}

void TableView::saveColumns()
{
    m_restored = true;
    m_settings.setState(objectName(), columns());
}

QByteArray TableView::columns() const
{
    return model()->property("layout").toByteArray() + horizontalHeader()->saveState();
}

void TableView::restoreColumns(const QByteArray &state)
{
    const QByteArray layout = model()->property("layout").toByteArray();
    if (state.startsWith(layout) && horizontalHeader()->restoreState(state.mid(layout.size())))
        m_restored = true;
}

void TableView::currentChanged(const QModelIndex &current, const QModelIndex &previous)
{
    QTableView::currentChanged(current, previous);
    if (current.row() != previous.row() || current.isValid() != previous.isValid())
        emit currentRowChanged(current.isValid() ? current.row() : -1);
    if (current.isValid())
        emit currentCellChanged(current);
}

void TableView::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy)) {
        copySelection();
        return;
    }
    if (m_windowed && event->modifiers() == Qt::ControlModifier &&
        (event->key() == Qt::Key_Home || event->key() == Qt::Key_End)) {
        if (event->key() == Qt::Key_Home)
            emit startRequested();
        else
            emit endRequested();
        return;
    }
    QTableView::keyPressEvent(event);
}

void TableView::copySelection()
{
    const QList<int> numbers = selectedRowNumbers();
    if (numbers.isEmpty())
        return;
    const QList<int> columns = visibleColumns();
    QString text;
    QString html = u"<table>"_s;
    for (const int row : numbers) {
        QStringList cells;
        html += u"<tr>"_s;
        for (const int column : columns) {
            const QString shown = copied(model()->index(row, column));
            cells.append(shown);
            html += u"<td>%1</td>"_s.arg(shown.toHtmlEscaped());
        }
        html += u"</tr>"_s;
        text += cells.join(u'\t') + u'\n';
    }
    html += u"</table>"_s;
    auto *mime = new QMimeData;
    mime->setText(text);
    mime->setHtml(html);
    QGuiApplication::clipboard()->setMimeData(mime);
}

void TableView::copyCell()
{
    if (currentIndex().isValid())
        QGuiApplication::clipboard()->setText(currentIndex().data().toString());
}

QSortFilterProxyModel *showSorted(TableView &view, QAbstractItemModel *model, int column, Qt::SortOrder order)
{
    auto *proxy = new SortedRows(&view);
    proxy->setSortRole(cell::Raw);
    proxy->setSourceModel(model);
    proxy->setFilterKeyColumn(-1);
    proxy->setFilterCaseSensitivity(Qt::CaseInsensitive);
    proxy->sort(column, order);
    view.setModel(proxy);
    view.setSortIndicator(column, order);
    QObject::connect(&view, &TableView::sortRequested, proxy,
                     [proxy](int section, Qt::SortOrder wanted) { proxy->sort(section, wanted); });
    return proxy;
}
