// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#include "app/services/httpembedding.h"

#include <QFile>

using namespace Qt::StringLiterals;

namespace {

/// The key that a file holds, if only its owner can read it. A key in an argument would be in every process
/// list, one in the environment in every child.
Result<QByteArray> readKey(const QString &path)
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

} // namespace

void cli::addProviderOptions(Invocation &call)
{
    QCommandLineParser &parser = call.parser();
    parser.addOption({u"provider"_s,
                      u"Who computes the vectors: offline, %1 (offline)."_s.arg(
                          HttpEmbeddingOptions::presets().join(u", "_s)),
                      u"PROVIDER"_s, u"offline"_s});
    parser.addOption({u"model"_s, u"The provider's model."_s, u"MODEL"_s});
    parser.addOption({u"base-url"_s, u"Its address, to which /embeddings is added."_s, u"URL"_s});
    parser.addOption({u"key-file"_s, u"File with its key, readable for you alone."_s, u"FILE"_s});
    parser.addOption({u"dimensions"_s, u"Ask for shortened vectors."_s, u"N"_s, u"0"_s});
}

Result<std::shared_ptr<EmbeddingProvider>> cli::chosenProvider(const Invocation &call)
{
    if (call.value(u"provider"_s) == u"offline") {
        const QString model = call.value(u"model"_s);
        if (!model.isEmpty() && model != OfflineEmbeddingProvider::builtInModel())
            return Error{ErrorKind::NotFound, u"The built-in embedder has no model “%1”."_s.arg(model),
                         u"Name its --provider."_s};
        return OfflineEmbeddingProvider::load();
    }
    Result<HttpEmbeddingOptions> options = HttpEmbeddingOptions::preset(call.value(u"provider"_s));
    if (!options)
        return options.error();
    if (call.isSet(u"base-url"_s))
        options->baseUrl = QUrl(call.value(u"base-url"_s), QUrl::StrictMode);
    if (call.isSet(u"model"_s))
        options->model = call.value(u"model"_s);
    const Result<int> dimensions = call.number(u"dimensions"_s, 0, EmbeddingProvider::columnDimensions);
    if (!dimensions)
        return dimensions.error();
    options->dimensions = *dimensions;
    if (call.isSet(u"key-file"_s)) {
        const Result<QByteArray> key = readKey(call.value(u"key-file"_s));
        if (!key)
            return key.error();
        options->key = *key;
    }
    return HttpEmbeddingProvider::make(*options);
}
