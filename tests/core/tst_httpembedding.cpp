// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/embeddingservice.h"
#include "app/services/httpembedding.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslSocket>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QtConcurrentRun>

#include <functional>

using namespace Qt::StringLiterals;

namespace {

struct Request
{
    QByteArray head;
    QJsonObject body;
    int number = 0; ///< from 1
};

QByteArray response(int status, const QByteArray &body, const QByteArray &headers = {})
{
    return "HTTP/1.1 " + QByteArray::number(status) +
           " Said\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\nConnection: close\r\n" +
           headers + "\r\n" + body;
}

QByteArray vectors(qsizetype count, const std::function<QByteArray(qsizetype)> &vector)
{
    QByteArray data;
    for (qsizetype i = count; i-- > 0;) // last first: the index counts, not the order
        data += (data.isEmpty() ? "" : ",") + QByteArray("{\"index\":") + QByteArray::number(i) +
                ",\"embedding\":" + vector(i) + '}';
    return "{\"data\":[" + data + "],\"model\":\"m\"}";
}

QByteArray good(const Request &request)
{
    const QJsonArray input = request.body[u"input"].toArray();
    return response(200, vectors(input.size(), [&](qsizetype i) {
                        return "[1," + QByteArray::number(input[i].toString().size()) + ",0.5]";
                    }));
}

QByteArray ofLength(int dimensions)
{
    return "[0.5" + QByteArray(",0.25").repeated(dimensions - 1) + ']';
}

/// An HTTP server of one answer a connection, in the test's thread.
class Server final : public QTcpServer
{
public:
    std::function<QByteArray(const Request &)> answer = good; ///< empty: the connection stays silent
    QList<Request> requests;
    std::optional<QSslConfiguration> tls; ///< spoken when set

    Server()
    {
        if (!listen(QHostAddress::LocalHost))
            qFatal("no port");
        connect(this, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket *socket = nextPendingConnection()) {
                connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
                connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
            }
        });
    }

    HttpEmbeddingOptions options() const
    {
        HttpEmbeddingOptions options;
        options.name = u"test"_s;
        options.baseUrl = QUrl(u"http://127.0.0.1:%1/v1"_s.arg(serverPort()));
        options.model = u"m"_s;
        options.timeoutMs = 2000;
        options.attempts = 3;
        options.firstDelayMs = 10;
        options.longestDelayMs = 4000;
        options.batch = 4;
        return options;
    }

protected:
    void incomingConnection(qintptr descriptor) override
    {
        auto *socket = tls ? new QSslSocket(this) : new QTcpSocket(this);
        socket->setSocketDescriptor(descriptor);
        if (tls) {
            auto *secure = static_cast<QSslSocket *>(socket);
            secure->setSslConfiguration(*tls);
            secure->startServerEncryption();
        }
        addPendingConnection(socket);
    }

private:
    void read(QTcpSocket *socket)
    {
        QByteArray &seen = m_seen[socket];
        seen += socket->readAll();
        const qsizetype end = seen.indexOf("\r\n\r\n");
        if (end < 0)
            return;
        qsizetype length = 0;
        for (const QByteArray &line : seen.left(end).split('\n'))
            if (line.toLower().startsWith("content-length:"))
                length = line.mid(15).trimmed().toLongLong();
        if (seen.size() < end + 4 + length)
            return;
        Request request{seen.left(end), QJsonDocument::fromJson(seen.mid(end + 4)).object(),
                        int(requests.size()) + 1};
        m_seen.remove(socket);
        requests.append(request);
        const QByteArray text = answer(request);
        if (text.isEmpty())
            return;
        socket->write(text);
        socket->disconnectFromHost();
    }

    QHash<QTcpSocket *, QByteArray> m_seen;
};

Result<Embeddings> embed(const HttpEmbeddingOptions &options, const QStringList &texts,
                         const CancelToken &token = {})
{
    const Result<std::shared_ptr<EmbeddingProvider>> provider = HttpEmbeddingProvider::make(options);
    if (!provider)
        return provider.error();
    QFuture<Result<Embeddings>> future = QtConcurrent::run([&] { return (*provider)->embed(texts, token); });
    [&] { QTRY_VERIFY_WITH_TIMEOUT(future.isFinished(), 20'000); }();
    return future.result();
}

/// A certificate for `host` that its own key signed.
QSslConfiguration selfSigned(const QString &folder, const QString &host)
{
    const QString key = folder + u"/key.pem"_s;
    const QString certificate = folder + u"/certificate.pem"_s;
    const int code = QProcess::execute(u"openssl"_s, {u"req"_s, u"-x509"_s, u"-newkey"_s, u"rsa:2048"_s,
                                                      u"-nodes"_s, u"-keyout"_s, key, u"-out"_s, certificate,
                                                      u"-subj"_s, u"/CN="_s + host, u"-addext"_s,
                                                      u"subjectAltName=DNS:"_s + host, u"-days"_s, u"2"_s});
    if (code != 0)
        qFatal("openssl made no certificate");
    QFile keyFile(key);
    if (!keyFile.open(QIODevice::ReadOnly))
        qFatal("no key");
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setLocalCertificateChain(QSslCertificate::fromPath(certificate));
    configuration.setPrivateKey(QSslKey(keyFile.readAll(), QSsl::Rsa));
    return configuration;
}

const QStringList twoTexts{QStringLiteral("a"), QStringLiteral("bb")};

} // namespace

class TestHttpEmbedding final : public QObject
{
    Q_OBJECT

private slots:
    void optionsThatCannotBeAreRefused_data()
    {
        QTest::addColumn<HttpEmbeddingOptions>("options");
        HttpEmbeddingOptions options;
        options.model = u"m"_s;
        QTest::newRow("no address") << options;
        options.baseUrl = QUrl(u"ftp://host/v1"_s);
        QTest::newRow("another protocol") << options;
        options.baseUrl = QUrl(u"https://me:secret@host/v1"_s);
        QTest::newRow("a password in the address") << options;
        options.baseUrl = QUrl(u"http://host.example/v1"_s);
        options.key = "k";
        QTest::newRow("a key without TLS") << options;
        options.baseUrl = QUrl(u"https://host.example/v1"_s);
        options.key = "k\r\nX: y";
        QTest::newRow("a key with a line break") << options;
        options.key = {};
        options.dimensions = 3072;
        QTest::newRow("more dimensions than the column") << options;
        options.dimensions = 0;
        options.model.clear();
        QTest::newRow("no model") << options;
    }
    void optionsThatCannotBeAreRefused()
    {
        QFETCH(HttpEmbeddingOptions, options);
        const auto made = HttpEmbeddingProvider::make(options);
        QVERIFY(!made);
        QCOMPARE(made.error().kind, ErrorKind::Usage);
    }

    void aFaultyReplyIsRefusedAtOnce_data()
    {
        QTest::addColumn<QByteArray>("reply");
        QTest::addColumn<ErrorKind>("kind");
        QTest::addColumn<QString>("says");
        const auto row = [](const char *name, const QByteArray &reply, ErrorKind kind, const QString &says) {
            QTest::newRow(name) << reply << kind << says;
        };
        const auto body = [](const QByteArray &text) { return response(200, text); };
        row("a refused key",
            response(401, R"({"error":{"message":"Incorrect API key provided: sk-abc123"}})"),
            ErrorKind::Permission, u"refuses the key"_s);
        row("an unknown model", response(404, R"({"error":"no such model"})"), ErrorKind::NotFound,
            u"no model"_s);
        row("a bad request", response(400, R"({"error":{"message":"too many tokens"}})"), ErrorKind::Tool,
            u"too many tokens"_s);
        row("a redirect", response(302, {}, "Location: http://elsewhere.example/\r\n"), ErrorKind::Tool,
            u"points elsewhere"_s);
        row("a web page", body("<html>Welcome</html>"), ErrorKind::Verification, u"no JSON"_s);
        row("JSON that ends early", body(R"({"data":[{"index":0,"embedding":[1,2)"), ErrorKind::Verification,
            u"cut off"_s);
        row("NaN", body(vectors(2, [](qsizetype) { return "[1,NaN]"; })), ErrorKind::Verification,
            u"no JSON"_s);
        row("a number beyond float", body(vectors(2, [](qsizetype) { return "[1,1e300]"; })),
            ErrorKind::Verification, u"no finite number"_s);
        row("text for numbers", body(vectors(2, [](qsizetype) { return R"(["1","2"])"; })),
            ErrorKind::Verification, u"no finite number"_s);
        row("the zero vector", body(vectors(2, [](qsizetype) { return "[0,0,0]"; })), ErrorKind::Verification,
            u"is zero"_s);
        row("a vector too few", body(vectors(1, [](qsizetype) { return "[1,2]"; })), ErrorKind::Verification,
            u"1 vectors for 2 texts"_s);
        row("an index twice", body(R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]})"),
            ErrorKind::Verification, u"names one twice"_s);
        row("an index out of range",
            body(R"({"data":[{"index":0,"embedding":[1]},{"index":9,"embedding":[1]}]})"),
            ErrorKind::Verification, u"names one twice"_s);
        row("lengths that differ",
            body(
                vectors(2, [](qsizetype i) { return i == 0 ? QByteArray("[1,2]") : QByteArray("[1,2,3]"); })),
            ErrorKind::Verification, u"dimensions where"_s);
        row("more dimensions than the column", body(vectors(2, [](qsizetype) { return ofLength(3072); })),
            ErrorKind::Verification, u"the database holds 1536"_s);
        row("a reply without end", response(200, QByteArray(3 << 20, ' ')), ErrorKind::Verification,
            u"larger than"_s);
    }
    void aFaultyReplyIsRefusedAtOnce()
    {
        QFETCH(QByteArray, reply);
        QFETCH(ErrorKind, kind);
        QFETCH(QString, says);
        Server server;
        server.answer = [&](const Request &) { return reply; };
        HttpEmbeddingOptions options = server.options();
        options.key = "sk-secret";
        const Result<Embeddings> answer = embed(options, twoTexts);
        QVERIFY(!answer);
        QVERIFY2(answer.error().text().contains(says), qPrintable(answer.error().text()));
        QCOMPARE(answer.error().kind, kind);
        QVERIFY(!answer.error().text().contains(u"sk-"));
        QCOMPARE(server.requests.size(), 1);
    }

    void whatWaitingMayHelpIsRepeated_data()
    {
        QTest::addColumn<QByteArray>("first");
        QTest::newRow("too many requests") << response(429, "{}");
        QTest::newRow("too many requests, with a time") << response(429, "{}", "Retry-After: 1\r\n");
        QTest::newRow("an overloaded server") << response(503, "busy");
        QTest::newRow("a server's defect") << response(500, {});
        QTest::newRow("a reply that is cut off")
            << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"data\":[");
        QTest::newRow("no HTTP at all") << QByteArray("220 ready\r\n");
    }
    void whatWaitingMayHelpIsRepeated()
    {
        QFETCH(QByteArray, first);
        Server server;
        server.answer = [&](const Request &request) { return request.number < 3 ? first : good(request); };
        QElapsedTimer clock;
        clock.start();
        const Result<Embeddings> answer = embed(server.options(), twoTexts);
        QVERIFY2(answer.ok(), answer ? "" : qPrintable(answer.error().text()));
        QCOMPARE(server.requests.size(), 3);
        if (first.contains("Retry-After"))
            QVERIFY(clock.elapsed() >= 2000);
    }

    void patienceHasAnEnd_data()
    {
        QTest::addColumn<QByteArray>("reply");
        QTest::addColumn<int>("requests");
        QTest::addColumn<ErrorKind>("kind");
        QTest::newRow("always 429") << response(429, "{}") << 3 << ErrorKind::Tool;
        QTest::newRow("a wait of an hour")
            << response(429, "{}", "Retry-After: 3600\r\n") << 1 << ErrorKind::Tool;
        QTest::newRow("silence") << QByteArray() << 3 << ErrorKind::Connect;
    }
    void patienceHasAnEnd()
    {
        QFETCH(QByteArray, reply);
        QFETCH(int, requests);
        QFETCH(ErrorKind, kind);
        Server server;
        server.answer = [&](const Request &) { return reply; };
        HttpEmbeddingOptions options = server.options();
        options.timeoutMs = 300;
        const Result<Embeddings> answer = embed(options, twoTexts);
        QVERIFY(!answer);
        QCOMPARE(answer.error().kind, kind);
        QCOMPARE(server.requests.size(), requests);
    }

    void aServerThatIsNotThereIsTold()
    {
        HttpEmbeddingOptions options;
        {
            const Server server;
            options = server.options();
        }
        const Result<Embeddings> answer = embed(options, twoTexts);
        QVERIFY(!answer);
        QCOMPARE(answer.error().kind, ErrorKind::Connect);
    }

    void aServerWithoutTlsIsNotTalkedToByHttps()
    {
        Server server;
        HttpEmbeddingOptions options = server.options();
        options.baseUrl.setScheme(u"https"_s);
        options.timeoutMs = 500;
        const Result<Embeddings> answer = embed(options, twoTexts);
        QVERIFY(!answer);
        QCOMPARE(answer.error().kind, ErrorKind::Connect);
        QVERIFY(server.requests.isEmpty());
    }

    void aCertificateThatDoesNotVerifyIsRefused_data()
    {
        QTest::addColumn<QString>("host");
        QTest::addColumn<bool>("trusted");
        QTest::addColumn<bool>("accepted");
        QTest::newRow("signed by itself") << u"localhost"_s << false << false;
        QTest::newRow("trusted, for another host") << u"elsewhere.example"_s << true << false;
        QTest::newRow("trusted, for this host") << u"localhost"_s << true << true;
    }
    void aCertificateThatDoesNotVerifyIsRefused()
    {
        QFETCH(const QString, host);
        QFETCH(const bool, trusted);
        QFETCH(const bool, accepted);
        const QTemporaryDir folder;
        Server server;
        server.tls = selfSigned(folder.path(), host);
        const QSslConfiguration before = QSslConfiguration::defaultConfiguration();
        if (trusted) {
            QSslConfiguration trusting = before;
            trusting.addCaCertificates(server.tls->localCertificateChain());
            QSslConfiguration::setDefaultConfiguration(trusting);
        }
        HttpEmbeddingOptions options = server.options();
        options.baseUrl = QUrl(u"https://localhost:%1/v1"_s.arg(server.serverPort()));
        options.key = "secret-key";
        const Result<Embeddings> answer = embed(options, twoTexts);
        QSslConfiguration::setDefaultConfiguration(before);
        QCOMPARE(answer.ok(), accepted);
        if (accepted)
            return;
        QCOMPARE(answer.error().kind, ErrorKind::Connect);
        QCOMPARE(answer.error().message, u"The certificate of localhost does not verify."_s);
        QVERIFY(!answer.error().hint.isEmpty());
        QVERIFY(server.requests.isEmpty()); // so the key was not sent either
        QVERIFY(!answer.error().text().contains(u"secret-key"_s));
    }

    void cancellingEndsTheWait()
    {
        Server server;
        server.answer = [](const Request &) { return QByteArray(); };
        HttpEmbeddingOptions options = server.options();
        options.timeoutMs = 60'000;
        const CancelToken token;
        QTimer::singleShot(100, this, [&] { token.cancel(); });
        QElapsedTimer clock;
        clock.start();
        const Result<Embeddings> answer = embed(options, twoTexts, token);
        QVERIFY(!answer);
        QCOMPARE(answer.error().kind, ErrorKind::Cancelled);
        QVERIFY(clock.elapsed() < 5000);
    }

    void batchesComeBackInOrder()
    {
        Server server;
        QStringList texts;
        for (int i = 1; i <= 11; ++i)
            texts += QString(i, u'x');
        HttpEmbeddingOptions options = server.options();
        options.key = "sk-secret";
        const Result<Embeddings> answer = embed(options, texts);
        QVERIFY2(answer.ok(), answer ? "" : qPrintable(answer.error().text()));
        QCOMPARE(server.requests.size(), 3);
        // Names of headers have no case, and Qt 6.8 writes them small.
        QVERIFY(server.requests[0].head.toLower().contains("authorization: bearer sk-secret"));
        QVERIFY(server.requests[0].head.startsWith("POST /v1/embeddings"));
        QCOMPARE(answer->dimensions, 3);
        for (std::size_t i = 0; i < 11; ++i)
            QCOMPARE(answer->vectors[i][1], float(i + 1));
    }

    void azureIsAskedAsItWantsToBe()
    {
        Server server;
        HttpEmbeddingOptions options = *HttpEmbeddingOptions::preset(u"azure"_s);
        options.baseUrl = QUrl(
            u"http://127.0.0.1:%1/openai/deployments/d?api-version=2024-02-01"_s.arg(server.serverPort()));
        options.key = "azure-key";
        options.dimensions = 3;
        const Result<Embeddings> answer = embed(options, twoTexts);
        QVERIFY2(answer.ok(), answer ? "" : qPrintable(answer.error().text()));
        const QByteArray head = server.requests[0].head;
        QVERIFY(head.startsWith("POST /openai/deployments/d/embeddings?api-version=2024-02-01"));
        QVERIFY(head.contains("api-key: azure-key"));
        QVERIFY(!head.contains("Authorization"));
        QCOMPARE(server.requests[0].body[u"dimensions"].toInt(), 3);
        QCOMPARE(answer->model, u"text-embedding-3-small@3"_s);
    }

    void shortVectorsAreFilledUpWithZeros()
    {
        const Result<QString> text = embedding::vectorText({1.0F, 0.5F});
        QVERIFY(text);
        QVERIFY(text->startsWith(u"[1,0.5,0,0,"));
        QCOMPARE(text->count(u','), EmbeddingProvider::columnDimensions - 1);
    }

    void refusedTextsAreToldFromOtherErrors_data()
    {
        QTest::addColumn<QByteArray>("reply");
        QTest::addColumn<bool>("refused");
        QTest::addColumn<int>("requests");
        QTest::newRow("a bad request")
            << response(400, R"({"error":{"message":"too many tokens"}})") << true << 1;
        QTest::newRow("too large") << response(413, "{}") << true << 1;
        QTest::newRow("a server's error about the input")
            << response(500, R"({"error":{"message":"input is too large to process"}})") << true << 1;
        QTest::newRow("a server's defect") << response(500, "{}") << false << 3;
        QTest::newRow("a refused key") << response(401, "{}") << false << 1;
    }
    void refusedTextsAreToldFromOtherErrors()
    {
        QFETCH(const QByteArray, reply);
        QFETCH(const bool, refused);
        QFETCH(const int, requests);
        Server server;
        server.answer = [&](const Request &) { return reply; };
        const Result<Embeddings> answer = embed(server.options(), twoTexts);
        QVERIFY(!answer);
        QCOMPARE(answer.error().where == embedding::refusedInput, refused);
        QCOMPARE(server.requests.size(), requests);
    }

    void whatIsAskedForAndOurOwnPatienceAreBothKept_data()
    {
        QTest::addColumn<int>("seconds"); // from now as a date; -1: none is asked for
        QTest::addColumn<int>("own");
        QTest::newRow("a date") << 3 << 10;
        QTest::newRow("no wait at all") << -1 << 1000;
    }
    void whatIsAskedForAndOurOwnPatienceAreBothKept()
    {
        QFETCH(const int, seconds);
        QFETCH(const int, own);
        Server server;
        server.answer = [&](const Request &request) {
            const QString date = QLocale::c().toString(QDateTime::currentDateTimeUtc().addSecs(seconds),
                                                       u"ddd, dd MMM yyyy hh:mm:ss 'GMT'"_s);
            return request.number > 1
                       ? good(request)
                       : response(429, "{}",
                                  "Retry-After: " + (seconds < 0 ? QByteArray("0") : date.toLatin1()) +
                                      "\r\n");
        };
        HttpEmbeddingOptions options = server.options();
        options.firstDelayMs = own;
        QElapsedTimer clock;
        clock.start();
        const Result<Embeddings> answer = embed(options, twoTexts);
        QVERIFY2(answer.ok(), answer ? "" : qPrintable(answer.error().text()));
        QVERIFY2(clock.elapsed() >= 1000, qPrintable(QString::number(clock.elapsed())));
    }
};

QTEST_GUILESS_MAIN(TestHttpEmbedding)
#include "tst_httpembedding.moc"
