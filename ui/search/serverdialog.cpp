// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/search/serverdialog.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/shared/theme.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QElapsedTimer>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;

namespace {

/// Asks for one vector; a sentence that tells what came back.
Result<QString> tryServer(const EmbeddingServer &server, const QByteArray &key, const CancelToken &token)
{
    Result<std::shared_ptr<EmbeddingProvider>> provider =
        Error{ErrorKind::Internal, u"No provider was made."_s};
    if (key.isEmpty()) {
        provider = EmbeddingServers::provider(server, token);
    } else {
        Result<HttpEmbeddingOptions> options = server.options();
        if (!options)
            return options.error();
        options->key = key;
        options->attempts = 1; // somebody waits for the answer
        provider = HttpEmbeddingProvider::make(*options);
    }
    if (!provider)
        return provider.error();
    QElapsedTimer clock;
    clock.start();
    const Result<Embeddings> answer = (*provider)->embed({u"a cup of coffee"_s}, token);
    if (!answer)
        return answer.error();
    return ServerDialog::tr("It answers: %1 dimensions after %2 ms. Its vectors are kept as %3.")
        .arg(answer->dimensions)
        .arg(clock.elapsed())
        .arg(answer->model);
}

/// Where a server of this kind mostly is; of Azure only the shape is known.
QString usualAddress(const QString &preset)
{
    const Result<HttpEmbeddingOptions> options = HttpEmbeddingOptions::preset(preset);
    return options && !options->baseUrl.isEmpty()
               ? options->baseUrl.toString()
               : u"https://RESOURCE.openai.azure.com/openai/deployments/DEPLOYMENT?api-version=2024-02-01"_s;
}

} // namespace

ServerDialog::ServerDialog(const UiContext &ui, QWidget *parent)
    : QDialog(parent)
    , m_ui(ui)
    , m_which(new QComboBox(this))
    , m_preset(new QComboBox(this))
    , m_address(new QLineEdit(this))
    , m_model(new QLineEdit(this))
    , m_dimensions(new QSpinBox(this))
    , m_key(new QLineEdit(this))
    , m_said(new QLabel(this))
    , m_testRequest(this)
    , m_keyRequest(this)
{
    setObjectName(u"serverDialog"_s);
    setWindowTitle(tr("Embedding servers"));
    auto *form = new QFormLayout;
    const auto add = [&](const QString &text, QWidget *field, const QString &name) {
        field->setObjectName(name);
        field->setAccessibleName(QString(text).remove(u'&'));
        form->addRow(text, field);
    };
    add(tr("&Server"), m_which, u"serverWhich"_s);
    add(tr("&Kind"), m_preset, u"serverPreset"_s);
    add(tr("&Address"), m_address, u"serverAddress"_s);
    add(tr("&Model"), m_model, u"serverModel"_s);
    add(tr("&Dimensions"), m_dimensions, u"serverDimensions"_s);
    add(tr("Ke&y"), m_key, u"serverKey"_s);
    for (QComboBox *box : {m_which, m_preset}) {
        box->view()->setObjectName(box->objectName() + u"List"_s);
        box->view()->setAccessibleName(box->accessibleName());
    }
    const QStringList presets = HttpEmbeddingOptions::presets();
    for (const QString &preset : presets)
        m_preset->addItem(preset == u"openai"      ? u"OpenAI"_s
                          : preset == u"azure"     ? u"Azure OpenAI"_s
                          : preset == u"ollama"    ? u"Ollama"_s
                          : preset == u"llama.cpp" ? tr("llama.cpp server")
                                                   : preset,
                          preset);
    m_dimensions->setRange(0, EmbeddingProvider::columnDimensions);
    m_dimensions->setSpecialValueText(tr("as the model has them"));
    m_key->setEchoMode(QLineEdit::Password);
    m_address->setMinimumWidth(ui.theme.px(360));
    m_said->setObjectName(u"serverSaid"_s);
    m_said->setWordWrap(true);
    m_said->setTextFormat(Qt::PlainText);
    m_said->setMinimumHeight(ui.theme.px(48));

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    m_test = buttons->addButton(tr("&Try"), QDialogButtonBox::ActionRole);
    m_forget = buttons->addButton(tr("&Forget this server"), QDialogButtonBox::ActionRole);
    m_save = buttons->addButton(tr("&Save"), QDialogButtonBox::ActionRole);
    m_test->setObjectName(u"serverTest"_s);
    m_forget->setObjectName(u"serverForget"_s);
    m_save->setObjectName(u"serverSave"_s);
    m_save->setProperty("primary", true);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(12);
    auto *intro =
        new QLabel(tr("A server with the interface of OpenAI. The texts of products and searches are "
                      "sent to it; the key stays in this desktop's keyring."),
                   this);
    intro->setWordWrap(true);
    layout->addWidget(intro);
    layout->addLayout(form);
    layout->addWidget(m_said);
    layout->addWidget(buttons);

    connect(m_which, &QComboBox::currentIndexChanged, this, &ServerDialog::showServer);
    connect(m_preset, &QComboBox::activated, this, [this] {
        const QString preset = m_preset->currentData().toString();
        if (const Result<HttpEmbeddingOptions> options = HttpEmbeddingOptions::preset(preset)) {
            m_address->setText(options->baseUrl.toString());
            m_address->setPlaceholderText(usualAddress(preset));
            m_model->setText(options->model);
        }
    });
    connect(m_test, &QPushButton::clicked, this, &ServerDialog::test);
    connect(m_save, &QPushButton::clicked, this, &ServerDialog::save);
    connect(m_forget, &QPushButton::clicked, this, &ServerDialog::forget);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    loadServers();
}

void ServerDialog::loadServers()
{
    const Result<QList<EmbeddingServer>> servers = m_ui.app.embeddingServers.all();
    if (!servers)
        say(servers.error().text(), "bad");
    m_servers = servers ? *servers : QList<EmbeddingServer>();
    const QSignalBlocker blocker(m_which);
    m_which->clear();
    for (const EmbeddingServer &server : std::as_const(m_servers))
        m_which->addItem(tr("%1 by %2").arg(server.modelName(), server.baseUrl.host()));
    m_which->addItem(tr("A new one"));
    m_which->setCurrentIndex(0);
    showServer(0);
}

void ServerDialog::showServer(int index)
{
    const bool known = index >= 0 && index < m_servers.size();
    EmbeddingServer server;
    if (known) {
        server = m_servers[index];
    } else if (const Result<HttpEmbeddingOptions> options = HttpEmbeddingOptions::preset(u"openai"_s)) {
        server.preset = options->name;
        server.baseUrl = options->baseUrl;
        server.model = options->model;
    }
    m_preset->setCurrentIndex(m_preset->findData(server.preset));
    m_address->setText(server.baseUrl.toString());
    m_address->setPlaceholderText(usualAddress(server.preset));
    m_model->setText(server.model);
    m_dimensions->setValue(server.dimensions);
    m_key->clear();
    m_key->setPlaceholderText(server.keyInKeyring         ? tr("in the keyring; type to replace it")
                              : !server.keyFile.isEmpty() ? tr("in %1").arg(server.keyFile)
                                                          : tr("none; servers on this machine need none"));
    m_forget->setEnabled(known);
    say({}, "");
}

EmbeddingServer ServerDialog::described() const
{
    EmbeddingServer server;
    if (m_which->currentIndex() < m_servers.size())
        server = m_servers[m_which->currentIndex()]; // where its key is
    const QString former = server.keyName();
    server.preset = m_preset->currentData().toString();
    server.baseUrl = QUrl(m_address->text().trimmed(), QUrl::StrictMode);
    server.model = m_model->text().trimmed();
    server.dimensions = m_dimensions->value();
    // Another address has another key: that of the former one is not sent there.
    if (server.keyName() != former) {
        server.keyInKeyring = false;
        server.keyFile.clear();
    }
    return server;
}

void ServerDialog::test()
{
    setBusy(true);
    say(tr("Asking %1 for a vector…").arg(described().baseUrl.host()), "");
    m_testRequest.run(
        [server = described(), key = m_key->text().toUtf8()](const CancelToken &token) {
            return QtConcurrent::run([server, key, token] { return tryServer(server, key, token); });
        },
        [this](const Result<QString> &result) {
            setBusy(false);
            if (result)
                say(*result, "good");
            else
                say(u"%1 %2"_s.arg(result.error().message, result.error().hint).trimmed(), "bad");
        });
}

void ServerDialog::save()
{
    EmbeddingServer server = described();
    const QString key = m_key->text();
    if (key.isEmpty()) {
        keep(server);
        return;
    }
    setBusy(true);
    server.keyInKeyring = true;
    server.keyFile.clear();
    m_keyRequest.run([this, name = server.keyName(),
                      key](const CancelToken &) { return m_ui.app.secrets.write(name, key); },
                     [this, server, key](const Result<void> &written) {
                         setBusy(false);
                         if (written) {
                             keep(server);
                             return;
                         }
                         Result<HttpEmbeddingOptions> options = server.options();
                         if (options)
                             options->key = key.toUtf8();
                         const Result<std::shared_ptr<EmbeddingProvider>> made =
                             options ? HttpEmbeddingProvider::make(*options)
                                     : Result<std::shared_ptr<EmbeddingProvider>>(options.error());
                         if (!made) {
                             say(u"%1 %2"_s.arg(made.error().message, made.error().hint).trimmed(), "bad");
                             return;
                         }
                         m_ui.app.providers.add(*made);
                         say(tr("%1 The server is used in this session only. For longer, keep the key in a "
                                "file of your own: "
                                "retail-admin embedding-server set %2 --key-file FILE.")
                                 .arg(written.error().message, server.preset),
                             "warning");
                     });
}

void ServerDialog::keep(EmbeddingServer server)
{
    if (const Result<void> saved = m_ui.app.embeddingServers.save(server); !saved) {
        say(u"%1 %2"_s.arg(saved.error().message, saved.error().hint).trimmed(), "bad");
        return;
    }
    m_ui.app.providers.forget(server.modelName());
    loadServers();
    for (int i = 0; i < m_servers.size(); ++i)
        if (m_servers[i].modelName() == server.modelName())
            m_which->setCurrentIndex(i);
    say(tr("Saved. Searches use it where %1 is the model of the database.").arg(server.modelName()), "good");
}

void ServerDialog::forget()
{
    const int index = m_which->currentIndex();
    if (index >= m_servers.size())
        return;
    const EmbeddingServer server = m_servers[index];
    if (const Result<void> gone = m_ui.app.embeddingServers.remove(server.modelName()); !gone) {
        say(gone.error().message, "bad");
        return;
    }
    m_ui.app.providers.forget(server.modelName());
    loadServers();
    const bool shared = std::any_of(m_servers.cbegin(), m_servers.cend(), [&](const EmbeddingServer &other) {
        return other.keyInKeyring && other.keyName() == server.keyName();
    });
    if (server.keyInKeyring && !shared)
        m_keyRequest.run(
            [this, name = server.keyName()](const CancelToken &) { return m_ui.app.secrets.remove(name); },
            [this](const Result<void> &removed) {
                if (!removed)
                    say(tr("The server is forgotten; its key could not be taken out of the keyring: %1")
                            .arg(removed.error().message),
                        "warning");
            });
    say(tr("The server is forgotten. The vectors it computed stay in the database."), "good");
}

void ServerDialog::say(const QString &text, const char *tone)
{
    m_said->setText(text);
    setStyleProperty(m_said, "tone", QLatin1String(tone));
}

void ServerDialog::setBusy(bool busy)
{
    for (QPushButton *button : {m_test, m_save})
        button->setEnabled(!busy);
    m_forget->setEnabled(!busy && m_which->currentIndex() < m_servers.size());
}
