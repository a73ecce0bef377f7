// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/canceltoken.h"
#include "app/core/result.h"

#include <QList>
#include <QString>

#include <optional>

/// A place away from the backup folder that backups are copied to. Holds no secret: that lies in the keyring
/// or in a file of its own.
struct UploadTarget
{
    enum class Kind {
        Folder, ///< of a mounted disk or share
        Azure,  ///< a container of Azure Blob
        Remote, ///< one of the user's own rclone configuration
    };

    QString name; ///< as the list of targets has it; empty for one that was only typed
    Kind kind = Kind::Folder;
    QString path;            ///< the folder; the path below the container or of the remote
    QString account = {};    ///< Azure
    QString container = {};  ///< Azure
    QString remote = {};     ///< Remote: its name
    QString secretFile = {}; ///< Azure: holds an account key or a SAS; only its owner may read it
    bool secretInKeyring = false;
    QString mountPoint = {}; ///< Folder: of its file system when it was set up; empty for that of "/"

    /// "/mnt/backups", "azure:account/container/path", "remote:path": for people, the history and as a key.
    QString text() const;
    /// Away from this house: everything but a folder, and a folder of a network's file system.
    bool offSite() const { return isOffSite(text()); }
    static bool isOffSite(const QString &text);
    /// The folder lies on the disk on which it was set up, or on one mounted below; true of other kinds.
    bool mounted() const;
    static QString mountPointOf(const QString &folder); ///< empty for "/", and where there is no folder
    QString keyName() const;                            ///< under which its secret is in the keyring
    bool needsSecret() const { return kind == Kind::Azure; }
    QString secretPlace() const; ///< "none" where it needs none, "file", "keyring" or "missing"
};

/// Whether the names are such as the service takes, which would say no more than "400". Kind Usage.
Result<void> checkTarget(const UploadTarget &target);

/// A disk that is not mounted leaves an empty folder, or none. Kind NotFound when there is none.
Result<void> checkFolder(const UploadTarget &target);

/// Refuses now what would fail at two in the morning: names, a folder that is not there, a secret that is
/// none. `typed` is one on its way to the keyring or to a file; without it the secret lies there already.
/// Kinds Usage, NotFound and Io. Blocks.
Result<void> checkSetUp(const UploadTarget &target, const std::optional<QString> &typed = {});

/// What rclone's configuration file says of an Azure target: `secret` is an account key, a SAS URL or a SAS
/// token. Kind Usage for what is none of them, for a SAS of another container and for one that has ended.
Result<QByteArray> azureSection(const UploadTarget &target, const QString &secret);

/// The targets that were set up, in upload-targets.json beside the settings. Any thread; the file is read
/// each time.
class UploadTargets final
{
public:
    explicit UploadTargets(QString file)
        : m_file(std::move(file))
    {
    }

    Result<QList<UploadTarget>> all() const;
    /// Takes the place of one of the same name. A folder is expected on the disk on which it lies now.
    Result<void> save(UploadTarget target);
    Result<UploadTarget> remove(const QString &name); ///< what it was
    /// The entry of the keyring that a target had and none of the list needs any more; mostly empty.
    QString strayKey(const UploadTarget &former) const;

    /// A name of the list, a folder ("/…"), or "remote:path" of the user's own rclone configuration. Empty
    /// means the only one of the list. Kind NotFound or Usage.
    Result<UploadTarget> resolve(const QString &text) const;

    /// The secret of a target, empty where it needs none. Without `keyring` only its file is asked, as a
    /// timer must. Blocks while the keyring is asked.
    static Result<QString> secret(const UploadTarget &target, bool keyring, const CancelToken &token);

private:
    const QString m_file;
};
