// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/paths.h"
#include "app/services/backupupload.h"
#include "app/services/erasure.h"
#include "tests/support/azurite.h"
#include "tests/support/backuptest.h"
#include "tests/support/smalldisk.h"
#include "tests/support/tcpproxy.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QRandomGenerator>
#include <QScopeGuard>
#include <QTest>

#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <thread>

using namespace Qt::StringLiterals;

/// Backups on their way to a folder and to Azure Blob: first what goes wrong. None of it needs a database.
class TestBackupUpload final : public QObject
{
    Q_OBJECT

    std::unique_ptr<Azurite> m_azurite;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<QTemporaryDir> m_target;
    QTemporaryDir m_home;
    int m_containers = 0;

    backup::StoredBackup madeUp(qint64 bytes, const QDateTime &created = QDateTime::currentDateTimeUtc(),
                                backup::Level level = backup::Level::Listed) const
    {
        const QString base = u"shop_database_"_s + created.toString(u"yyyyMMdd'T'HHmmss'Z'"_s);
        backup::StoredBackup stored{m_folder->path(), base + u".json"_s, {}};
        backup::Manifest &manifest = stored.manifest;
        manifest.created = manifest.finished = created;
        manifest.database = u"shop"_s;
        manifest.dump = base + u".dump"_s;
        manifest.globals = base + u".globals.sql"_s;
        manifest.verification.level = level;
        QRandomGenerator random(7);
        for (const auto &[name, size] :
             {std::pair{manifest.dump, bytes}, std::pair{manifest.globals, qint64(500)}}) {
            QByteArray content(size, '\0');
            random.fillRange(reinterpret_cast<quint32 *>(content.data()), size / 4);
            QFile file(stored.path(name));
            if (!file.open(QIODevice::WriteOnly) || file.write(content) != size)
                qFatal("no made-up backup");
            manifest.files.append(
                {name,
                 size,
                 QString::fromLatin1(QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex()),
                 0,
                 {}});
        }
        if (!backup::writeManifest(stored))
            qFatal("no made-up manifest");
        return stored;
    }

    QString freshContainer()
    {
        const QString name = u"database-backups-%1"_s.arg(++m_containers);
        m_azurite->makeContainer(name);
        return name;
    }

    static Result<backup::Uploaded> send(const backup::StoredBackup &stored, const UploadTarget &target,
                                         const QString &secret, WatchedJob &job, int patienceMs = 30'000)
    {
        Result<Rclone> rclone = Rclone::open(target, secret);
        if (!rclone)
            return rclone.error();
        rclone->patienceMs = patienceMs;
        return backup::upload(stored, *rclone, job);
    }

    UploadTarget folderTarget() const
    {
        UploadTarget target;
        target.path = m_target->path();
        return target;
    }

    void nothingLeft() const
    {
        QVERIFY(childrenNamed("rclone").isEmpty());
        QVERIFY(QDir(paths::runtime()).entryList({u"rclone-*"_s}, QDir::Files | QDir::Hidden).isEmpty());
    }

    static QStringList filesOf(const backup::StoredBackup &stored)
    {
        QStringList names{stored.manifest.dump, stored.manifest.globals, stored.file};
        names.sort();
        return names;
    }

    /// Every argument and every variable of every process of this machine.
    static QByteArray processes()
    {
        QByteArray all;
        for (const QString &entry : QDir(u"/proc"_s).entryList(QDir::Dirs))
            for (const QString &what : {u"cmdline"_s, u"environ"_s})
                if (QFile file(u"/proc/%1/%2"_s.arg(entry, what));
                    entry.toInt() > 0 && file.open(QIODevice::ReadOnly))
                    all += file.readAll() + '\n';
        return all;
    }

private slots:
    void initTestCase()
    {
        for (const char *name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"})
            qputenv(name, m_home.path().toUtf8());
        m_azurite = std::make_unique<Azurite>();
    }
    void cleanupTestCase() { m_azurite.reset(); }
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_target = std::make_unique<QTemporaryDir>();
    }
    void cleanup() { nothingLeft(); }

    void namesThatTheServiceRefusesAreRefusedFirst_data()
    {
        QTest::addColumn<UploadTarget>("target");
        const auto azure = [](const QString &account, const QString &container, const QString &path = {}) {
            UploadTarget target = Azurite::target(container, path);
            target.account = account;
            return target;
        };
        QTest::newRow("a container of two letters") << azure(u"shop"_s, u"ab"_s);
        QTest::newRow("a container in capitals") << azure(u"shop"_s, u"Backups"_s);
        QTest::newRow("a container with two dashes") << azure(u"shop"_s, u"a--b"_s);
        QTest::newRow("a container that ends with a dash") << azure(u"shop"_s, u"backups-"_s);
        QTest::newRow("a container of 64 letters") << azure(u"shop"_s, QString(64, u'a'));
        QTest::newRow("an account with a dash") << azure(u"my-shop"_s, u"backups"_s);
        QTest::newRow("an account of two letters") << azure(u"ab"_s, u"backups"_s);
        QTest::newRow("a path that leads up") << azure(u"shop"_s, u"backups"_s, u"a/../b"_s);
        QTest::newRow("a path with an empty part") << azure(u"shop"_s, u"backups"_s, u"a//b"_s);
        UploadTarget remote;
        remote.kind = UploadTarget::Kind::Remote;
        remote.remote = u"--config"_s;
        QTest::newRow("an option instead of a remote") << remote;
        QTest::newRow("a folder that is relative")
            << UploadTarget{{}, UploadTarget::Kind::Folder, u"backups"_s};
    }
    void namesThatTheServiceRefusesAreRefusedFirst()
    {
        QFETCH(UploadTarget, target);
        const Result<void> checked = checkTarget(target);
        QVERIFY(!checked);
        QCOMPARE(checked.error().kind, ErrorKind::Usage);
    }

    void secretsThatCannotBeAreRefusedFirst_data()
    {
        QTest::addColumn<QString>("secret");
        QTest::addColumn<QString>("word");
        QTest::newRow("none") << u""_s << u"one line"_s;
        QTest::newRow("two lines") << u"abc\ntype = local"_s << u"one line"_s;
        QTest::newRow("a word") << u"hunter2!"_s << u"neither"_s;
        QTest::newRow("a URL without a signature")
            << u"https://shop.blob.core.windows.net/backups?sv=1"_s << u"signature"_s;
        QTest::newRow("a SAS over http")
            << u"http://shop.blob.core.windows.net/backups?sig=x"_s << u"https"_s;
        QTest::newRow("a SAS of another container")
            << u"https://shop.blob.core.windows.net/other?sig=secretword"_s << u"other"_s;
        QTest::newRow("a SAS that has ended")
            << u"https://shop.blob.core.windows.net/backups?sig=secretword&se=2024-01-01T00:00:00Z"_s
            << u"ended"_s;
    }
    void secretsThatCannotBeAreRefusedFirst()
    {
        QFETCH(QString, secret);
        QFETCH(QString, word);
        const Result<QByteArray> section = azureSection(Azurite::target(u"backups"_s), secret);
        QVERIFY(!section);
        QCOMPARE(section.error().kind, ErrorKind::Usage);
        QVERIFY2(section.error().text().contains(word), qPrintable(section.error().text()));
        QVERIFY(!section.error().text().contains(u"secretword") &&
                !section.error().text().contains(u"hunter2"));
    }

    void aKeyStaysWhileAnotherTargetNeedsIt()
    {
        UploadTargets targets(m_home.filePath(u"keys.json"_s));
        UploadTarget daily = Azurite::target(u"backups"_s, u"daily"_s);
        daily.name = u"daily"_s;
        daily.secretInKeyring = true;
        UploadTarget monthly = Azurite::target(u"backups"_s, u"monthly"_s);
        monthly.name = u"monthly"_s;
        monthly.secretInKeyring = true;
        VERIFY_OK(targets.save(daily));
        VERIFY_OK(targets.save(monthly));
        QVERIFY(!targets.remove(u"weekly"_s));
        const Result<UploadTarget> first = targets.remove(u"daily"_s);
        VERIFY_OK(first);
        QCOMPARE(targets.strayKey(*first), QString());
        // One that has a file now needs none of the keyring.
        UploadTarget filed = monthly;
        filed.secretInKeyring = false;
        filed.secretFile = m_home.filePath(u"key"_s);
        VERIFY_OK(targets.save(filed));
        QCOMPARE(targets.strayKey(monthly), monthly.keyName());
        QCOMPARE(targets.strayKey(filed), QString());
    }

    void rcloneIsMissing()
    {
        const QByteArray path = qgetenv("PATH");
        qputenv("PATH", "/nowhere");
        const auto back = qScopeGuard([&] { qputenv("PATH", path); });
        WatchedJob job;
        const auto sent = send(madeUp(1'000), folderTarget(), {}, job);
        QVERIFY(!sent);
        QCOMPARE(sent.error().kind, ErrorKind::Tool);
        QVERIFY(sent.error().hint.contains(u"apt-get install rclone"));
    }

    void aDamagedBackupIsNotUploaded()
    {
        const backup::StoredBackup stored = madeUp(4'000);
        QFile dump(stored.dumpPath());
        QVERIFY(dump.open(QIODevice::ReadWrite) && dump.seek(2'000) && dump.write("X") == 1);
        dump.close();
        WatchedJob job;
        const auto sent = send(stored, folderTarget(), {}, job);
        QVERIFY(!sent);
        QCOMPARE(sent.error().kind, ErrorKind::Verification);
        QVERIFY(contentsOf(m_target->path()).isEmpty());
    }

    void aFolderThatIsNotThereIsNotMade()
    {
        UploadTarget target = folderTarget();
        target.path += u"/unmounted"_s;
        WatchedJob job;
        const auto sent = send(madeUp(1'000), target, {}, job);
        QVERIFY(!sent && sent.error().kind == ErrorKind::NotFound);
        QVERIFY(!QDir(target.path).exists());
        target.path = m_folder->path();
        const auto itself = send(madeUp(1'000), target, {}, job);
        QVERIFY(!itself && itself.error().kind == ErrorKind::Usage);
    }

    void aDiskThatIsNotMountedAnyMoreIsNoTarget()
    {
        // Mounting is root's: a link stands for it, and for the disk /proc, which everywhere is a file system
        // of its own.
        UploadTarget disk = folderTarget();
        disk.name = u"disk"_s;
        disk.path += u"/disk"_s;
        QVERIFY(QFile::link(u"/proc"_s, disk.path));
        UploadTargets targets(m_home.filePath(u"disks.json"_s));
        VERIFY_OK(targets.save(disk));
        const auto upload = [&](WatchedJob &job) {
            const Result<UploadTarget> listed = targets.resolve(u"disk"_s);
            return listed ? send(madeUp(1'000), *listed, {}, job) : listed.error();
        };
        QVERIFY(QFile::remove(disk.path) && QDir().mkdir(disk.path));
        WatchedJob job;
        const auto sent = upload(job);
        QVERIFY(!sent);
        QVERIFY2(sent.error().kind == ErrorKind::NotFound &&
                     sent.error().message.contains(u"/proc is not mounted"),
                 qPrintable(sent.error().text()));
        QVERIFY(QDir(disk.path).isEmpty());
        // Who means that folder says so; one on the disk of the backups is a poor target and no mistake.
        VERIFY_OK(targets.save(disk));
        VERIFY_OK(upload(job));
        QVERIFY(!QDir(disk.path).isEmpty());
    }

    void aFolderThatIsReadOnlyOrFull_data()
    {
        QTest::addColumn<QByteArray>("options");
        QTest::addColumn<QString>("word");
        QTest::newRow("read-only") << QByteArray("ro") << u"written to"_s;
        QTest::newRow("full") << QByteArray("size=1m") << u"full"_s;
    }
    void aFolderThatIsReadOnlyOrFull()
    {
        QFETCH(QByteArray, options);
        QFETCH(QString, word);
        const backup::StoredBackup big = madeUp(4'000'000);
        UploadTarget target = folderTarget();
        const SmallDisk disk(target.path, "size=1m", options == "ro" ? MS_RDONLY : 0);
        rlimit former{};
        ::getrlimit(RLIMIT_FSIZE, &former);
        if (!disk.mounted() && options == "ro") {
            if (::geteuid() == 0)
                target.path = u"/sys/class/net"_s; // in which not even root can make a file
            else
                QVERIFY(QFile(target.path).setPermissions(QFile::ReadOwner | QFile::ExeOwner));
        } else if (!disk.mounted()) {
            // Who may not mount has a limit on the size of files, which rclone inherits.
            const rlimit small{1 << 20, former.rlim_max};
            ::signal(SIGXFSZ, SIG_IGN);
            ::setrlimit(RLIMIT_FSIZE, &small);
        }
        const auto mend = qScopeGuard([&] {
            ::setrlimit(RLIMIT_FSIZE, &former);
            QFile(m_target->path()).setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        });
        WatchedJob job;
        const auto sent = send(big, target, {}, job);
        QVERIFY(!sent);
        QCOMPARE(sent.error().kind, ErrorKind::Io);
        QVERIFY2(sent.error().text().contains(word), qPrintable(sent.error().text()));
        QVERIFY(!QFile::exists(target.path + u'/' + big.file));
    }

    void aWrongKey_data()
    {
        QTest::addColumn<int>("way");
        QTest::newRow("another signature") << 0;
        QTest::newRow("rights to read only") << 1;
    }
    void aWrongKey()
    {
        QFETCH(int, way);
        const QString container = freshContainer();
        QString secret = m_azurite->sas(container, 0, way == 1 ? u"rl"_s : u"rwdl"_s);
        if (way == 0)
            secret.replace(u"&sig="_s, u"&sig=A"_s);
        WatchedJob job;
        const auto sent = send(madeUp(4'000), Azurite::target(container), secret, job);
        QVERIFY(!sent);
        QVERIFY2(sent.error().kind == ErrorKind::Permission, qPrintable(sent.error().text()));
        QVERIFY(m_azurite->names(container).isEmpty());
        const QString signature = secret.section(u"sig="_s, 1);
        QVERIFY(!sent.error().text().contains(signature) && !job.lines.join(u'\n').contains(signature));
    }

    void theContainerIsMissing()
    {
        for (const QString &path : {u""_s, u"shop/daily"_s}) {
            WatchedJob job;
            const auto sent =
                send(madeUp(4'000), Azurite::target(u"nowhere"_s, path), m_azurite->sas(u"nowhere"_s), job);
            QVERIFY(!sent);
            QVERIFY2(sent.error().kind == ErrorKind::NotFound && sent.error().message.contains(u"nowhere"),
                     qPrintable(sent.error().text()));
        }
    }

    void theQuotaIsUsedUp()
    {
        // Azurite has no quota: a server that lists nothing and refuses every block.
        QProcess service;
        service.start(u"node"_s, {u"-e"_s, uR"(
            require('http').createServer((request, response) => {
                request.resume().on('end', () => {
                    response.setHeader('Content-Type', 'application/xml');
                    if (request.method == 'PUT') {
                        response.writeHead(409, {'x-ms-error-code': 'QuotaExceeded'});
                        response.end('<?xml version="1.0"?><Error><Code>QuotaExceeded</Code></Error>');
                    } else if (request.method == 'HEAD') {
                        response.writeHead(404).end();
                    } else {
                        response.end('<?xml version="1.0"?><EnumerationResults><Blobs/><NextMarker/>' +
                                     '</EnumerationResults>');
                    }
                });
            }).listen(0, '127.0.0.1', function() { console.log(this.address().port); }))"_s});
        const auto end = qScopeGuard([&] {
            service.kill();
            service.waitForFinished();
        });
        QVERIFY(service.waitForReadyRead());
        const int port = service.readAllStandardOutput().trimmed().toInt();
        WatchedJob job;
        const auto sent =
            send(madeUp(4'000), Azurite::target(u"backups"_s), m_azurite->sas(u"backups"_s, port), job);
        QVERIFY(!sent);
        QVERIFY2(sent.error().kind == ErrorKind::Io && sent.error().message.contains(u"quota"),
                 qPrintable(sent.error().text()));
    }

    void cutInTheMiddleAndResumed()
    {
        const QString container = freshContainer();
        TcpProxy proxy(u"127.0.0.1:%1"_s.arg(m_azurite->port()));
        proxy.watch("comp=block&");
        const backup::StoredBackup stored = madeUp(60'000'000);
        const QString secret = m_azurite->sas(container, proxy.port());
        std::atomic<bool> done = false;
        std::thread saboteur([&] {
            while (!done && proxy.seen("comp=block&") < 3)
                std::this_thread::yield();
            proxy.refuse(true);
            proxy.cut();
        });
        WatchedJob job;
        const auto sent = send(stored, Azurite::target(container), secret, job, 10'000);
        done = true;
        saboteur.join();
        QVERIFY(!sent);
        QVERIFY2(sent.error().kind == ErrorKind::LinkLost || sent.error().kind == ErrorKind::Timeout,
                 qPrintable(sent.error().text()));
        // The small file had arrived, and without a manifest none of it is a backup.
        QVERIFY(!m_azurite->names(container).contains(stored.manifest.dump));
        QVERIFY(!m_azurite->names(container).contains(stored.file));
        const bool smallThere = m_azurite->names(container).contains(stored.manifest.globals);
        proxy.refuse(false);
        const auto again = send(stored, Azurite::target(container), secret, job);
        VERIFY_OK(again);
        QCOMPARE(again->sent, smallThere ? 2 : 3);
        QCOMPARE(m_azurite->names(container), filesOf(stored));
    }

    void aSumThatTakesLongIsNoStall_data()
    {
        QTest::addColumn<bool>("remote"); // of the user's own configuration; else a folder
        QTest::addColumn<QByteArray>("command");
        QTest::addColumn<QByteArray>("stats");
        QTest::addColumn<bool>("stalls");
        const QByteArray checking = R"({"bytes":0,"checking":["f"]})";
        const QByteArray notBegun = R"({"bytes":0,"transferring":[{"name":"f","bytes":0,"size":100000000}]})";
        const QByteArray begun = R"({"bytes":9,"transferring":[{"name":"f","bytes":9,"size":100000000}]})";
        QTest::newRow("a folder is read here") << false << QByteArray("hashsum") << checking << false;
        QTest::newRow("a service computes sums") << true << QByteArray("hashsum") << checking << false;
        QTest::newRow("what is there is compared") << false << QByteArray("copy") << checking << false;
        QTest::newRow("a service wants the sum of a large file first")
            << true << QByteArray("copy") << notBegun << false;
        QTest::newRow("a folder, which wants none") << false << QByteArray("copy") << notBegun << true;
        QTest::newRow("a service that stops in the middle") << true << QByteArray("copy") << begun << true;
        QTest::newRow("a service that is silent")
            << true << QByteArray("hashsum") << QByteArray(R"({"bytes":0})") << true;
    }
    void aSumThatTakesLongIsNoStall()
    {
        QFETCH(bool, remote);
        QFETCH(QByteArray, command);
        QFETCH(QByteArray, stats);
        QFETCH(bool, stalls);
        // Says for three seconds what rclone says meanwhile, then does the work.
        const Result<QString> rclone = Rclone::program();
        VERIFY_OK(rclone);
        const QTemporaryDir folder;
        QFile script(folder.filePath(u"rclone"_s));
        QVERIFY(script.open(QIODevice::WriteOnly));
        script.write("#!/bin/sh\nif [ \"$1\" = " + command +
                     " ]; then for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo '{\"stats\":" + stats +
                     "}' >&2; sleep 0.25; done; fi\nexec " + rclone->toUtf8() + " \"$@\"\n");
        script.close();
        QVERIFY(script.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        const QByteArray path = qgetenv("PATH");
        qputenv("PATH", folder.path().toUtf8() + ':' + path);
        QFile config(m_home.filePath(u"rclone.conf"_s));
        QVERIFY(config.open(QIODevice::WriteOnly));
        config.write("[mine]\ntype = alias\nremote = " + m_target->path().toUtf8() + '\n');
        config.close();
        qputenv("RCLONE_CONFIG", config.fileName().toUtf8());
        const auto back = qScopeGuard([&] {
            qputenv("PATH", path);
            qunsetenv("RCLONE_CONFIG");
        });
        UploadTarget target = folderTarget();
        if (remote)
            target = {{}, UploadTarget::Kind::Remote, {}, {}, {}, u"mine"_s};
        WatchedJob job;
        const auto sent = send(madeUp(4'000), target, {}, job, 2'000);
        if (!stalls) {
            VERIFY_OK(sent);
            return;
        }
        QVERIFY(!sent);
        QVERIFY2(sent.error().kind == ErrorKind::Timeout, qPrintable(sent.error().text()));
    }

    void aServiceThatDoesNotTakeTheFirstByteIsAStall()
    {
        const QString container = freshContainer();
        TcpProxy proxy(u"127.0.0.1:%1"_s.arg(m_azurite->port()));
        WatchedJob job;
        job.onProgress = [&](const JobProgress &progress) {
            if (progress.phase == u"uploading")
                proxy.stall();
        };
        const auto sent = send(madeUp(4'000'000), Azurite::target(container),
                               m_azurite->sas(container, proxy.port()), job, 3'000);
        QVERIFY(!sent);
        QVERIFY2(sent.error().kind == ErrorKind::Timeout, qPrintable(sent.error().text()));
    }

    void readingAFolderBackIsCancelled()
    {
        const backup::StoredBackup stored = madeUp(4'000);
        WatchedJob job;
        job.onProgress = [&](const JobProgress &progress) {
            if (progress.phase == u"reading the upload back")
                job.token().cancel();
        };
        const auto sent = send(stored, folderTarget(), {}, job);
        QVERIFY(!sent);
        QCOMPARE(sent.error().kind, ErrorKind::Cancelled);
        QVERIFY(!QFile::exists(m_target->filePath(stored.file)));
    }

    void itIsCancelled()
    {
        const QString container = freshContainer();
        TcpProxy proxy(u"127.0.0.1:%1"_s.arg(m_azurite->port()));
        const backup::StoredBackup stored = madeUp(40'000'000);
        WatchedJob job;
        job.onProgress = [&](const JobProgress &progress) {
            if (progress.phase == u"uploading")
                job.token().cancel();
        };
        const auto sent =
            send(stored, Azurite::target(container), m_azurite->sas(container, proxy.port()), job);
        QVERIFY(!sent);
        QCOMPARE(sent.error().kind, ErrorKind::Cancelled);
        QVERIFY(!m_azurite->names(container).contains(stored.file));
    }

    void toAzureAndNothingSecretOnTheWay_data()
    {
        QTest::addColumn<QString>("path");
        QTest::newRow("the container itself") << u""_s;
        QTest::newRow("a path in it") << u"shop/daily"_s;
    }
    void toAzureAndNothingSecretOnTheWay()
    {
        QFETCH(QString, path);
        const QString container = freshContainer();
        const QString secret = m_azurite->sas(container);
        const QByteArray signature = secret.section(u"sig="_s, 1).toUtf8();
        const backup::StoredBackup stored = madeUp(9'000'000);
        WatchedJob job;
        std::atomic<bool> done = false;
        std::atomic<bool> seen = false;
        std::atomic<int> looks = 0;
        std::thread spy([&] {
            while (!done) {
                const QByteArray all = processes();
                looks += all.contains("hashsum") ? 1 : 0;
                seen = seen || all.contains(signature);
            }
        });
        const auto sent = send(stored, Azurite::target(container, path), secret, job);
        done = true;
        spy.join();
        VERIFY_OK(sent);
        QCOMPARE(sent->sent, 3);
        QVERIFY(looks > 0);
        QVERIFY(!seen);
        QVERIFY(!job.lines.join(u'\n').toUtf8().contains(signature));
        QVERIFY(!sent->summary().toUtf8().contains(signature));
        QStringList expected = filesOf(stored);
        if (!path.isEmpty())
            expected.replaceInStrings(QRegularExpression(u"^"_s), path + u'/');
        QCOMPARE(m_azurite->names(container), expected);
        // Once more: it is checked again, and nothing is sent.
        const auto again = send(stored, Azurite::target(container, path), secret, job);
        VERIFY_OK(again);
        QCOMPARE(again->sent, 0);
    }

    void aRemoteOfTheUsersOwnConfiguration()
    {
        const QString path = m_home.filePath(u"rclone.conf"_s);
        QFile config(path);
        QVERIFY(config.open(QIODevice::WriteOnly));
        config.write("[mine]\ntype = alias\nremote = " + m_target->path().toUtf8() + '\n');
        config.close();
        qputenv("RCLONE_CONFIG", path.toUtf8());
        const auto back = qScopeGuard([] { qunsetenv("RCLONE_CONFIG"); });
        const backup::StoredBackup stored = madeUp(4'000);
        const UploadTargets targets(m_home.filePath(u"targets.json"_s));
        WatchedJob job;
        const Result<UploadTarget> mine = targets.resolve(u"mine:shop"_s);
        VERIFY_OK(mine);
        VERIFY_OK(send(stored, *mine, {}, job));
        QCOMPARE(QDir(m_target->filePath(u"shop"_s)).entryList(QDir::Files, QDir::Name), filesOf(stored));
        const Result<UploadTarget> other = targets.resolve(u"other:shop"_s);
        VERIFY_OK(other);
        const auto refused = send(stored, *other, {}, job);
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::NotFound);
        QVERIFY2(refused.error().message.contains(u"“other”"), qPrintable(refused.error().text()));
    }

    void otherBytesOnTheTargetAreReplaced()
    {
        const backup::StoredBackup stored = madeUp(4'000);
        WatchedJob job;
        VERIFY_OK(send(stored, folderTarget(), {}, job));
        const QString copy = m_target->path() + u'/' + stored.manifest.dump;
        const QDateTime modified = QFileInfo(copy).lastModified();
        QFile file(copy);
        QVERIFY(file.open(QIODevice::ReadWrite) && file.write("X") == 1);
        file.setFileTime(modified, QFile::FileModificationTime);
        file.close();
        const auto again = send(stored, folderTarget(), {}, job);
        VERIFY_OK(again);
        QVERIFY(again->sent > 0);
        QVERIFY(backup::verifyChecksums({m_target->path(), stored.file, stored.manifest}, job).ok());
    }

    void theListsOfErasedCustomersBecomeOne()
    {
        const QString a = u"11111111-1111-4111-8111-111111111111"_s;
        const QString b = u"22222222-2222-4222-8222-222222222222"_s;
        const QString container = freshContainer();
        const UploadTarget target = Azurite::target(container);
        const QString secret = m_azurite->sas(container);
        const backup::StoredBackup stored = madeUp(4'000);
        WatchedJob job;
        VERIFY_OK(erasure::addToErasedFile(m_folder->path(), {a}));
        VERIFY_OK(send(stored, target, secret, job));
        QVERIFY(m_azurite->names(container).contains(u"erased.json"_s));
        // Another machine's list.
        QFile::remove(erasure::filePath(m_folder->path()));
        VERIFY_OK(erasure::addToErasedFile(m_folder->path(), {b}));
        VERIFY_OK(send(stored, target, secret, job));
        QStringList here = *erasure::readErasedFile(m_folder->path());
        here.sort();
        QCOMPARE(here, (QStringList{a, b}));
        QFile::remove(erasure::filePath(m_folder->path()));
        VERIFY_OK(send(stored, target, secret, job));
        QStringList back = *erasure::readErasedFile(m_folder->path());
        back.sort();
        QCOMPARE(back, (QStringList{a, b}));
    }

    void theRetentionOnTheTarget()
    {
        const QString container = freshContainer();
        const QString secret = m_azurite->sas(container);
        const QDateTime newest(QDate(2025, 11, 26), QTime(2, 0), Qt::UTC);
        QStringList names;
        WatchedJob job;
        Result<Rclone> rclone = Rclone::open(Azurite::target(container), secret);
        VERIFY_OK(rclone);
        for (const int days : {40, 20, 0}) {
            const backup::StoredBackup stored = madeUp(2'000, newest.addDays(-days));
            VERIFY_OK(backup::upload(stored, *rclone, job));
            if (days != 40)
                names += filesOf(stored);
        }
        // Somebody else's, without a manifest of ours.
        const QString foreign = m_folder->path() + u"/shop_database_20200101T000000Z.dump"_s;
        QVERIFY(QFile::copy(madeUp(2'000, newest.addDays(-40)).dumpPath(), foreign));
        VERIFY_OK(rclone->send(m_folder->path(), {QFileInfo(foreign).fileName()}, false, job));
        names += QFileInfo(foreign).fileName();
        names.sort();
        const Result<QString> pruned = backup::pruneTarget(*rclone, {0, 0, 0, 0, 30}, {}, job);
        VERIFY_OK(pruned);
        QVERIFY2(pruned->contains(u"1 backup"), qPrintable(*pruned));
        QCOMPARE(m_azurite->names(container), names);
        // The newest one lost its dump: then nothing goes.
        QVERIFY(rclone->remove(madeUp(2'000, newest).manifest.dump, job).ok());
        const QStringList before = m_azurite->names(container);
        const Result<QString> kept = backup::pruneTarget(*rclone, {1, 0, 0, 0, 0}, {}, job);
        VERIFY_OK(kept); // the one of twenty days is the newest good one now, and the newer one is spared
        QCOMPARE(m_azurite->names(container), before);
    }

    /// The program itself: what it leaves when it is killed, and what it keeps.
    void aProgramThatIsKilledKeepsNothingSecret()
    {
        const QString container = freshContainer();
        TcpProxy proxy(u"127.0.0.1:%1"_s.arg(m_azurite->port()));
        proxy.watch("comp=block&");
        const QString secret = m_azurite->sas(container, proxy.port());
        const QByteArray signature = secret.section(u"sig="_s, 1).toUtf8();
        const backup::StoredBackup stored = madeUp(60'000'000);
        QFile key(m_target->filePath(u"sas"_s));
        QVERIFY(key.open(QIODevice::WriteOnly) && key.write(secret.toUtf8() + '\n') > 0);
        key.close();
        key.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
        const auto run = [&](const QStringList &arguments) {
            auto process = std::make_unique<QProcess>();
            process->start(qEnvironmentVariable("RETAIL_ADMIN"), arguments);
            return process;
        };
        const auto set = run({u"backup"_s, u"target"_s, u"set"_s, u"cloud"_s, u"--azure"_s,
                              u"devstoreaccount1/"_s + container, u"--secret-file"_s, key.fileName()});
        QVERIFY(set->waitForFinished());
        QVERIFY2(set->exitCode() == 0, set->readAllStandardError().constData());
        const QStringList upload{u"backup"_s, u"upload"_s, stored.dumpPath(), u"--verbose"_s};
        const auto victim = run(upload);
        QTRY_VERIFY_WITH_TIMEOUT(proxy.seen("comp=block&") >= 2, 20'000);
        const QList<pid_t> sending = childrenNamed("rclone", pid_t(victim->processId()));
        QCOMPARE(sending.size(), 1);
        victim->kill();
        QVERIFY(victim->waitForFinished());
        QVERIFY(!m_azurite->names(container).contains(stored.file));
        // Killed with it; where nobody reaps it the number stays, without arguments.
        const auto arguments = [&] {
            QFile file(u"/proc/%1/cmdline"_s.arg(sending.first()));
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        QTRY_COMPARE(arguments(), QByteArray());
        const auto second = run(upload);
        QVERIFY(second->waitForFinished(60'000));
        const QByteArray said = second->readAllStandardError();
        QVERIFY2(second->exitCode() == 0, said.constData());
        QCOMPARE(m_azurite->names(container), filesOf(stored));
        const auto jobs = run({u"jobs"_s, u"list"_s, u"--json"_s});
        QVERIFY(jobs->waitForFinished());
        const QJsonArray rows =
            QJsonDocument::fromJson(jobs->readAllStandardOutput()).object()[u"rows"].toArray();
        QCOMPARE(rows.size(), 2);
        QCOMPARE(rows[0][u"state"].toString(), u"succeeded"_s);
        QCOMPARE(rows[1][u"state"].toString(), u"failed"_s);
        nothingLeft(); // also of the one that was killed
        QVERIFY(!said.contains(signature));
        const auto kept = contentsOf(m_home.path());
        QVERIFY(kept.size() >= 2); // the history and the list of targets
        for (const QByteArray &content : kept)
            QVERIFY(!content.contains(signature));
    }
};

QTEST_GUILESS_MAIN(TestBackupUpload)
#include "tst_backupupload.moc"
