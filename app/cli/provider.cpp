// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#include "app/services/embeddingservers.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

void addServerOptions(cli::Invocation &call)
{
    QCommandLineParser &parser = call.parser();
    parser.addOption({u"model"_s, u"The provider's model."_s, u"MODEL"_s});
    parser.addOption({u"base-url"_s, u"Its address, to which /embeddings is added."_s, u"URL"_s});
    parser.addOption({u"key-file"_s, u"File with its key, readable for you alone."_s, u"FILE"_s});
    parser.addOption({u"dimensions"_s, u"Ask for shortened vectors."_s, u"N"_s, u"0"_s});
}

/// The server that the preset, --model, --base-url, --key-file and --dimensions describe.
Result<EmbeddingServer> describedServer(const cli::Invocation &call, const QString &preset)
{
    const Result<HttpEmbeddingOptions> options = HttpEmbeddingOptions::preset(preset);
    if (!options)
        return options.error();
    const Result<int> dimensions = call.number(u"dimensions"_s, 0, EmbeddingProvider::columnDimensions);
    if (!dimensions)
        return dimensions.error();
    EmbeddingServer server;
    server.preset = preset;
    server.baseUrl =
        call.isSet(u"base-url"_s) ? QUrl(call.value(u"base-url"_s), QUrl::StrictMode) : options->baseUrl;
    server.model = call.isSet(u"model"_s) ? call.value(u"model"_s) : options->model;
    server.dimensions = *dimensions;
    server.keyFile = call.value(u"key-file"_s);
    return server;
}

} // namespace

void cli::addProviderOptions(Invocation &call)
{
    call.parser().addOption({u"provider"_s,
                             u"Who computes the vectors: offline, %1 (offline)."_s.arg(
                                 HttpEmbeddingOptions::presets().join(u", "_s)),
                             u"PROVIDER"_s, u"offline"_s});
    addServerOptions(call);
}

Result<std::shared_ptr<EmbeddingProvider>> cli::chosenProvider(Invocation &call)
{
    const QString preset = call.value(u"provider"_s);
    if (preset == u"offline") {
        const QString model = call.value(u"model"_s);
        if (!model.isEmpty() && model != OfflineEmbeddingProvider::builtInModel())
            return Error{ErrorKind::NotFound, u"The built-in embedder has no model “%1”."_s.arg(model),
                         u"Name its --provider."_s};
        return OfflineEmbeddingProvider::load();
    }
    Result<EmbeddingServer> server = describedServer(call, preset);
    if (!server)
        return server.error();
    // What was set up before and is not said otherwise here; its key may be in the keyring.
    const Result<QList<EmbeddingServer>> known = call.context().embeddingServers.all();
    if (!known)
        return known.error();
    const bool more = call.isSet(u"dimensions"_s);
    for (const EmbeddingServer &saved : *known)
        if (saved.preset == preset && (!call.isSet(u"model"_s) || saved.model == server->model) &&
            (!call.isSet(u"base-url"_s) || saved.baseUrl == server->baseUrl) &&
            (!more || saved.dimensions == server->dimensions)) {
            const QString keyFile = server->keyFile;
            server = saved;
            if (!keyFile.isEmpty())
                server->keyFile = keyFile;
            break;
        }
    return EmbeddingServers::provider(*server, interruption());
}

namespace {

/// Forgets a server, and its key with it unless another server of that address uses it too.
int removeServer(const cli::Invocation &call, EmbeddingServers &servers, const QString &model)
{
    const Result<QList<EmbeddingServer>> all = servers.all();
    if (!all)
        return call.fail(all.error());
    if (const Result<void> removed = servers.remove(model); !removed)
        return call.fail(removed.error());
    const auto gone = std::find_if(all->cbegin(), all->cend(), [&](const EmbeddingServer &server) {
        return server.modelName() == model;
    });
    if (gone == all->cend() || !gone->keyInKeyring)
        return cli::Success;
    const bool shared = std::any_of(all->cbegin(), all->cend(), [&](const EmbeddingServer &other) {
        return other.modelName() != model && other.keyInKeyring && other.keyName() == gone->keyName();
    });
    if (shared)
        return cli::Success;
    const Result<void> taken = SecretStore::removeHere(gone->keyName(), cli::interruption());
    if (!taken && taken.error().kind != ErrorKind::NotFound)
        return call.fail({taken.error().kind,
                          u"The server is forgotten; its key could not be taken out of the keyring: %1"_s.arg(
                              taken.error().message),
                          u"Take the entry “%1” out of the keyring yourself."_s.arg(gone->keyName()),
                          taken.error().detail});
    return cli::Success;
}

} // namespace

int cli::embeddingServer(AppContext &context, const QStringList &arguments)
{
    Invocation call(context, u"embedding-server"_s,
                    u"Sets up servers that compute vectors: “list”, “set PRESET”, “remove MODEL”."_s,
                    Data::Json);
    addServerOptions(call);
    call.parser().addOption(
        {u"ask-key"_s, u"Ask for the key on the terminal and keep it in the desktop's keyring."_s});
    call.parser().addPositionalArgument(u"ACTION"_s, u"list, set or remove."_s);
    if (!call.parse(arguments))
        return call.exit();
    const QStringList words = call.parser().positionalArguments();
    const QString action = words.value(0);
    EmbeddingServers &servers = context.embeddingServers;
    if (action == "list"_L1 && words.size() == 1) {
        const Result<QList<EmbeddingServer>> all = servers.all();
        if (!all)
            return call.fail(all.error());
        QJsonArray rows;
        for (const EmbeddingServer &server : *all) {
            const QString key = server.keyInKeyring        ? u"keyring"_s
                                : server.keyFile.isEmpty() ? u"none"_s
                                                           : u"file"_s;
            rows.append(QJsonObject{{u"model"_s, server.modelName()},
                                    {u"preset"_s, server.preset},
                                    {u"base_url"_s, server.baseUrl.toString()},
                                    {u"key"_s, key}});
            if (!call.json())
                printLine(u"%1  %2  %3  key: %4"_s.arg(server.modelName().leftJustified(28),
                                                       server.preset.leftJustified(10),
                                                       server.baseUrl.toString(), key));
        }
        if (call.json())
            printLine(
                QString::fromUtf8(QJsonDocument(QJsonObject{{u"rows"_s, rows}, {u"next"_s, QJsonValue()}})
                                      .toJson(QJsonDocument::Compact)));
        return Success;
    }
    if (action == "remove"_L1 && words.size() == 2)
        return removeServer(call, servers, words[1]);
    if (action != "set"_L1 || words.size() != 2)
        return call.usage(u"The actions are “list”, “set PRESET” and “remove MODEL”."_s);
    Result<EmbeddingServer> server = describedServer(call, words[1]);
    if (!server)
        return call.fail(server.error());
    if (!server->keyFile.isEmpty()) {
        if (const Result<QByteArray> key = readKeyFile(server->keyFile); !key)
            return call.fail(key.error());
        server->keyFile = QFileInfo(server->keyFile).absoluteFilePath();
    }
    server->keyInKeyring = call.isSet(u"ask-key"_s);
    if (server->keyInKeyring) {
        const Result<QString> key = askPassword(server->baseUrl.host());
        if (!key)
            return call.fail(key.error());
        if (const Result<void> kept = SecretStore::writeHere(server->keyName(), *key, interruption()); !kept)
            return call.fail(kept.error());
    }
    if (const Result<void> saved = servers.save(*server); !saved)
        return call.fail(saved.error());
    printLine(u"The model %1 is computed by %2."_s.arg(server->modelName(), server->baseUrl.toString()));
    return Success;
}
