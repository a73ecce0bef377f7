// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/paths.h"
#include "app/db/secretstore.h"
#include "app/services/embeddingservers.h"
#include "app/services/uploadtarget.h"
#include "tests/support/keyring.h"
#include "tests/support/testcluster.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <future>
#include <thread>

using namespace Qt::StringLiterals;

// The tests that need a keyring run this program again below a session bus of its own with an unlocked
// gnome-keyring.
class TestSecretStore final : public QObject
{
    Q_OBJECT

    static bool inside() { return keyring::isThere(); }

private slots:
    void withoutAKeyringItSaysSo()
    {
        if (inside())
            return;
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
        SecretStore store;
        auto read = store.read(u"north"_s);
        QTRY_VERIFY_WITH_TIMEOUT(read.isFinished(), 12'000);
        QVERIFY(!read.result());
        QCOMPARE(read.result().error().kind, ErrorKind::Io);
        QVERIFY(read.result().error().hint.contains(u"session"));
    }

    void aKeyringKeepsReplacesAndForgets()
    {
        if (inside()) {
            SecretStore store;
            auto missing = store.read(u"north"_s);
            QTRY_VERIFY_WITH_TIMEOUT(missing.isFinished(), 12'000);
            QVERIFY(!missing.result());
            QCOMPARE(missing.result().error().kind, ErrorKind::NotFound);
            for (const QString &password : {u"hunter2"_s, u"പാസ്‌വേഡ് 2"_s}) {
                auto written = store.write(u"north"_s, password);
                QTRY_VERIFY_WITH_TIMEOUT(written.isFinished(), 12'000);
                QVERIFY2(written.result().ok(),
                         written.result() ? "" : qPrintable(written.result().error().text()));
                auto read = store.read(u"north"_s);
                QTRY_VERIFY_WITH_TIMEOUT(read.isFinished(), 12'000);
                QVERIFY(read.result().ok());
                QCOMPARE(*read.result(), password);
            }
            // The key of a place that backups are copied to; a timer is told that it cannot reach it.
            UploadTarget target;
            target.name = u"offsite"_s;
            target.kind = UploadTarget::Kind::Azure;
            target.secretInKeyring = true;
            auto kept = store.write(target.keyName(), u"sv=1&sig=s"_s);
            QTRY_VERIFY_WITH_TIMEOUT(kept.isFinished(), 12'000);
            QVERIFY(kept.result().ok());
            const Result<QString> key = UploadTargets::secret(target, true, {});
            VERIFY_OK(key);
            QCOMPARE(*key, u"sv=1&sig=s"_s);
            // From several threads in turn, as jobs and a command line ask.
            for (int time = 0; time < 3; ++time)
                VERIFY_OK(UploadTargets::secret(target, true, {}));
            QCOMPARE(UploadTargets::secret(target, false, {}).error().kind, ErrorKind::Usage);
            // The key of an embedding server goes to that server, and into no message.
            std::promise<quint16> port;
            QByteArray head;
            std::thread listening([&] {
                QTcpServer server;
                server.listen(QHostAddress::LocalHost);
                port.set_value(server.serverPort());
                if (!server.waitForNewConnection(10'000))
                    return;
                QTcpSocket *client = server.nextPendingConnection();
                while (!head.contains("\r\n\r\n") && client->waitForReadyRead(5'000))
                    head += client->readAll();
                client->write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                client->waitForBytesWritten(5'000);
            });
            EmbeddingServer embedding;
            embedding.preset = u"llama.cpp"_s;
            embedding.baseUrl = QUrl(u"http://127.0.0.1:%1/v1"_s.arg(port.get_future().get()));
            embedding.model = u"small"_s;
            embedding.keyInKeyring = true;
            auto keyKept = store.write(embedding.keyName(), u"sk-of-the-keyring"_s);
            QTRY_VERIFY_WITH_TIMEOUT(keyKept.isFinished(), 12'000);
            const auto provider = EmbeddingServers::provider(embedding);
            const Result<Embeddings> refused =
                provider ? (*provider)->embed({u"a mug"_s}, {}) : Result<Embeddings>(provider.error());
            listening.join();
            VERIFY_OK(provider);
            QVERIFY2(head.contains("sk-of-the-keyring"), head.constData());
            QVERIFY(!refused);
            QVERIFY2(!refused.error().text().contains(u"sk-of"), qPrintable(refused.error().text()));
            VERIFY_OK(SecretStore::removeHere(embedding.keyName(), {}));
            QCOMPARE(SecretStore::readHere(embedding.keyName(), {}).error().kind, ErrorKind::NotFound);
            QVERIFY(store.rememberedBackend(embedding.keyName()).isEmpty());
            // The same profile, after a change of desktop.
            QCOMPARE(store.rememberedBackend(u"north"_s), u"Secret Service"_s);
            QFile memory(paths::config() + u"/secrets.json"_s);
            QVERIFY(memory.open(QIODevice::ReadOnly));
            QVERIFY(!memory.readAll().contains("hunter2"));
            QVERIFY(paths::writePrivate(memory.fileName(),
                                        "{\"south\": \"KWallet\", \"north\": \"Secret Service\"}")
                        .ok());
            auto elsewhere = store.read(u"south"_s);
            QTRY_VERIFY_WITH_TIMEOUT(elsewhere.isFinished(), 12'000);
            QVERIFY(!elsewhere.result());
            QCOMPARE(elsewhere.result().error().kind, ErrorKind::NotFound);
            QVERIFY(elsewhere.result().error().message.contains(u"KWallet"));
            auto removed = store.remove(u"north"_s);
            QTRY_VERIFY_WITH_TIMEOUT(removed.isFinished(), 12'000);
            QVERIFY(removed.result().ok());
            QCOMPARE(store.rememberedBackend(u"north"_s), QString());
            return;
        }
        const QByteArray failure = keyring::run("aKeyringKeepsReplacesAndForgets");
        QVERIFY2(failure.isEmpty(), failure.constData());
    }
};

QTEST_GUILESS_MAIN(TestSecretStore)
#include "tst_secretstore.moc"
