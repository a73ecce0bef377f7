// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/embeddingservers.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

class TestEmbeddingServers final : public QObject
{
    Q_OBJECT

private slots:
    void aServerIsKeptWithoutItsKey()
    {
        const QTemporaryDir folder;
        const QString file = folder.filePath(u"servers.json"_s);
        EmbeddingServers servers(file);
        QVERIFY(servers.all()->isEmpty());
        EmbeddingServer server{u"openai"_s, QUrl(u"https://api.example/v1"_s), u"text-embedding-3-small"_s,
                               512, true};
        QVERIFY(servers.save(server).ok());
        server.keyInKeyring = false;
        server.keyFile = u"/run/key"_s;
        QVERIFY(servers.save(server).ok()); // takes the other's place
        const Result<QList<EmbeddingServer>> all = servers.all();
        QVERIFY(all && all->size() == 1);
        QCOMPARE(all->first().modelName(), u"text-embedding-3-small@512"_s);
        QCOMPARE(all->first().baseUrl, server.baseUrl);
        QCOMPARE(all->first().keyFile, server.keyFile);
        QCOMPARE(QFile::permissions(file) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
        QVERIFY(!servers.remove(u"another"_s).ok());
        QVERIFY(servers.remove(u"text-embedding-3-small@512"_s).ok());
        QVERIFY(servers.all()->isEmpty());
    }

    void whatCannotBeIsNotKept_data()
    {
        QTest::addColumn<EmbeddingServer>("server");
        QTest::newRow("an unknown kind")
            << EmbeddingServer{u"nobody"_s, QUrl(u"https://a.example"_s), u"m"_s};
        QTest::newRow("no address") << EmbeddingServer{u"azure"_s, QUrl(), u"m"_s};
        QTest::newRow("a key over plain http")
            << EmbeddingServer{u"openai"_s, QUrl(u"http://a.example/v1"_s), u"m"_s, 0, true};
        QTest::newRow("a password in the address")
            << EmbeddingServer{u"openai"_s, QUrl(u"https://me:secret@a.example/v1"_s), u"m"_s};
    }
    void whatCannotBeIsNotKept()
    {
        QFETCH(const EmbeddingServer, server);
        const QTemporaryDir folder;
        EmbeddingServers servers(folder.filePath(u"servers.json"_s));
        QVERIFY(!servers.save(server).ok());
        QVERIFY(servers.all()->isEmpty());
    }

    void aDamagedListIsToldAndNotOverwritten()
    {
        const QTemporaryDir folder;
        QFile file(folder.filePath(u"servers.json"_s));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("[{") == 2);
        file.close();
        EmbeddingServers servers(file.fileName());
        QCOMPARE(servers.all().error().kind, ErrorKind::Io);
        QVERIFY(!servers.save({u"ollama"_s, QUrl(u"http://localhost:11434/v1"_s), u"m"_s}).ok());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("[{"));
    }

    void aKeyFileOfOthersIsRefused()
    {
        const QTemporaryDir folder;
        QFile file(folder.filePath(u"key"_s));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("sk-secret\n") > 0);
        file.close();
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::ReadOther));
        const EmbeddingServer server{u"openai"_s,    QUrl(u"https://a.example/v1"_s), u"m"_s, 0, false,
                                     file.fileName()};
        QCOMPARE(EmbeddingServers::provider(server).error().kind, ErrorKind::Usage);
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
        const auto provider = EmbeddingServers::provider(server);
        QVERIFY(provider.ok());
        QCOMPARE((*provider)->model(), u"m"_s);
    }

    void aProviderIsMadeOnceAndAnewAfterAChange()
    {
        int made = 0;
        EmbeddingProviders providers([&](const QString &model,
                                         const CancelToken &) -> Result<std::shared_ptr<EmbeddingProvider>> {
            if (model != "m"_L1)
                return std::shared_ptr<EmbeddingProvider>();
            ++made;
            return EmbeddingServers::provider({u"ollama"_s, QUrl(u"http://localhost:11434/v1"_s), u"m"_s});
        });
        QVERIFY(providers.forModel(u"m"_s).ok());
        QVERIFY(providers.forModel(u"m"_s).ok());
        QCOMPARE(made, 1);
        providers.forget(u"m"_s);
        QVERIFY(providers.forModel(u"m"_s).ok());
        QCOMPARE(made, 2);
        QCOMPARE(providers.forModel(u"unknown"_s).error().kind, ErrorKind::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestEmbeddingServers)
#include "tst_embeddingservers.moc"
