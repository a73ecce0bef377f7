// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/connecterror.h"

#include "app/core/log.h"
#include "app/db/connectionpool.h"

#include <QRegularExpression>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslSocket>
#include <QtEndian>

#include <libpq-fe.h>

#include <array>

using namespace Qt::StringLiterals;

namespace {

constexpr int lookMs = 2'000;

struct Words
{
    QString message;
    QString hint;
};

/// Greets the server as libpq does and lets Qt judge its certificate.
Words judgeCertificate(const QString &host, const QString &address, quint16 port, const TlsAsked &tls)
{
    QSslSocket socket;
    socket.connectToHost(address.isEmpty() ? host : address, port);
    const std::array<quint32, 2> request{qToBigEndian<quint32>(8), qToBigEndian<quint32>(80877103)};
    if (!socket.waitForConnected(lookMs) ||
        socket.write(reinterpret_cast<const char *>(request.data()), sizeof request) != sizeof request ||
        !socket.waitForReadyRead(lookMs) || socket.read(1) != "S")
        return {};
    QSslConfiguration configuration = socket.sslConfiguration();
    if (!tls.rootcert.isEmpty() && tls.rootcert != u"system")
        configuration.setCaCertificates(QSslCertificate::fromPath(tls.rootcert));
    configuration.setPeerVerifyMode(QSslSocket::VerifyPeer);
    socket.setSslConfiguration(configuration);
    socket.setPeerVerifyName(host);
    socket.startClientEncryption();
    (void)socket.waitForEncrypted(lookMs);
    const QSslCertificate certificate = socket.peerCertificate();
    const QString issuer = certificate.issuerDisplayName();
    for (const QSslError &found : socket.sslHandshakeErrors()) {
        switch (found.error()) {
        case QSslError::CertificateExpired:
            return {u"The certificate of %1 expired on %2."_s.arg(
                        host, certificate.expiryDate().toString(Qt::ISODate)),
                    u"Ask the server's owner to renew it; nothing was sent to the server."_s};
        case QSslError::CertificateNotYetValid:
            return {u"The certificate of %1 is valid only from %2 on."_s.arg(
                        host, certificate.effectiveDate().toString(Qt::ISODate)),
                    u"Check the date of this machine; nothing was sent to the server."_s};
        case QSslError::SelfSignedCertificate:
        case QSslError::SelfSignedCertificateInChain:
        case QSslError::UnableToGetLocalIssuerCertificate:
        case QSslError::UnableToGetIssuerCertificate:
        case QSslError::UnableToVerifyFirstCertificate:
        case QSslError::CertificateUntrusted:
            return {
                u"The certificate of %1 comes from “%2”, which this machine does not trust."_s.arg(host,
                                                                                                   issuer),
                u"Get the authority's certificate from the server's owner and name its file as sslrootcert "
                u"in the profile. If you expected another authority, somebody may stand between."_s};
        case QSslError::CertificateRevoked:
            return {u"The certificate of %1 was revoked."_s.arg(host),
                    u"Ask the server's owner; do not connect meanwhile."_s};
        default:
            break;
        }
    }
    return {};
}

Words tlsWords(PGconn *connection, const QString &said, const QString &place, const TlsAsked &tls)
{
    const QString host = QString::fromUtf8(PQhost(connection));
    static const QRegularExpression mismatch(u"certificate for \"([^\"]*)\"(.*)does not match host name"_s);
    if (const QRegularExpressionMatch names = mismatch.match(said); names.hasMatch())
        return {
            u"The certificate belongs to “%1”, not to “%2”."_s.arg(names.captured(1), host),
            u"Connect by the name that the certificate carries, or ask the server's owner for one with this "
            u"name. If neither was expected, somebody may stand between."_s};
    if (said.contains(u"root certificate file") || said.contains(u"could not read root certificate"))
        return {
            u"The file of trusted authorities for %1 cannot be read."_s.arg(host),
            u"Name an existing file as sslrootcert in the profile, or put the authority's certificate into "
            u"~/.postgresql/root.crt."_s};
    if (said.contains(u"does not support SSL"))
        return {u"The server at %1 offers no encryption."_s.arg(place),
                u"Ask its owner to turn on ssl. Only where the way to it is safe (a tunnel, a cable): "
                u"sslmode=prefer in the profile."_s};
    if (said.contains(u"certificate verify failed")) {
        const Words judged = judgeCertificate(host, QString::fromUtf8(PQhostaddr(connection)),
                                              QByteArray(PQport(connection)).toUShort(), tls);
        if (!judged.message.isEmpty())
            return judged;
        return {u"The certificate of %1 does not hold."_s.arg(host),
                u"It must come from an authority this machine trusts (sslrootcert) and be valid today."_s};
    }
    if (said.contains(u"certificate required") || said.contains(u"handshake failure"))
        return {u"The server at %1 wants a certificate of this machine."_s.arg(place),
                u"Name its files as sslcert and sslkey in the profile."_s};
    return {u"The encrypted connection to %1 could not be made."_s.arg(place),
            u"The certificate must fit the host name and come from an authority this machine trusts "
            u"(sslrootcert)."_s};
}

} // namespace

QString connectStepName(ConnectStep step)
{
    switch (step) {
    case ConnectStep::Name:
        return u"name"_s;
    case ConnectStep::Tcp:
        return u"TCP"_s;
    case ConnectStep::Tls:
        return u"TLS"_s;
    case ConnectStep::Authentication:
        return u"authentication"_s;
    case ConnectStep::Database:
        return u"database"_s;
    case ConnectStep::Schema:
        break;
    }
    return u"schema"_s;
}

Error unknownHost(const QStringList &hosts, const QString &said)
{
    return {ErrorKind::Connect,
            u"The name %1 is not known."_s.arg(hosts.join(u", "_s)),
            u"Check the spelling, and that this machine has a network and its name service answers."_s,
            said,
            {},
            connectStepName(ConnectStep::Name)};
}

Error connectError(PGconn *connection, ConnectStep step, const QString &passfile, const TlsAsked &tls)
{
    const QString said = QString::fromUtf8(PQerrorMessage(connection)).trimmed();
    // The verbosity set while connecting makes libpq put the SQLSTATE of a refusal into its message.
    static const QRegularExpression state(u"FATAL:\\s+([0-9A-Z]{5}):"_s);
    const QString sqlstate = state.match(said).captured(1);
    const QString host = QString::fromUtf8(PQhost(connection));
    const QString place =
        host.startsWith(u'/') || host.isEmpty()
            ? u"the socket in %1, port %2"_s.arg(host, QString::fromUtf8(PQport(connection)))
            : host + u':' + QString::fromUtf8(PQport(connection));
    const QString user = QString::fromUtf8(PQuser(connection));
    const QString database = QString::fromUtf8(PQdb(connection));
    Error error{ErrorKind::Connect, {}, {}, logging::redact(said), sqlstate, connectStepName(step)};
    const auto tell = [&](ConnectStep where, const QString &message, const QString &hint) {
        error.where = connectStepName(where);
        error.message = message;
        error.hint = hint;
    };
    using enum ConnectStep;
    if (sqlstate == u"28P01" || (sqlstate == u"28000" && said.contains(u"password")))
        tell(Authentication, u"The server did not accept the password of “%1”."_s.arg(user),
             u"Type it again; it may have been changed. In a pass file, check host, port and user of the "
             u"line. "
             u"If the login is new, its owner may have to give it a password."_s);
    else if (sqlstate == u"28000" && said.contains(u"pg_hba.conf"))
        tell(Authentication, u"The server lets no “%1” in from this machine."_s.arg(user),
             u"Its owner has to add a line for this login, database and address to pg_hba.conf."_s);
    else if (sqlstate == u"28000")
        tell(Authentication, u"The server did not let “%1” in."_s.arg(user),
             u"The login may be missing, locked (NOLOGIN) or bound to another way of proving itself; its "
             u"owner "
             u"can tell."_s);
    else if (sqlstate == u"3D000")
        tell(Database, u"The server has no database “%1”."_s.arg(database),
             u"Check the name; “psql -l” lists the databases."_s);
    else if (sqlstate == u"42501")
        tell(Database, u"“%1” may not connect to the database “%2”."_s.arg(user, database),
             u"Its owner can run: GRANT CONNECT ON DATABASE %2 TO %1;"_s.arg(user, database));
    else if (sqlstate == u"53300")
        tell(Database, u"The server has no free connection left."_s,
             u"Close other programs that use it, or ask its owner to raise max_connections or the limit of "
             u"this "
             u"login or database."_s);
    else if (sqlstate == u"57P03" && said.contains(u"shutting down"))
        tell(Database, u"The server is shutting down."_s, u"Wait until its owner has started it again."_s);
    else if (sqlstate == u"57P03" && said.contains(u"starting up"))
        tell(Database, u"The server is starting up and takes no connections yet."_s,
             u"Wait a moment and connect again."_s);
    else if (sqlstate == u"57P03")
        tell(Database, u"The server is recovering and takes no connections yet."_s,
             u"Wait until it has caught up, or connect to another server of the group."_s);
    else if (sqlstate == u"55000")
        tell(Database, u"The database “%1” takes no connections."_s.arg(database),
             u"Its owner closed it (ALLOW_CONNECTIONS false), or it is being dropped or copied."_s);
    else if (PQconnectionNeedsPassword(connection))
        tell(Authentication, u"The server wants a password for “%1”, and none was found."_s.arg(user),
             u"Type it in the connect dialog, or add a line to ~/.pgpass."_s);
    else if (said.contains(u"session is read-only") || said.contains(u"is not in hot standby mode") ||
             said.contains(u"is in hot standby mode") || said.contains(u"session is not read-only"))
        tell(
            Database, u"No server of the list is of the kind that the profile asks for."_s,
            u"target_session_attrs in the profile asks for it: a primary may be down, or a standby missing."_s);
    else if (said.contains(u"closed the connection unexpectedly") || said.contains(u"SSL SYSCALL error") ||
             (step != Tcp && said.contains(u"Connection reset")))
        // Also in the middle of a TLS handshake: nothing was refused, so trying again may help.
        tell(Tcp, u"%1 took the connection and closed it again."_s.arg(place),
             u"The server may be restarting or out of memory, or a proxy before it found no server. Its log "
             u"tells."_s);
    else if (step == Tls || said.contains(u"SSL") || said.contains(u"certificate")) {
        const Words words = tlsWords(connection, said, place, tls);
        tell(Tls, words.message, words.hint);
        if (tls.byDefault)
            error.hint +=
                u" (For a remote host this program asks for verify-full; sslmode in the profile decides "
                u"otherwise.)"_s;
    } else if (step <= Tcp)
        tell(step, u"No server answers at %1."_s.arg(place),
             u"Check that the server runs, and host and port. A sandbox is started by “retail-admin sandbox "
             u"start”."_s);
    else
        tell(step, u"The connection to %1 could not be made."_s.arg(place),
             u"What the server said follows."_s);
    if (!passfile.isEmpty() && error.where == connectStepName(Authentication))
        error.hint += u" Pass file: %1."_s.arg(passfile);
    return error;
}

bool needsPassword(const Error &error)
{
    return error.kind == ErrorKind::Connect && error.where == connectStepName(ConnectStep::Authentication) &&
           (error.sqlstate.isEmpty() || error.sqlstate == u"28P01");
}

bool isPermanent(const Error &error)
{
    if (error.kind != ErrorKind::Connect && error.kind != ErrorKind::LinkLost &&
        error.kind != ErrorKind::Timeout)
        return true;
    // A time-out in one of these steps has nothing of a refusal: then nobody said anything.
    const bool refused = !error.detail.isEmpty() || !error.sqlstate.isEmpty();
    return (refused && (error.where == connectStepName(ConnectStep::Authentication) ||
                        error.where == connectStepName(ConnectStep::Tls))) ||
           error.where == connectStepName(ConnectStep::Schema) || error.sqlstate == u"3D000" ||
           error.sqlstate == u"42501" || error.sqlstate == u"55000";
}
