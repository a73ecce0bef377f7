// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/embeddingservers.h"

#include "app/core/paths.h"
#include "app/db/secretstore.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::StringLiterals;

Result<QByteArray> readKeyFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorKind::Io, u"The key file %1 cannot be read."_s.arg(path), {}, file.errorString()};
    constexpr QFile::Permissions others = QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup |
                                          QFile::ReadOther | QFile::WriteOther | QFile::ExeOther;
    if (file.permissions() & others)
        return Error{ErrorKind::Usage, u"Others may read the key file %1."_s.arg(path),
                     u"Make it private first: chmod 600 %1"_s.arg(path)};
    const QByteArray key = file.read(4096).trimmed();
    if (key.isEmpty())
        return Error{ErrorKind::Usage, u"The key file %1 is empty."_s.arg(path)};
    return key;
}

QString EmbeddingServer::modelName() const
{
    return dimensions > 0 ? u"%1@%2"_s.arg(model).arg(dimensions) : model;
}

QString EmbeddingServer::keyName() const
{
    return u"embedding server %1"_s.arg(baseUrl.authority());
}

Result<HttpEmbeddingOptions> EmbeddingServer::options() const
{
    Result<HttpEmbeddingOptions> made = HttpEmbeddingOptions::preset(preset);
    if (!made)
        return made;
    if (!baseUrl.isEmpty())
        made->baseUrl = baseUrl;
    made->model = model;
    made->dimensions = dimensions;
    return made;
}

Result<QList<EmbeddingServer>> EmbeddingServers::all() const
{
    QFile file(m_file);
    if (!file.exists())
        return QList<EmbeddingServer>();
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorKind::Io,
                     u"The list of embedding servers, %1, cannot be read."_s.arg(m_file),
                     {},
                     file.errorString()};
    const QJsonDocument document = QJsonDocument::fromJson(file.readAll());
    if (!document.isArray())
        return Error{ErrorKind::Io, u"The list of embedding servers, %1, is damaged."_s.arg(m_file),
                     u"Remove the file and set the servers up again; their keys are in the keyring."_s};
    QList<EmbeddingServer> servers;
    const QJsonArray array = document.array();
    for (const QJsonValue &value : array) {
        const QJsonObject json = value.toObject();
        servers.append({json[u"preset"].toString(), QUrl(json[u"base_url"].toString(), QUrl::StrictMode),
                        json[u"model"].toString(), json[u"dimensions"].toInt(),
                        json[u"key_in_keyring"].toBool(), json[u"key_file"].toString()});
    }
    return servers;
}

namespace {

Result<void> write(const QString &file, const QList<EmbeddingServer> &servers)
{
    QJsonArray array;
    for (const EmbeddingServer &server : servers)
        array.append(QJsonObject{{u"preset"_s, server.preset},
                                 {u"base_url"_s, server.baseUrl.toString()},
                                 {u"model"_s, server.model},
                                 {u"dimensions"_s, server.dimensions},
                                 {u"key_in_keyring"_s, server.keyInKeyring},
                                 {u"key_file"_s, server.keyFile}});
    return paths::writePrivate(file, QJsonDocument(array).toJson());
}

} // namespace

Result<void> EmbeddingServers::save(const EmbeddingServer &server)
{
    Result<HttpEmbeddingOptions> options = server.options();
    if (!options)
        return options.error();
    // What cannot be is refused now and not at the first search.
    if (server.keyInKeyring || !server.keyFile.isEmpty())
        options->key = "a key";
    if (const auto possible = HttpEmbeddingProvider::make(*options); !possible)
        return possible.error();
    Result<QList<EmbeddingServer>> servers = all();
    if (!servers)
        return servers.error();
    servers->removeIf([&](const EmbeddingServer &other) { return other.modelName() == server.modelName(); });
    servers->append(server);
    return write(m_file, *servers);
}

Result<void> EmbeddingServers::remove(const QString &modelName)
{
    Result<QList<EmbeddingServer>> servers = all();
    if (!servers)
        return servers.error();
    if (servers->removeIf([&](const EmbeddingServer &other) { return other.modelName() == modelName; }) == 0)
        return Error{ErrorKind::NotFound, u"No server of the model %1 is set up here."_s.arg(modelName)};
    return write(m_file, *servers);
}

Result<std::shared_ptr<EmbeddingProvider>> EmbeddingServers::provider(const EmbeddingServer &server,
                                                                      const CancelToken &token)
{
    Result<HttpEmbeddingOptions> options = server.options();
    if (!options)
        return options.error();
    if (!server.keyFile.isEmpty()) {
        const Result<QByteArray> key = readKeyFile(server.keyFile);
        if (!key)
            return key.error();
        options->key = *key;
    } else if (server.keyInKeyring) {
        const Result<QString> key = SecretStore::readHere(server.keyName(), token);
        if (!key)
            return Error{key.error().kind == ErrorKind::Cancelled ? ErrorKind::Cancelled
                                                                  : ErrorKind::Permission,
                         u"The key of the embedding server %1 could not be had from the keyring."_s.arg(
                             server.baseUrl.host()),
                         u"Unlock the keyring, or enter the key again under Search quality ▸ Embeddings."_s,
                         key.error().message};
        options->key = key->toUtf8();
    }
    return HttpEmbeddingProvider::make(*options);
}
