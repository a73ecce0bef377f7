// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/search/searchbar.h"

#include "app/core/format.h"
#include "ui/search/searchfilterbar.h"
#include "ui/search/searchmodel.h"
#include "ui/shared/theme.h"

#include <QAbstractItemView>
#include <QAction>
#include <QButtonGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>

#include <cmath>

using namespace Qt::StringLiterals;

namespace {
constexpr int longestText = 200'000;
} // namespace

SearchBar::SearchBar(Theme &theme, LocalStore &local, QWidget *parent)
    : QWidget(parent)
    , m_theme(theme)
    , m_local(local)
    , m_line(new QLineEdit(this))
    , m_modes(new QButtonGroup(this))
    , m_limit(new QComboBox(this))
    , m_threshold(new QSlider(Qt::Horizontal, this))
    , m_thresholdText(new QLabel(this))
    , m_legend(new QLabel(this))
    , m_likeChip(new QPushButton(this))
    , m_filters(new SearchFilterBar(this))
{
    setObjectName(u"searchBar"_s);
    m_line->setObjectName(u"searchLine"_s);
    m_line->setAccessibleName(tr("Search products"));
    m_line->setPlaceholderText(tr("Say what it is for, such as “something to keep my coffee warm”"));
    m_line->setClearButtonEnabled(true);
    m_line->setMaxLength(longestText);
    m_line->installEventFilter(this);
    QAction *recent = m_line->addAction(theme.icon(u"view-history"_s), QLineEdit::LeadingPosition);
    recent->setText(tr("Saved and recent searches"));
    recent->setToolTip(tr("Saved and recent searches (Alt+Down)"));
    connect(recent, &QAction::triggered, this, &SearchBar::showHistory);
    m_save = m_line->addAction(theme.icon(u"bookmark-new"_s), QLineEdit::TrailingPosition);
    m_save->setObjectName(u"saveSearch"_s);
    m_save->setText(tr("Save this search"));
    m_save->setShortcut(QKeySequence::Save);
    m_save->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(m_save); // its key works in every field of the bar
    connect(m_save, &QAction::triggered, this, &SearchBar::askForName);
    connect(&theme, &Theme::changed, recent, [this, recent] {
        recent->setIcon(m_theme.icon(u"view-history"_s));
        m_save->setIcon(m_theme.icon(u"bookmark-new"_s));
    });

    auto *first = new QHBoxLayout;
    first->setSpacing(12);
    first->addWidget(m_line, 1);
    auto *segments = new QHBoxLayout;
    segments->setSpacing(0);
    first->addLayout(segments);
    buildModes();
    const QList<QAbstractButton *> modes = m_modes->buttons();
    for (QAbstractButton *button : modes)
        segments->addWidget(button);

    m_limit->setObjectName(u"searchLimit"_s);
    m_limit->setAccessibleName(tr("Number of results"));
    m_limit->view()->setObjectName(u"searchLimitList"_s);
    m_limit->view()->setAccessibleName(m_limit->accessibleName());
    for (const int limit : {10, 20, 50, 100})
        m_limit->addItem(tr("%1 results").arg(limit), limit);
    m_limit->setCurrentIndex(1);
    first->addWidget(m_limit);

    m_likeChip->setObjectName(u"searchLike"_s);
    m_likeChip->setToolTip(tr("Back to the text"));
    setLike({}, {});
    auto *third = new QWidget(m_filters);
    auto *thirdLayout = new QHBoxLayout(third);
    thirdLayout->setContentsMargins(0, 0, 0, 0);
    thirdLayout->setSpacing(8);
    auto *label = new QLabel(tr("Similarity at least"), third);
    label->setBuddy(m_threshold);
    buildThreshold();
    for (QWidget *widget : {static_cast<QWidget *>(label), static_cast<QWidget *>(m_threshold),
                            static_cast<QWidget *>(m_thresholdText), static_cast<QWidget *>(m_legend)})
        thirdLayout->addWidget(widget);

    m_filters->layout()->addWidget(third);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 0, 16, 8);
    layout->setSpacing(8);
    layout->addLayout(first);
    layout->addWidget(m_likeChip, 0, Qt::AlignLeft);
    layout->addWidget(m_filters);

    connect(m_line, &QLineEdit::textChanged, this, [this] {
        setLike({}, {});
        emit edited();
    });
    connect(m_line, &QLineEdit::returnPressed, this, [this] {
        remember();
        emit submitted();
    });
    connect(m_modes, &QButtonGroup::idToggled, this, [this](int, bool checked) {
        if (!checked)
            return;
        m_threshold->setEnabled(mode() != SearchMode::Text);
        emit edited();
    });
    connect(m_limit, &QComboBox::currentIndexChanged, this, &SearchBar::edited);
    connect(m_filters, &SearchFilterBar::changed, this, &SearchBar::edited);
    connect(m_likeChip, &QPushButton::clicked, this, [this] {
        setLike({}, {});
        m_line->setFocus();
        emit edited();
    });
}

void SearchBar::buildModes()
{
    const auto add = [this](SearchMode mode, const QString &name, const QString &text, const QString &place,
                            const QString &tip) {
        auto *button = new QToolButton(this);
        button->setObjectName(name);
        button->setText(text);
        button->setToolTip(tip);
        button->setCheckable(true);
        button->setProperty("segment", place);
        button->setFocusPolicy(Qt::StrongFocus);
        m_modes->addButton(button, static_cast<int>(mode));
    };
    add(SearchMode::Hybrid, u"searchBoth"_s, tr("&Both"), u"first"_s, tr("By meaning and by words, merged"));
    add(SearchMode::Vector, u"searchMeaning"_s, tr("&Meaning"), u"middle"_s,
        tr("By what the text is about, whatever its words"));
    add(SearchMode::Text, u"searchWords"_s, tr("&Words"), u"last"_s,
        tr("By the words themselves, SKUs and misspelt names included"));
    m_modes->button(static_cast<int>(SearchMode::Hybrid))->setChecked(true);
}

void SearchBar::buildThreshold()
{
    m_threshold->setObjectName(u"searchThreshold"_s);
    m_threshold->setAccessibleName(tr("Least similarity"));
    m_threshold->setRange(0, 90);
    m_threshold->setSingleStep(1);
    m_threshold->setPageStep(5);
    m_threshold->setFixedWidth(120);
    m_thresholdText->setObjectName(u"searchThresholdText"_s);
    m_legend->setObjectName(u"searchLegend"_s);
    m_legend->setProperty("secondary", true);
    connect(m_threshold, &QSlider::valueChanged, this, [this] {
        thresholdMoved();
        emit edited();
    });
    thresholdMoved();
}

void SearchBar::thresholdMoved()
{
    const double value = m_threshold->value() / 100.0;
    m_thresholdText->setText(m_threshold->value() == 0 ? tr("any") : format::decimal(value, 2));
    // The legend beside it must not jump while the slider moves.
    const QFontMetrics metrics = m_thresholdText->fontMetrics();
    m_thresholdText->setMinimumWidth(
        std::max(metrics.horizontalAdvance(tr("any")), metrics.horizontalAdvance(format::decimal(0.88, 2))));
}

SearchMode SearchBar::mode() const
{
    return static_cast<SearchMode>(m_modes->checkedId());
}

SearchRequest SearchBar::request() const
{
    SearchRequest request;
    request.like = m_like;
    if (m_like.isEmpty())
        request.text = m_line->text().simplified(); // pasted lines are one question
    request.mode = m_like.isEmpty() ? mode() : SearchMode::Vector;
    request.limit = m_limit->currentData().toInt();
    if (m_threshold->value() > 0 && request.mode != SearchMode::Text)
        request.threshold = m_threshold->value() / 100.0;
    request.filter = m_filters->filter();
    return request;
}

bool SearchBar::empty() const
{
    return m_like.isEmpty() && m_line->text().trimmed().isEmpty();
}

QString SearchBar::text() const
{
    return m_line->text();
}

void SearchBar::setText(const QString &text)
{
    m_line->setText(text);
}

void SearchBar::setLike(const QString &productId, const QString &name)
{
    m_like = productId;
    m_likeName = name;
    m_likeChip->setVisible(!productId.isEmpty());
    const QString shown = name.isEmpty() ? tr("this product") : name;
    m_likeChip->setText(tr("Similar to %1  ×").arg(shown.size() > 40 ? shown.left(39) + u'…' : shown));
    m_likeChip->setAccessibleName(tr("Similar to %1: back to the text").arg(shown));
    const QList<QAbstractButton *> modes = m_modes->buttons();
    for (QAbstractButton *button : modes)
        button->setEnabled(productId.isEmpty()); // neighbours have no words
    // What is kept is a text with its filters; here the text is not what is looked for.
    m_save->setEnabled(productId.isEmpty());
    m_save->setToolTip(productId.isEmpty()
                           ? tr("Save this search with its filters under a name (Ctrl+S)")
                           : tr("A search for similar products is not saved: go back to the text first"));
}

void SearchBar::setModel(const QString &model)
{
    m_legend->setText(similarityLegend(model));
    m_legend->setToolTip(model.isEmpty() ? QString() : tr("Model: %1").arg(model));
}

void SearchBar::setPlace(const QString &profile, const QString &storeId)
{
    m_searches.emplace(m_local, profile, storeId);
}

void SearchBar::setRequest(const SearchRequest &request)
{
    const QSignalBlocker quiet(this); // one question, not one a field
    setLike({}, {});
    m_line->setText(request.text);
    if (QAbstractButton *button = m_modes->button(static_cast<int>(request.mode)))
        button->setChecked(true);
    const int limit = m_limit->findData(request.limit);
    m_limit->setCurrentIndex(limit < 0 ? 1 : limit);
    m_threshold->setValue(request.threshold ? static_cast<int>(std::lround(*request.threshold * 100)) : 0);
    m_filters->setFilter(request.filter);
}

void SearchBar::remember()
{
    // A list of what was asked is no reason to disturb who asks.
    if (m_searches)
        (void)m_searches->remember(m_line->text());
}

void SearchBar::askForName()
{
    if (!m_searches || !m_like.isEmpty() || m_line->text().trimmed().isEmpty())
        return;
    auto *dialog = new QInputDialog(this);
    dialog->setObjectName(u"saveSearchDialog"_s);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setInputMode(QInputDialog::TextInput);
    dialog->setWindowTitle(tr("Save this search"));
    dialog->setLabelText(tr("Name of the search, for this store on this computer:"));
    dialog->setTextValue(m_line->text().simplified().left(60));
    dialog->setOkButtonText(tr("Save"));
    connect(dialog, &QInputDialog::textValueSelected, this, [this, asked = request()](const QString &name) {
        if (!m_searches)
            return;
        if (const Result<void> saved = m_searches->save({name, asked}); !saved)
            emit failed(saved.error());
    });
    dialog->open();
}

void SearchBar::showHistory()
{
    auto *menu = new QMenu(this);
    menu->setObjectName(u"searchHistory"_s);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto shown = [this, menu](const QString &text) {
        return menu->fontMetrics()
            .elidedText(text, Qt::ElideRight, std::max(m_line->width(), 200))
            .replace(u'&', u"&&"_s);
    };
    const Result<QList<SavedSearch>> saved =
        m_searches ? m_searches->all() : Result<QList<SavedSearch>>(QList<SavedSearch>());
    if (!saved) {
        emit failed(saved.error());
    } else if (!saved->isEmpty()) {
        menu->addSection(tr("Saved searches"));
        auto *forget = new QMenu(tr("Forget a saved search"), menu);
        for (const SavedSearch &search : *saved) {
            QAction *action = menu->addAction(m_theme.icon(u"bookmarks"_s), shown(search.name));
            connect(action, &QAction::triggered, this, [this, request = search.request] {
                setRequest(request);
                emit submitted();
            });
            connect(forget->addAction(shown(search.name)), &QAction::triggered, this,
                    [this, name = search.name] {
                        if (const Result<void> gone = m_searches->remove(name); !gone)
                            emit failed(gone.error());
                    });
        }
        menu->addMenu(forget);
        menu->addSection(tr("Recent searches"));
    }
    const QStringList texts = m_searches ? m_searches->recent() : QStringList();
    for (const QString &text : texts)
        connect(menu->addAction(shown(text)), &QAction::triggered, this, [this, text] {
            setText(text);
            remember();
            emit submitted();
        });
    if (texts.isEmpty())
        menu->addAction(tr("No search yet in this store"))->setEnabled(false);
    menu->popup(m_line->mapToGlobal(QPoint(0, m_line->height())));
    const QList<QAction *> actions = menu->actions();
    for (QAction *action : actions)
        if (action->isEnabled() && !action->isSeparator()) {
            menu->setActiveAction(action);
            break;
        }
}

void SearchBar::focusLine()
{
    m_line->setFocus(Qt::ShortcutFocusReason);
    m_line->selectAll();
}

bool SearchBar::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::KeyPress && watched == m_line) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (key->key() == Qt::Key_Down) {
            if (key->modifiers().testFlag(Qt::AltModifier))
                showHistory();
            else
                emit resultsWanted();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}
