// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/uploadtarget.h"

#include "app/core/paths.h"
#include "app/db/secretstore.h"
#include "app/services/embeddingservers.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QStorageInfo>
#include <QUrlQuery>

using namespace Qt::StringLiterals;

namespace {

const QStringList kindNames{QStringLiteral("folder"), QStringLiteral("azure"), QStringLiteral("remote")};

Error usage(const QString &message, const QString &hint = {})
{
    return {ErrorKind::Usage, message, hint};
}

bool matches(const QString &text, const QString &pattern)
{
    return QRegularExpression(QRegularExpression::anchoredPattern(pattern)).match(text).hasMatch();
}

/// Below a container or remote: no way up, no empty part, nothing that rclone reads as another remote.
Result<void> checkPath(const QString &path)
{
    constexpr int longest = 512; // with a backup's name behind it: Azure allows 1024
    if (path.size() > longest || path.startsWith(u'/') || path.contains(u'\\') || path.contains(u'\n'))
        return usage(u"“%1” cannot be a path on the target."_s.arg(path));
    for (const QString &part : path.split(u'/'))
        if (!path.isEmpty() && (part.isEmpty() || part == u"." || part == u".." || part.endsWith(u'.')))
            return usage(u"“%1” cannot be a path on the target: “%2” is no name."_s.arg(path, part));
    return {};
}

Result<void> write(const QString &file, const QList<UploadTarget> &targets)
{
    QJsonArray array;
    for (const UploadTarget &target : targets)
        array.append(QJsonObject{{u"name"_s, target.name},
                                 {u"kind"_s, kindNames[int(target.kind)]},
                                 {u"path"_s, target.path},
                                 {u"account"_s, target.account},
                                 {u"container"_s, target.container},
                                 {u"remote"_s, target.remote},
                                 {u"secret_file"_s, target.secretFile},
                                 {u"secret_in_keyring"_s, target.secretInKeyring},
                                 {u"mount_point"_s, target.mountPoint}});
    return paths::writePrivate(file, QJsonDocument(array).toJson());
}

} // namespace

QString UploadTarget::text() const
{
    switch (kind) {
    case Kind::Azure:
        return u"azure:%1/%2%3"_s.arg(account, container, path.isEmpty() ? QString() : u'/' + path);
    case Kind::Remote:
        return remote + u':' + path;
    case Kind::Folder:
        break;
    }
    return path;
}

bool UploadTarget::isOffSite(const QString &text)
{
    if (!text.startsWith(u'/'))
        return true;
    const QByteArray system = QStorageInfo(text).fileSystemType();
    return system.startsWith("nfs") || system == "cifs" || system.startsWith("smb") ||
           system == "fuse.sshfs" || system == "fuse.rclone" || system == "ceph" || system == "glusterfs";
}

bool UploadTarget::mounted() const
{
    return kind != Kind::Folder || (mountPointOf(path) + u'/').startsWith(mountPoint + u'/');
}

QString UploadTarget::mountPointOf(const QString &folder)
{
    const QString found = QStorageInfo(folder).rootPath();
    return found == u"/" ? QString() : found;
}

QString UploadTarget::keyName() const
{
    return u"upload target %1/%2"_s.arg(account, container);
}

QString UploadTarget::secretPlace() const
{
    return !needsSecret()          ? u"none"_s
           : !secretFile.isEmpty() ? u"file"_s
           : secretInKeyring       ? u"keyring"_s
                                   : u"missing"_s;
}

Result<void> checkTarget(const UploadTarget &target)
{
    if (!target.name.isEmpty() && !matches(target.name, u"[A-Za-z0-9][A-Za-z0-9_-]{0,62}"_s))
        return usage(u"“%1” cannot be the name of a target."_s.arg(target.name),
                     u"Use letters, digits, - and _, at most 63."_s);
    switch (target.kind) {
    case UploadTarget::Kind::Folder:
        if (!QDir::isAbsolutePath(target.path))
            return usage(u"The folder of a target is an absolute path."_s);
        return {};
    case UploadTarget::Kind::Azure:
        if (!matches(target.account, u"[a-z0-9]{3,24}"_s))
            return usage(u"“%1” cannot be a storage account of Azure."_s.arg(target.account),
                         u"It has 3 to 24 lower-case letters and digits."_s);
        if (!matches(target.container, u"[a-z0-9](-?[a-z0-9])*"_s) || target.container.size() < 3 ||
            target.container.size() > 63)
            return usage(u"“%1” cannot be a container of Azure Blob."_s.arg(target.container),
                         u"It has 3 to 63 lower-case letters, digits and single dashes, such as "
                         u"database-backups."_s);
        return checkPath(target.path);
    case UploadTarget::Kind::Remote:
        // rclone's own rule; a dash in front would be an option.
        if (!matches(target.remote, u"[\\w.+@][\\w.+@ -]*"_s) || target.remote.endsWith(u' '))
            return usage(u"“%1” cannot be a remote of rclone."_s.arg(target.remote));
        return checkPath(target.path);
    }
    return {};
}

Result<void> checkFolder(const UploadTarget &target)
{
    if (target.kind != UploadTarget::Kind::Folder || QFileInfo(target.path).isDir())
        return {};
    return Error{ErrorKind::NotFound, u"There is no folder %1."_s.arg(target.path),
                 u"Is the disk mounted? Else make the folder."_s};
}

Result<void> checkSetUp(const UploadTarget &target, const std::optional<QString> &typed)
{
    if (target.name.isEmpty())
        return usage(u"A target needs a name."_s);
    if (const Result<void> valid = checkTarget(target); !valid)
        return valid;
    if (const Result<void> there = checkFolder(target); !there)
        return there;
    if (!target.needsSecret() || (!typed && target.secretFile.isEmpty()))
        return {};
    if (!target.secretFile.isEmpty() && !QDir::isAbsolutePath(target.secretFile))
        return usage(u"The file of a target's key is an absolute path."_s);
    QString secret = typed.value_or(QString());
    if (!typed) {
        const Result<QByteArray> key = readKeyFile(target.secretFile);
        if (!key)
            return key.error();
        secret = QString::fromUtf8(*key);
    }
    const Result<QByteArray> section = azureSection(target, secret);
    return section ? Result<void>() : section.error();
}

Result<QByteArray> azureSection(const UploadTarget &target, const QString &secret)
{
    if (secret.contains(u'\n') || secret.contains(u'\r') || secret.isEmpty())
        return usage(u"The secret of %1 is not one line."_s.arg(target.text()));
    const QByteArray head = "[target]\ntype = azureblob\n";
    const bool token = !secret.contains(u"://") && secret.contains(u"sig=");
    if (!token && !secret.contains(u"://")) {
        const auto key =
            QByteArray::fromBase64Encoding(secret.toLatin1(), QByteArray::AbortOnBase64DecodingErrors);
        if (!key || key.decoded.size() < 16)
            return usage(u"The secret of %1 is neither an account key nor a SAS."_s.arg(target.text()),
                         u"A key is 88 characters of base64; a SAS is a URL with “sig=” in it."_s);
        return head + "account = " + target.account.toLatin1() + "\nkey = " + secret.toLatin1() + '\n';
    }
    QUrl url(token ? u"https://%1.blob.core.windows.net/%2?%3"_s.arg(
                         target.account, target.container, secret.startsWith(u'?') ? secret.mid(1) : secret)
                   : secret,
             QUrl::StrictMode);
    const QUrlQuery query(url);
    const bool here = url.host() == u"127.0.0.1" || url.host() == u"localhost"; // an emulator
    if (!url.isValid() || !query.hasQueryItem(u"sig"_s) || (url.scheme() != u"https" && !here))
        return usage(u"The SAS of %1 is no https URL with a signature."_s.arg(target.text()));
    const QDateTime end =
        QDateTime::fromString(query.queryItemValue(u"se"_s, QUrl::FullyDecoded), Qt::ISODate);
    if (end.isValid() && end < QDateTime::currentDateTimeUtc())
        return usage(u"The SAS of %1 ended on %2."_s.arg(target.text(), end.toString(Qt::ISODate)),
                     u"Have a new one made for the container, and put it in the place of the old one."_s);
    const bool ofAccount = query.hasQueryItem(u"srt"_s);
    const QString container = url.path().section(u'/', -1);
    if (!ofAccount && container != target.container)
        return usage(u"The SAS of %1 is of the container “%2”."_s.arg(target.text(), container));
    return head + "sas_url = " + url.toEncoded() + '\n';
}

Result<QList<UploadTarget>> UploadTargets::all() const
{
    QFile file(m_file);
    if (!file.exists())
        return QList<UploadTarget>();
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorKind::Io,
                     u"The list of upload targets, %1, cannot be read."_s.arg(m_file),
                     {},
                     file.errorString()};
    const QJsonDocument document = QJsonDocument::fromJson(file.readAll());
    if (!document.isArray())
        return Error{ErrorKind::Io, u"The list of upload targets, %1, is damaged."_s.arg(m_file),
                     u"Remove the file and set the targets up again."_s};
    QList<UploadTarget> targets;
    const QJsonArray array = document.array();
    for (const QJsonValue &json : array)
        targets.append({json[u"name"].toString(),
                        UploadTarget::Kind(std::max(0, int(kindNames.indexOf(json[u"kind"].toString())))),
                        json[u"path"].toString(), json[u"account"].toString(), json[u"container"].toString(),
                        json[u"remote"].toString(), json[u"secret_file"].toString(),
                        json[u"secret_in_keyring"].toBool(), json[u"mount_point"].toString()});
    return targets;
}

Result<void> UploadTargets::save(UploadTarget target)
{
    if (target.name.isEmpty())
        return usage(u"A target needs a name."_s);
    if (const Result<void> valid = checkTarget(target); !valid)
        return valid;
    Result<QList<UploadTarget>> targets = all();
    if (!targets)
        return targets.error();
    if (target.kind == UploadTarget::Kind::Folder)
        target.mountPoint = UploadTarget::mountPointOf(target.path);
    targets->removeIf([&](const UploadTarget &other) { return other.name == target.name; });
    targets->append(target);
    return write(m_file, *targets);
}

Result<UploadTarget> UploadTargets::remove(const QString &name)
{
    Result<QList<UploadTarget>> targets = all();
    if (!targets)
        return targets.error();
    const auto found = std::find_if(targets->cbegin(), targets->cend(),
                                    [&](const UploadTarget &target) { return target.name == name; });
    if (found == targets->cend())
        return Error{ErrorKind::NotFound, u"There is no upload target “%1”."_s.arg(name)};
    const UploadTarget removed = *found;
    targets->erase(found);
    const Result<void> written = write(m_file, *targets);
    return written ? Result<UploadTarget>(removed) : written.error();
}

QString UploadTargets::strayKey(const UploadTarget &former) const
{
    const Result<QList<UploadTarget>> targets = all();
    if (!former.needsSecret() || !former.secretInKeyring || !targets)
        return {};
    const bool needed = std::any_of(targets->cbegin(), targets->cend(), [&](const UploadTarget &target) {
        return target.needsSecret() && target.secretInKeyring && target.keyName() == former.keyName();
    });
    return needed ? QString() : former.keyName();
}

Result<UploadTarget> UploadTargets::resolve(const QString &text) const
{
    UploadTarget typed;
    if (text.startsWith(u'/') || text.startsWith(u'.')) {
        typed.path = QDir::cleanPath(QDir(text).absolutePath());
        return typed;
    }
    if (text.contains(u':')) {
        typed.kind = UploadTarget::Kind::Remote;
        typed.remote = text.section(u':', 0, 0);
        typed.path = text.section(u':', 1);
        const Result<void> valid = checkTarget(typed);
        return valid ? Result<UploadTarget>(typed) : valid.error();
    }
    const Result<QList<UploadTarget>> targets = all();
    if (!targets)
        return targets.error();
    if (text.isEmpty() && targets->size() == 1)
        return targets->first();
    QStringList names;
    for (const UploadTarget &target : *targets) {
        if (target.name == text)
            return target;
        names += target.name;
    }
    const QString hint = names.isEmpty() ? u"“retail-admin backup target set NAME” sets one up; a folder "
                                           u"(/…) or a remote of rclone (remote:path) can be named too."_s
                                         : u"Targets: %1."_s.arg(names.join(u", "_s));
    return text.isEmpty() ? usage(u"Name the target: --to TARGET."_s, hint)
                          : Error{ErrorKind::NotFound, u"There is no upload target “%1”."_s.arg(text), hint};
}

Result<QString> UploadTargets::secret(const UploadTarget &target, bool keyring, const CancelToken &token)
{
    if (!target.needsSecret())
        return QString();
    if (!target.secretFile.isEmpty()) {
        const Result<QByteArray> key = readKeyFile(target.secretFile);
        return key ? Result<QString>(QString::fromUtf8(*key)) : key.error();
    }
    const QString hint = u"retail-admin backup target set %1 --secret-file FILE"_s.arg(target.name);
    if (!target.secretInKeyring)
        return usage(u"No key of %1 is known."_s.arg(target.text()), hint);
    if (!keyring)
        return usage(u"The key of %1 is in the keyring, which is locked when nobody is logged in."_s.arg(
                         target.text()),
                     u"Put it into a file that only you can read: "_s + hint);
    return SecretStore::readHere(target.keyName(), token);
}
