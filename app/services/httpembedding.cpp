// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/httpembedding.h"

#include "app/services/embeddingservice.h"

#include <QDateTime>
#include <QHostAddress>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QPointer>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QTimer>

#include <algorithm>
#include <cmath>
#include <future>

using namespace Qt::StringLiterals;

namespace {

constexpr int mostDimensions = 16'384; // that are read at all
constexpr qint64 bytesPerNumber = 32;  // "-1.2345678901234567e-05, " with room
constexpr qint64 replyOverhead = 1 << 16;

bool local(const QUrl &url)
{
    return url.host() == u"localhost" || QHostAddress(url.host()).isLoopback();
}

QUrl endpoint(const HttpEmbeddingOptions &options)
{
    QUrl url = options.baseUrl;
    QString path = url.path();
    while (path.endsWith(u'/'))
        path.chop(1);
    url.setPath(path + u"/embeddings"_s);
    return url;
}

Error bad(const QString &message, const QString &hint = {})
{
    return {ErrorKind::Verification, message, hint};
}

/// What the server says is wrong, short and without anything that looks like a key.
QString serverWords(const QByteArray &body, const QByteArray &key)
{
    const QJsonObject json = QJsonDocument::fromJson(body.left(1 << 16)).object();
    const QJsonValue error = json[u"error"];
    QString text = error.isObject() ? error[u"message"].toString() : error.toString();
    if (!key.isEmpty())
        text.replace(QString::fromUtf8(key), u"…"_s);
    static const QRegularExpression keys(u"\\bsk-[A-Za-z0-9_*-]+"_s);
    return text.replace(keys, u"…"_s).simplified().left(300);
}

/// Vectors of one reply, in the order of their index.
Result<std::vector<std::vector<float>>> readReply(const QByteArray &body, qsizetype texts)
{
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(body, &problem);
    if (!document.isObject())
        return bad(u"The server's reply is no JSON object, or was cut off."_s, problem.errorString());
    const QJsonArray data = document.object()[u"data"].toArray();
    if (data.size() != texts)
        return bad(u"The server gave %1 vectors for %2 texts."_s.arg(data.size()).arg(texts));
    std::vector<std::vector<float>> vectors(static_cast<std::size_t>(texts));
    for (qsizetype i = 0; i < texts; ++i) {
        const QJsonObject entry = data[i].toObject();
        const auto index = entry[u"index"].toInteger(i);
        const QJsonArray numbers = entry[u"embedding"].toArray();
        if (index < 0 || index >= texts || !vectors[std::size_t(index)].empty() || numbers.isEmpty())
            return bad(u"The server's reply leaves a text without a vector or names one twice."_s);
        std::vector<float> &vector = vectors[std::size_t(index)];
        vector.reserve(std::size_t(numbers.size()));
        for (const QJsonValue &number : numbers) {
            const auto value = float(number.toDouble(std::nan("")));
            if (!std::isfinite(value))
                return bad(u"A vector of the server's reply holds something that is no finite number."_s);
            vector.push_back(value);
        }
    }
    return vectors;
}

/// Milliseconds that the server asks to wait (RFC 9110, 10.2.3: seconds or a date), -1 when it does not.
qint64 retryAfter(const QByteArray &header)
{
    if (header.isEmpty())
        return -1;
    bool valid = false;
    const double seconds = header.toDouble(&valid);
    if (valid)
        return seconds < 0 || seconds > 1e6 ? -1 : qint64(seconds * 1000);
    QString date = QString::fromLatin1(header).trimmed();
    if (date.endsWith(u"GMT")) // as HTTP writes it, and Qt does not read it
        date.replace(date.size() - 3, 3, u"+0000"_s);
    const QDateTime when = QDateTime::fromString(date, Qt::RFC2822Date);
    return when.isValid() ? std::max<qint64>(0, QDateTime::currentDateTimeUtc().msecsTo(when)) : -1;
}

/// One embed(): its requests, some at a time. Lives in the provider's thread and deletes itself.
class Call final : public QObject
{
public:
    Call(const HttpEmbeddingOptions &options, QNetworkAccessManager &network, QStringList texts,
         std::promise<Result<Embeddings>> promise)
        : m_options(options)
        , m_network(network)
        , m_texts(std::move(texts))
        , m_promise(std::move(promise))
        , m_vectors(static_cast<std::size_t>(m_texts.size()))
    {
        sendMore();
    }
    ~Call() override
    {
        if (!m_answered) // the provider is going
            m_promise.set_value(Error{ErrorKind::Cancelled, u"Embedding was cancelled."_s});
    }

    void cancel() { finish(Error{ErrorKind::Cancelled, u"Embedding was cancelled."_s}); }

private:
    struct Request
    {
        qsizetype first = 0;
        qsizetype count = 0;
        int attempt = 1;
    };

    void sendMore()
    {
        while (!m_answered && m_running < m_options.concurrency && m_next < m_texts.size()) {
            const qsizetype count = std::min<qsizetype>(m_options.batch, m_texts.size() - m_next);
            ++m_running;
            send({std::exchange(m_next, m_next + count), count});
        }
        if (!m_answered && m_running == 0)
            finish(Embeddings{std::move(m_vectors), {}, m_dimensions});
    }

    void send(const Request &request)
    {
        QJsonObject json{{u"model"_s, m_options.model},
                         {u"input"_s, QJsonArray::fromStringList(m_texts.mid(request.first, request.count))},
                         {u"encoding_format"_s, u"float"_s}};
        if (m_options.dimensions > 0)
            json[u"dimensions"_s] = m_options.dimensions;
        QNetworkRequest http(endpoint(m_options));
        http.setHeader(QNetworkRequest::ContentTypeHeader, u"application/json"_s);
        // A redirect could carry the key to another server.
        http.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
        http.setTransferTimeout(m_options.timeoutMs);
        if (!m_options.key.isEmpty() && m_options.header == HttpEmbeddingOptions::Header::Bearer)
            http.setRawHeader("Authorization", "Bearer " + m_options.key);
        else if (!m_options.key.isEmpty())
            http.setRawHeader("api-key", m_options.key);
        QNetworkReply *reply = m_network.post(http, QJsonDocument(json).toJson(QJsonDocument::Compact));
        reply->setParent(this);
        const auto body = std::make_shared<QByteArray>();
        const qint64 longest = request.count * mostDimensions * bytesPerNumber + replyOverhead;
        connect(reply, &QNetworkReply::readyRead, this, [this, reply, body, longest] {
            body->append(reply->readAll());
            if (body->size() > longest)
                finish(bad(u"The server's reply is larger than any that could be right."_s));
        });
        // The transfer time-out starts anew with each byte: a server that drips is ended by this one.
        auto *whole = new QTimer(reply);
        whole->setSingleShot(true);
        connect(whole, &QTimer::timeout, reply, &QNetworkReply::abort);
        whole->start(3 * m_options.timeoutMs);
        connect(reply, &QNetworkReply::finished, this, [this, reply, body, request] {
            reply->deleteLater();
            if (reply->isOpen())
                body->append(reply->readAll());
            if (!m_answered)
                answered(request, *reply, *body);
        });
    }

    void answered(const Request &request, const QNetworkReply &reply, const QByteArray &body)
    {
        const int status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
        if (reply.error() == QNetworkReply::SslHandshakeFailedError)
            return finish(Error{
                ErrorKind::Connect, u"The certificate of %1 does not verify."_s.arg(m_options.baseUrl.host()),
                u"Correct the address, or install the certificate of its authority."_s, reply.errorString()});
        if (status == 200 && reply.error() == QNetworkReply::NoError)
            return received(request, body);
        const bool linkFailed = status == 0 || (status == 200 && reply.error() != QNetworkReply::NoError);
        const QString said = serverWords(body, m_options.key);
        // llama.cpp calls it a defect of its own.
        static const QRegularExpression tooLong(u"too (large|long)|context (size|length)"_s,
                                                QRegularExpression::CaseInsensitiveOption);
        const bool input = status == 400 || status == 413 || status == 422 ||
                           (status == 500 && tooLong.match(said).hasMatch());
        if (linkFailed || status == 408 || status == 429 || (status >= 500 && !input))
            return again(request, reply, status, body);
        if (status == 401 || status == 403)
            return finish(Error{ErrorKind::Permission,
                                u"%1 refuses the key (HTTP %2)."_s.arg(m_options.baseUrl.host()).arg(status),
                                u"Enter the provider's key again, and check what it is allowed to do."_s,
                                said});
        if (status == 404)
            return finish(Error{ErrorKind::NotFound,
                                u"%1 knows no model %2 at this address (HTTP 404)."_s.arg(
                                    m_options.baseUrl.host(), m_options.model),
                                u"Check base URL and model."_s, said});
        finish(Error{
            ErrorKind::Tool, u"%1 refuses the request (HTTP %2)."_s.arg(m_options.baseUrl.host()).arg(status),
            status >= 300 && status < 400 ? u"It points elsewhere: enter that base URL."_s : QString(), said,
            QString(), input ? embedding::refusedInput : QString()});
    }

    void again(Request request, const QNetworkReply &reply, int status, const QByteArray &body)
    {
        const qint64 asked = retryAfter(reply.rawHeader("Retry-After"));
        const qint64 doubled = qint64(m_options.firstDelayMs) << std::min(request.attempt - 1, 20);
        // Up to a quarter more, so that clients that failed together do not come back together.
        const qint64 own = std::min<qint64>(doubled, m_options.longestDelayMs);
        const qint64 delay = std::max(asked, own + QRandomGenerator::global()->bounded(int(own / 4) + 1));
        if (request.attempt >= m_options.attempts || delay > m_options.longestDelayMs * 5 / 4) {
            const QString host = m_options.baseUrl.host();
            if (status == 0 || status == 200)
                return finish(Error{ErrorKind::Connect, u"%1 does not answer."_s.arg(host),
                                    u"Is the server running, and the base URL right?"_s,
                                    reply.errorString()});
            return finish(Error{ErrorKind::Tool,
                                (status == 429 ? u"%1 still limits the rate after %2 attempts (HTTP %3)."_s
                                               : u"%1 still fails after %2 attempts (HTTP %3)."_s)
                                    .arg(host)
                                    .arg(request.attempt)
                                    .arg(status),
                                u"Try again later."_s, serverWords(body, m_options.key)});
        }
        ++request.attempt;
        QTimer::singleShot(int(delay), this, [this, request] {
            if (!m_answered)
                send(request);
        });
    }

    void received(const Request &request, const QByteArray &body)
    {
        Result<std::vector<std::vector<float>>> vectors = readReply(body, request.count);
        if (!vectors)
            return finish(vectors.error());
        for (std::size_t i = 0; i < vectors->size(); ++i) {
            std::vector<float> &vector = (*vectors)[i];
            const auto length = int(vector.size());
            if (m_dimensions == 0)
                m_dimensions = length;
            if (length != m_dimensions || (m_options.dimensions > 0 && length != m_options.dimensions))
                return finish(bad(
                    u"The server gave a vector of %1 dimensions where %2 were expected."_s.arg(length).arg(
                        m_options.dimensions > 0 ? m_options.dimensions : m_dimensions)));
            if (length > EmbeddingProvider::columnDimensions)
                return finish(
                    bad(u"The model %1 has %2 dimensions; the database holds %3."_s.arg(m_options.model)
                            .arg(length)
                            .arg(EmbeddingProvider::columnDimensions),
                        u"Ask for fewer (dimensions), where the model can shorten its vectors, or "
                        u"choose another model."_s));
            m_vectors[std::size_t(request.first) + i] = std::move(vector);
        }
        --m_running;
        sendMore();
    }

    void finish(Result<Embeddings> answer)
    {
        if (std::exchange(m_answered, true))
            return;
        m_promise.set_value(std::move(answer));
        deleteLater(); // and the replies with it, which ends their requests
    }

    const HttpEmbeddingOptions &m_options;
    QNetworkAccessManager &m_network;
    const QStringList m_texts;
    std::promise<Result<Embeddings>> m_promise;
    std::vector<std::vector<float>> m_vectors;
    qsizetype m_next = 0;
    int m_running = 0;
    int m_dimensions = 0;
    bool m_answered = false;
};

} // namespace

QStringList HttpEmbeddingOptions::presets()
{
    return {u"openai"_s, u"azure"_s, u"ollama"_s, u"llama.cpp"_s};
}

Result<HttpEmbeddingOptions> HttpEmbeddingOptions::preset(const QString &name)
{
    HttpEmbeddingOptions options;
    options.name = name;
    options.model = u"text-embedding-3-small"_s;
    if (name == u"openai") {
        options.baseUrl = QUrl(u"https://api.openai.com/v1"_s);
        options.dollarsPerMillionTokens = 0.02;
    } else if (name == u"azure") {
        // https://RESOURCE.openai.azure.com/openai/deployments/DEPLOYMENT?api-version=2024-02-01
        options.header = Header::ApiKey;
        options.dollarsPerMillionTokens = 0.02;
    } else if (name == u"ollama") {
        options.baseUrl = QUrl(u"http://localhost:11434/v1"_s);
        options.model = u"nomic-embed-text"_s;
    } else if (name == u"llama.cpp") {
        options.baseUrl = QUrl(u"http://localhost:8080/v1"_s);
        options.model = u"default"_s;
        options.concurrency = 1;
    } else {
        return Error{ErrorKind::NotFound, u"There is no provider “%1”."_s.arg(name),
                     u"The providers: offline, %1."_s.arg(presets().join(u", "_s))};
    }
    return options;
}

Result<std::shared_ptr<EmbeddingProvider>> HttpEmbeddingProvider::make(const HttpEmbeddingOptions &options)
{
    const auto wrong = [](const QString &message) { return Error{ErrorKind::Usage, message}; };
    const QUrl &url = options.baseUrl;
    if (!url.isValid() || url.host().isEmpty() || (url.scheme() != u"https" && url.scheme() != u"http"))
        return wrong(u"The provider %1 needs a base URL such as https://host/v1."_s.arg(options.name));
    if (!url.userInfo().isEmpty())
        return wrong(u"The base URL must hold no password: the key is stored elsewhere."_s);
    if (!options.key.isEmpty() && url.scheme() != u"https" && !local(url))
        return wrong(u"A key is sent over https only, or to this machine."_s);
    if (options.key.contains('\n') || options.key.contains('\r'))
        return wrong(u"The key holds a line break."_s);
    if (options.model.isEmpty())
        return wrong(u"The provider %1 needs the name of a model."_s.arg(options.name));
    if (options.dimensions < 0 || options.dimensions > columnDimensions)
        return wrong(u"Between 1 and %1 dimensions can be stored."_s.arg(columnDimensions));
    return std::shared_ptr<EmbeddingProvider>(new HttpEmbeddingProvider(options));
}

HttpEmbeddingProvider::HttpEmbeddingProvider(const HttpEmbeddingOptions &options)
    : m_options(options)
    , m_worker(std::make_unique<QNetworkAccessManager>())
{
    m_worker->moveToThread(&m_thread);
    m_thread.start();
}

HttpEmbeddingProvider::~HttpEmbeddingProvider()
{
    // In its own thread, which its sockets and calls belong to.
    QMetaObject::invokeMethod(
        m_worker.get(), [this] { m_worker.reset(); }, Qt::BlockingQueuedConnection);
    m_thread.quit();
    m_thread.wait();
}

/// Shortened vectors of a model are another model's: a search must not mix them.
QString HttpEmbeddingProvider::model() const
{
    return m_options.dimensions > 0 ? u"%1@%2"_s.arg(m_options.model).arg(m_options.dimensions)
                                    : m_options.model;
}

Result<Embeddings> HttpEmbeddingProvider::embed(const QStringList &texts, const CancelToken &token)
{
    if (texts.isEmpty())
        return Embeddings{{}, model(), 0};
    auto promise = std::make_shared<std::promise<Result<Embeddings>>>();
    std::future<Result<Embeddings>> future = promise->get_future();
    const auto call = std::make_shared<QPointer<Call>>(); // read and written in the worker's thread
    QMetaObject::invokeMethod(
        m_worker.get(),
        [this, texts, promise, call] {
            auto *network = static_cast<QNetworkAccessManager *>(m_worker.get());
            *call = new Call(m_options, *network, texts, std::move(*promise));
            (*call)->setParent(network);
        },
        Qt::QueuedConnection);
    const CancelToken::Registration registration = token.onCancel([this, call] {
        QMetaObject::invokeMethod(
            m_worker.get(),
            [call] {
                if (*call)
                    (*call)->cancel();
            },
            Qt::QueuedConnection);
    });
    Result<Embeddings> answer = future.get();
    if (!answer)
        return answer.error();
    answer->model = model();
    if (const Result<void> usable = embedding::check(*answer, texts.size()); !usable)
        return usable.error();
    return answer;
}
