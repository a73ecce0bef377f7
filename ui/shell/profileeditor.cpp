// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/profileeditor.h"

#include "app/appcontext.h"
#include "app/db/conninfo.h"
#include "ui/shared/errorpanel.h"
#include "ui/shared/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace {

// Those with a field of their own, in the order in which they are written.
const QStringList lineKeys{u"service"_s, u"host"_s, u"port"_s, u"dbname"_s, u"user"_s, u"sslrootcert"_s};
constexpr int offeredColours = 8;

} // namespace

ProfileEditor::ProfileEditor(const UiContext &ui, const Profile &profile, bool saved, QWidget *parent)
    : QDialog(parent)
    , m_ui(ui)
    , m_profile(profile)
    , m_saved(saved)
    , m_explanation(new QLabel(this))
    , m_error(new ErrorPanel(ui.theme, this))
{
    setObjectName(u"profileEditor"_s);
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(saved ? tr("Edit the profile %1").arg(profile.name) : tr("New profile"));
    build();
    m_name->setText(profile.name);
    fill(profile.conninfo);
    m_asOpened = conninfo();
    m_ssh->setText(profile.ssh);
    m_role->setText(profile.role);
    m_passfile->setText(profile.passfile);
    m_environment->setCurrentIndex(static_cast<int>(profile.environment));
    if (m_colour->findData(profile.colour) < 0)
        m_colour->insertItem(1, tr("As it was"), profile.colour);
    m_colour->setCurrentIndex(m_colour->findData(profile.colour));
    m_readOnly->setChecked(profile.readOnly);
    m_statement->setValue(profile.statementTimeoutMs / 1000);
    m_lock->setValue(profile.lockTimeoutMs / 1000);
    explain();
    m_name->setFocus();
}

QLineEdit *ProfileEditor::line(QFormLayout *form, const QString &name, const QString &label,
                               const QString &placeholder)
{
    auto *edit = new QLineEdit(this);
    edit->setObjectName(name);
    edit->setAccessibleName(QString(label).remove(u'&'));
    edit->setPlaceholderText(placeholder);
    form->addRow(label, edit);
    return edit;
}

QComboBox *ProfileEditor::choice(QFormLayout *form, const QString &name, const QString &label)
{
    auto *box = new QComboBox(this);
    box->setObjectName(name);
    box->setAccessibleName(QString(label).remove(u'&'));
    form->addRow(label, box);
    return box;
}

QSpinBox *ProfileEditor::seconds(QFormLayout *form, const QString &name, const QString &label)
{
    auto *box = new QSpinBox(this);
    box->setObjectName(name);
    box->setAccessibleName(QString(label).remove(u'&'));
    box->setRange(0, 86'400);
    box->setSuffix(tr(" s"));
    box->setSpecialValueText(tr("none"));
    form->addRow(label, box);
    return box;
}

void ProfileEditor::build()
{
    const auto makeForm = [this] {
        auto *form = new QFormLayout;
        form->setVerticalSpacing(m_ui.theme.px(8));
        form->setHorizontalSpacing(m_ui.theme.px(12));
        form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
        return form;
    };
    QFormLayout *where = makeForm();
    m_name = line(where, u"profileName"_s, tr("&Name"), tr("How you call it: “Zava live”"));
    QLineEdit *pasted =
        line(where, u"profilePaste"_s, tr("&Fill from"), tr("Paste postgresql://… or host=…"));
    m_fields[u"host"_s] = line(where, u"profileHost"_s, tr("&Host"), tr("One, or several with commas"));
    m_fields[u"port"_s] = line(where, u"profilePort"_s, tr("&Port"), u"5432"_s);
    m_fields[u"dbname"_s] = line(where, u"profileDatabase"_s, tr("&Database"), {});
    m_fields[u"user"_s] = line(where, u"profileUser"_s, tr("&Login"), {});
    m_fields[u"service"_s] =
        line(where, u"profileService"_s, tr("Ser&vice"), tr("Of pg_service.conf, instead"));
    m_ssh = line(where, u"profileSsh"_s, tr("SSH t&unnel"), tr("Host of ~/.ssh/config, or user@host"));
    m_further = line(where, u"profileFurther"_s, tr("Further settin&gs"),
                     tr("sslcert=… options=… as libpq reads them"));

    QFormLayout *how = makeForm();
    m_environment = choice(how, u"profileEnvironment"_s, tr("&Environment"));
    m_environment->addItems({tr("Development"), tr("Test"), tr("Production: red, asks before it destroys")});
    m_colour = choice(how, u"profileColour"_s, tr("&Colour"));
    m_colour->addItem(tr("None"), QString());
    for (int i = 1; i <= offeredColours; ++i) {
        const QColor colour = m_ui.theme.storeColour(u"profile %1"_s.arg(i));
        QPixmap patch(m_ui.theme.px(16), m_ui.theme.px(16));
        patch.fill(colour);
        m_colour->addItem(patch, tr("Colour %1").arg(i), colour.name());
    }
    m_readOnly = new QCheckBox(tr("&Read only: the server refuses every change"), this);
    m_readOnly->setObjectName(u"profileReadOnly"_s);
    how->addRow(QString(), m_readOnly);
    m_role = line(how, u"profileRole"_s, tr("Role &to take"), tr("Of those the login is a member of"));
    m_sslmode = choice(how, u"profileSslmode"_s, tr("Encr&yption"));
    m_sslmode->addItem(tr("By default"), QString());
    for (const char *mode : {"verify-full", "verify-ca", "require", "prefer", "disable"})
        m_sslmode->addItem(QString::fromLatin1(mode), QString::fromLatin1(mode));
    m_fields[u"sslrootcert"_s] =
        line(how, u"profileRootcert"_s, tr("Trusted author&ities"), tr("File; otherwise this system’s"));
    m_kind = choice(how, u"profileServerKind"_s, tr("&Of several hosts"));
    m_kind->addItem(tr("The first that answers"), QString());
    m_kind->addItem(tr("The primary"), u"primary"_s);
    m_kind->addItem(tr("A standby"), u"standby"_s);
    m_kind->addItem(tr("A standby if there is one"), u"prefer-standby"_s);
    m_kind->addItem(tr("One that takes changes"), u"read-write"_s);
    m_kind->addItem(tr("One that is read-only"), u"read-only"_s);
    m_statement = seconds(how, u"profileStatementTimeout"_s, tr("State&ment time-out"));
    m_lock = seconds(how, u"profileLockTimeout"_s, tr("Loc&k time-out"));
    m_passfile = line(how, u"profilePassfile"_s, tr("P&ass file"), u"~/.pgpass"_s);

    m_explanation->setObjectName(u"profileExplanation"_s);
    m_explanation->setProperty("secondary", true);
    m_explanation->setWordWrap(true);
    m_error->setCentred(false);
    m_error->hide();
    auto *cancel = new QPushButton(tr("Cancel"), this);
    cancel->setObjectName(u"profileCancel"_s);
    cancel->setAutoDefault(false);
    auto *saving = new QPushButton(tr("&Save"), this);
    saving->setObjectName(u"profileSave"_s);
    saving->setDefault(true);

    auto *forms = new QHBoxLayout;
    forms->setSpacing(m_ui.theme.px(24));
    forms->addLayout(where, 1);
    forms->addLayout(how, 1);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(saving);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 16, 24, 16);
    layout->setSpacing(12);
    layout->addLayout(forms);
    layout->addWidget(m_explanation);
    layout->addWidget(m_error);
    layout->addStretch();
    layout->addLayout(buttons);
    resize(m_ui.theme.px(880), m_ui.theme.px(520));

    connect(pasted, &QLineEdit::textChanged, this, &ProfileEditor::takePasted);
    connect(m_sslmode, &QComboBox::currentIndexChanged, this, &ProfileEditor::explain);
    for (const QString &key : {u"host"_s, u"service"_s})
        connect(m_fields[key], &QLineEdit::textChanged, this, &ProfileEditor::explain);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(saving, &QPushButton::clicked, this, &ProfileEditor::save);
}

/// The fields from a connection string; a password in it is dropped, since profiles keep none.
void ProfileEditor::fill(const QString &conninfo)
{
    QHash<QString, QString> values = conninfo::settings(conninfo);
    for (const QString &key : lineKeys)
        m_fields[key]->setText(values.take(key));
    const auto select = [](QComboBox *box, const QString &value) {
        if (box->findData(value) < 0)
            box->addItem(value, value);
        box->setCurrentIndex(box->findData(value));
    };
    select(m_sslmode, values.take(u"sslmode"_s));
    select(m_kind, values.take(u"target_session_attrs"_s));
    QStringList others;
    QStringList keys = values.keys();
    keys.sort();
    for (const QString &key : std::as_const(keys))
        if (!key.endsWith(u"password"))
            others += conninfo::pair(key, values[key]);
    m_further->setText(others.join(u' '));
}

void ProfileEditor::takePasted(const QString &text)
{
    if (!text.contains(u"://") && !text.contains(u'='))
        return;
    const QHash<QString, QString> values = conninfo::settings(text);
    if (values.isEmpty())
        return;
    fill(text);
    if (m_name->text().isEmpty())
        m_name->setText((values.value(u"dbname"_s) + u' ' + values.value(u"host"_s)).simplified());
    m_explanation->setText(values.contains(u"password"_s)
                               ? tr("The fields are filled. The password was left out: a profile keeps none, "
                                    "and it is asked for when you connect.")
                               : tr("The fields are filled."));
}

/// In plain words, what the chosen encryption proves and what it does not.
void ProfileEditor::explain()
{
    const QString mode = m_sslmode->currentData().toString();
    QString text;
    if (mode == u"verify-full" ||
        (mode.isEmpty() && conninfo::effective(conninfo()).effectiveSslmode() == u"verify-full"))
        text =
            tr("The server’s certificate must come from a trusted authority and carry the host’s name. It "
               "is the only setting that proves whose server answers. If it does not fit, ask the server’s "
               "owner for a certificate with this name, or name the file of their authority.");
    else if (mode == u"verify-ca")
        text =
            tr("The server’s certificate must come from a trusted authority, but may carry any name: every "
               "server with a certificate of that authority may answer.");
    else if (mode == u"require")
        text = tr("Encrypted, but nobody checks whose server answers: somebody between could read and change "
                  "everything.");
    else if (mode == u"disable")
        text =
            tr("Nothing is encrypted: whoever is on the way reads everything, the login included. Only for "
               "a local socket or a way that is safe by itself.");
    else
        text = tr("Encrypted if the server offers it; nobody checks whose server answers. That is enough for "
                  "this machine’s own server and for an SSH tunnel.");
    if (mode.isEmpty())
        text = tr("By default:") + u' ' + text;
    m_explanation->setText(text);
}

QString ProfileEditor::conninfo() const
{
    QStringList pairs;
    const auto add = [&pairs](const QString &key, const QString &value) {
        if (!value.isEmpty())
            pairs += conninfo::pair(key, value);
    };
    for (const QString &key : lineKeys)
        add(key, m_fields[key]->text().trimmed());
    add(u"sslmode"_s, m_sslmode->currentData().toString());
    add(u"target_session_attrs"_s, m_kind->currentData().toString());
    if (!m_further->text().trimmed().isEmpty())
        pairs += m_further->text().trimmed();
    return pairs.join(u' ');
}

Profile ProfileEditor::edited() const
{
    Profile profile = m_profile;
    profile.name = m_name->text().trimmed();
    // A URI that nobody touched stays one.
    if (const QString now = conninfo(); now != m_asOpened || m_profile.conninfo.isEmpty())
        profile.conninfo = now.isEmpty() ? u"dbname="_s : now;
    profile.ssh = m_ssh->text().trimmed();
    profile.role = m_role->text().trimmed();
    profile.passfile = m_passfile->text().trimmed();
    profile.environment = static_cast<Environment>(m_environment->currentIndex());
    profile.colour = m_colour->currentData().toString();
    profile.readOnly = m_readOnly->isChecked();
    profile.statementTimeoutMs = m_statement->value() * 1000;
    profile.lockTimeoutMs = m_lock->value() * 1000;
    return profile;
}

void ProfileEditor::save()
{
    const Profile profile = edited();
    ProfileStore &profiles = m_ui.app.profiles;
    const bool renamed = !m_saved || profile.name != m_profile.name;
    Result<void> done;
    if (renamed && profiles.byName(profile.name))
        done = Error{ErrorKind::Conflict, tr("There is a profile named “%1” already.").arg(profile.name),
                     tr("Choose another name; nothing was changed.")};
    else
        done = profiles.save(profile);
    if (done && m_saved && renamed)
        done = profiles.remove(m_profile.name);
    if (!done) {
        m_error->show(done.error(), {});
        m_error->setVisible(true);
        return;
    }
    emit profileSaved(profile.name);
    accept();
}
