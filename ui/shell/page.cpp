// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/page.h"

#include "app/appcontext.h"
#include "app/core/log.h"
#include "ui/shared/emptystate.h"
#include "ui/shared/errorpanel.h"
#include "ui/shared/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QStackedWidget>

using namespace Qt::StringLiterals;

Page::Page(const UiContext &ui, const QString &title, Scope scope, QWidget *parent)
    : QWidget(parent)
    , m_ui(ui)
    , m_title(title)
    , m_scope(scope)
    , m_titleLabel(new QLabel(title, this))
    , m_status(new QLabel(this))
    , m_controls(new QWidget(this))
    , m_stack(new QStackedWidget(this))
    , m_empty(new EmptyState(ui.theme, this))
    , m_error(new ErrorPanel(ui.theme, this))
    , m_strip(new ErrorPanel(ui.theme, this))
{
    setProperty("surface", true);
    setAttribute(Qt::WA_StyledBackground);
    m_status->setObjectName(u"pageStatus"_s);
    m_status->setProperty("secondary", true);
    auto *controls = new QHBoxLayout(m_controls);
    controls->setContentsMargins(0, 0, 0, 0);
    controls->setSpacing(12);
    auto *header = new QHBoxLayout;
    header->setContentsMargins(16, 8, 16, 8);
    header->setSpacing(12);
    header->addWidget(m_titleLabel);
    header->addStretch();
    header->addWidget(m_controls);
    header->addWidget(m_status);

    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_error);
    m_strip->setCentred(false);
    m_strip->hide();

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(header);
    layout->addWidget(m_strip);
    layout->addWidget(m_stack, 1);

    connect(m_empty, &EmptyState::actionRequested, this, [this] {
        if (m_step == Step::Connect)
            emit connectRequested();
        else if (m_step == Step::PickStore)
            emit storePickerRequested();
    });
    connect(m_error, &ErrorPanel::actionRequested, this, &Page::refresh);
    connect(m_strip, &ErrorPanel::actionRequested, this, &Page::refresh);
    connect(&ui.theme, &Theme::changed, this, &Page::applyTheme);
    applyTheme();
}

void Page::applyTheme()
{
    m_titleLabel->setFont(m_ui.theme.font(1.3, QFont::DemiBold));
    m_titleLabel->setMinimumHeight(m_ui.theme.px(32));
}

void Page::setContent(QWidget *content)
{
    m_stack->addWidget(content);
    setCurrent(content);
}

void Page::addHeaderWidget(QWidget *widget)
{
    m_controls->layout()->addWidget(widget);
}

void Page::setCurrent(QWidget *widget)
{
    // What filters or folds the content is of no use where there is none. The page's own say stays.
    m_controls->setEnabled(widget != m_empty && widget != m_error);
    m_stack->setCurrentWidget(widget);
}

void Page::setStatus(const QString &text)
{
    m_status->setText(text);
}

void Page::setLoading(bool loading)
{
    if (m_loading == loading)
        return;
    m_loading = loading;
    if (!loading) // what tests/bench/bench_start.sh waits for
        qCDebug(lcApp) << "page loaded:" << m_title;
    emit loadingChanged(loading);
}

void Page::showContent()
{
    m_step = Step::None;
    m_strip->hide();
    setCurrent(m_stack->widget(m_stack->count() - 1));
}

void Page::showEmpty(const QString &icon, const QString &title, const QString &reason)
{
    m_step = Step::None;
    m_strip->hide();
    setStatus({});
    m_empty->show(icon, title, reason);
    setCurrent(m_empty);
}

void Page::showError(const Error &error, bool insteadOfContent)
{
    if (error.kind == ErrorKind::Cancelled)
        return;
    m_step = Step::None;
    m_strip->setVisible(!insteadOfContent);
    // What was typed wrong, and what is not allowed, does not come right by itself.
    const bool helps = error.kind != ErrorKind::Usage && error.kind != ErrorKind::Permission;
    (insteadOfContent ? m_error : m_strip)->show(error, helps ? tr("Try again") : QString());
    if (insteadOfContent) {
        setStatus({});
        setCurrent(m_error);
    }
}

void Page::showFailure(const Error &error)
{
    if (error.kind == ErrorKind::Cancelled)
        return;
    m_strip->show(error, {});
    m_strip->setVisible(true);
}

void Page::refresh()
{
    m_stale = true;
    loadIfNeeded();
}

void Page::contextChanged()
{
    clear();
    setLoading(false);
    setStatus({});
    m_stale = true;
    loadIfNeeded();
}

void Page::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    loadIfNeeded();
}

void Page::loadIfNeeded()
{
    if (!m_stale || !isVisible())
        return;
    if (m_scope != Scope::Program && m_ui.app.pool.state() == ConnectionPool::State::Closed) {
        m_strip->hide();
        m_empty->show(u"network-disconnect"_s, tr("Not connected"),
                      tr("This page shows what is in a database, and the program is connected to none."),
                      tr("Connect…"));
        m_step = Step::Connect;
        setCurrent(m_empty);
        return;
    }
    if (m_scope == Scope::Store && !m_ui.app.stores.hasCurrent()) {
        m_strip->hide();
        m_empty->show(
            u"store"_s, tr("No store is chosen"),
            tr("“%1” shows one store, and nothing is asked of the database before you choose which.")
                .arg(m_title),
            tr("Choose a store…"));
        m_step = Step::PickStore;
        setCurrent(m_empty);
        return;
    }
    m_stale = false;
    load();
}
