// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/connectdialog.h"

#include "app/appcontext.h"
#include "app/core/log.h"
#include "ui/shared/errorpanel.h"
#include "ui/shared/theme.h"
#include "ui/shell/connectattempt.h"
#include "ui/shell/connectsteps.h"
#include "ui/shell/profilelist.h"
#include "ui/shell/profilemenu.h"

#include <QAccessible>
#include <QCheckBox>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

ConnectDialog::ConnectDialog(const UiContext &ui, QWidget *parent)
    : QDialog(parent)
    , m_ui(ui)
    , m_attempt(new ConnectAttempt(ui.app, this))
    , m_title(new QLabel(this))
    , m_search(new QLineEdit(this))
    , m_menu(new ProfileMenu(ui, this))
    , m_news(new QLabel(this))
    , m_profiles(new ProfileList(ui.theme, this))
    , m_passwordRow(new QWidget(this))
    , m_password(new QLineEdit(m_passwordRow))
    , m_remember(new QCheckBox(tr("&Remember in the keyring"), m_passwordRow))
    , m_steps(new ConnectSteps(ui.theme, this))
    , m_error(new ErrorPanel(ui.theme, this))
    , m_sandbox(new QPushButton(tr("Try with &sample data"), this))
    , m_cancel(new QPushButton(tr("Cancel"), this))
    , m_connect(new QPushButton(tr("&Connect"), this))
{
    setObjectName(u"connectDialog"_s);
    setWindowTitle(tr("Connect to a database"));
    m_title->setText(tr("Connect to a database"));
    m_search->setObjectName(u"connectTarget"_s);
    m_search->setAccessibleName(tr("Profile or connection string"));
    m_search->setPlaceholderText(tr("Find a profile, or enter postgresql://…, service=… or host=… dbname=…"));
    m_search->setClearButtonEnabled(true);
    m_profiles->setObjectName(u"profileList"_s);
    m_password->setObjectName(u"password"_s);
    m_password->setEchoMode(QLineEdit::Password);
    m_password->setAccessibleName(tr("Password"));
    m_remember->setObjectName(u"rememberPassword"_s);
    m_remember->setToolTip(tr("Otherwise the password holds for this session only."));
    m_sandbox->setObjectName(u"trySampleData"_s);
    m_sandbox->setToolTip(tr("Starts a private PostgreSQL server of your own with four made-up stores."));
    m_cancel->setObjectName(u"cancelConnect"_s);
    m_connect->setObjectName(u"connect"_s);
    m_connect->setDefault(true);
    m_cancel->setAutoDefault(false);
    m_sandbox->setAutoDefault(false);
    m_error->setCentred(false);
    m_news->setObjectName(u"connectNews"_s);
    m_news->setProperty("secondary", true);
    m_news->setWordWrap(true);
    m_news->hide();

    auto *passwordLabel = new QLabel(tr("&Password"), m_passwordRow);
    passwordLabel->setBuddy(m_password);
    auto *passwordLayout = new QHBoxLayout(m_passwordRow);
    passwordLayout->setContentsMargins(0, 0, 0, 0);
    passwordLayout->setSpacing(12);
    passwordLayout->addWidget(passwordLabel);
    passwordLayout->addWidget(m_password, 1);
    passwordLayout->addWidget(m_remember);

    auto *frame = new QFrame(this);
    frame->setObjectName(u"profileFrame"_s);
    auto *frameLayout = new QVBoxLayout(frame);
    frameLayout->setContentsMargins(4, 4, 4, 4);
    frameLayout->addWidget(m_profiles);

    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(m_sandbox);
    buttons->addStretch();
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_connect);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 16, 24, 16);
    layout->setSpacing(12);
    layout->addWidget(m_title);
    auto *searching = new QHBoxLayout;
    searching->setSpacing(8);
    searching->addWidget(m_search, 1);
    searching->addWidget(m_menu);
    layout->addLayout(searching);
    layout->addWidget(frame, 1);
    layout->addWidget(m_news);
    layout->addWidget(m_passwordRow);
    layout->addWidget(m_steps);
    layout->addWidget(m_error);
    layout->addLayout(buttons);

    connect(m_search, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_profiles->filter(text);
        m_error->hide();
        targetChanged();
    });
    m_search->installEventFilter(m_profiles); // arrows move in the list while one types
    connect(m_profiles, &ProfileList::currentTargetChanged, this, [this] {
        targetChanged();
        // One that came in a connection string stays while that is corrected.
        if (!m_attempt->running() && (m_password->text().isEmpty() || m_ui.app.profiles.byName(target())))
            m_passwordRow->hide();
    });
    connect(m_menu, &ProfileMenu::changed, this, [this](const QString &name) {
        m_search->clear();
        m_news->hide();
        m_error->hide();
        m_profiles->setProfiles(m_ui.app.profiles.all());
        m_profiles->select(name);
        targetChanged();
    });
    connect(m_menu, &ProfileMenu::said, this, [this](const QString &news) {
        m_news->setText(news);
        m_news->show();
    });
    connect(m_menu, &ProfileMenu::failed, this, [this](const Error &error) {
        m_error->show(error, {});
        m_error->setVisible(true);
    });
    connect(m_profiles, &QAbstractItemView::activated, this, &ConnectDialog::connectNow);
    connect(m_connect, &QPushButton::clicked, this, &ConnectDialog::connectNow);
    connect(m_cancel, &QPushButton::clicked, this, &ConnectDialog::reject);
    connect(m_sandbox, &QPushButton::clicked, this, [this] {
        QDialog::reject();
        emit sandboxRequested();
    });
    connect(m_error, &ErrorPanel::folded, this, [this] {
        QLayout *whole = this->layout();
        whole->activate();
        resize(width(), std::max(height(), whole->totalHeightForWidth(width())));
    });
    connect(m_attempt, &ConnectAttempt::stepReached, m_steps, &ConnectSteps::reached);
    connect(m_attempt, &ConnectAttempt::failed, this, &ConnectDialog::failed);
    connect(m_attempt, &ConnectAttempt::notRemembered, this, &ConnectDialog::notRemembered);
    connect(m_attempt, &ConnectAttempt::succeeded, this, [this] {
        m_steps->succeeded();
        setRunning(false);
        m_password->clear();
        m_search->clear();
        accept();
    });
    connect(&ui.theme, &Theme::changed, this, &ConnectDialog::applyTheme);
    applyTheme();
}

void ConnectDialog::applyTheme()
{
    m_title->setFont(m_ui.theme.font(1.3, QFont::DemiBold));
    resize(m_ui.theme.px(620), m_ui.theme.px(460));
}

/// A production database is marked before one connects to it.
void ConnectDialog::targetChanged()
{
    const QString name = target();
    m_menu->setCurrent(name);
    const Result<Profile> profile = m_ui.app.profiles.byName(name);
    m_remember->setVisible(profile.ok()); // the keyring has it by the profile's name
    const bool production = profile && profile->environment == Environment::Production;
    setAttribute(Qt::WA_StyledBackground);
    setStyleProperty(this, "production", production);
    if (!m_attempt->running()) {
        m_connect->setEnabled(!name.isEmpty());
        m_connect->setText(production ? tr("&Connect to PRODUCTION") : tr("&Connect"));
    }
}

void ConnectDialog::choose(const QString &preferred)
{
    m_attempt->cancel();
    m_news->hide();
    setRunning(false);
    m_steps->hide();
    m_error->hide();
    m_passwordRow->hide();
    m_password->clear();
    m_profiles->setProfiles(m_ui.app.profiles.all());
    const bool known = m_profiles->select(preferred);
    const Result<Login> apart = parseConninfo(preferred);
    m_search->setText(known ? QString() : apart ? apart->profile.conninfo : logging::redact(preferred));
    m_profiles->filter(m_search->text());
    if (known)
        m_profiles->select(preferred);
    targetChanged();
    if (!known && apart)
        takePassword(apart->password);
    open();
    m_search->setFocus();
}

void ConnectDialog::showFailure(const QString &target, const Error &error, ConnectStep at)
{
    choose(target);
    m_steps->start();
    m_steps->reached(at);
    failed(error);
}

QString ConnectDialog::target() const
{
    return m_profiles->currentTarget();
}

void ConnectDialog::connectNow()
{
    if (target().isEmpty() || m_attempt->running())
        return;
    if (const Result<Login> apart = parseConninfo(target()); apart && !apart->password.isEmpty()) {
        m_search->setText(apart->profile.conninfo);
        takePassword(apart->password);
    }
    const QString wanted = target();
    setRunning(true);
    m_error->hide();
    m_steps->start();
    m_attempt->start(wanted, m_passwordRow->isHidden() ? QString() : m_password->text(),
                     m_remember->isVisible() && m_remember->isChecked());
}

void ConnectDialog::failed(const Error &error)
{
    setRunning(false);
    m_steps->failed();
    if (error.kind == ErrorKind::Cancelled)
        return;
    m_error->show(error, {});
    m_error->setVisible(true);
    if (m_steps->current() == ConnectStep::Authentication)
        showPassword();
    else
        m_search->setFocus();
    QAccessibleEvent event(m_error, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

void ConnectDialog::showPassword()
{
    m_passwordRow->show();
    m_password->setFocus();
    m_password->selectAll();
}

/// One that came in a connection string is seen nowhere from then on.
void ConnectDialog::takePassword(const QString &password)
{
    if (password.isEmpty())
        return;
    m_password->setText(password);
    m_passwordRow->show();
}

void ConnectDialog::setRunning(bool running)
{
    m_search->setEnabled(!running);
    m_profiles->setEnabled(!running);
    m_passwordRow->setEnabled(!running);
    m_sandbox->setEnabled(!running);
    m_menu->setEnabled(!running);
    m_connect->setEnabled(!running && !target().isEmpty());
    if (running)
        m_connect->setText(tr("Connecting…"));
    else
        targetChanged();
}

void ConnectDialog::reject()
{
    // The first Esc or Cancel ends the try, the next one leaves the dialog.
    if (m_attempt->running()) {
        m_attempt->cancel();
        setRunning(false);
        m_steps->cancelled();
        m_search->setFocus();
        return;
    }
    QDialog::reject();
}
