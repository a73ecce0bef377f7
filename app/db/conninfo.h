// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"

#include <QHash>
#include <QList>
#include <QString>

/// What libpq would make of a connection string, found without connecting: the string first, then the service
/// file, then PG* variables, then the defaults. Needed where libpq decides too late for us: name look-ups
/// that can be cancelled, the default of sslmode, tunnels. Functions without state; any thread.
namespace conninfo {

struct Endpoint
{
    QString host;    ///< a name, an address or the folder of a socket; empty: the default socket
    QString address; ///< of hostaddr, or empty
    QString port;

    bool isSocket() const
    {
        return address.isEmpty() && (host.isEmpty() || host[0] == u'/' || host[0] == u'@');
    }
    /// A socket or this machine: nobody listens between.
    bool isLocal() const;
};

struct Effective
{
    QList<Endpoint> endpoints; ///< one at least
    QString user;
    QString database;
    QString sslmode;     ///< empty when nobody said
    QString sslrootcert; ///< empty when nobody said
    QString passfile;

    /// sslmode that will hold: `verify-full` for a remote host when nobody said.
    QString effectiveSslmode() const;
    /// The file of trusted authorities for verify-ca and verify-full: the one given, ~/.postgresql/root.crt,
    /// or else this system's bundle, which libpq 15 does not look for by itself.
    QString effectiveRootcert() const;
};

/// `conninfo` that libpq does not understand gives libpq's defaults; opening it tells why.
Effective effective(const QString &conninfo);

/// A section of pg_service.conf.
struct Service
{
    QString name;
    QHash<QString, QString> values;
};

/// The services libpq would find: PGSERVICEFILE or ~/.pg_service.conf, then the system's file; the first of a
/// name counts.
QList<Service> services();

/// A line of a pass file: * stands for anything. The password stays in the file.
struct PassfileEntry
{
    QString host;
    QString port;
    QString database;
    QString user;
};

QString defaultPassfile(); ///< PGPASSFILE or ~/.pgpass
QList<PassfileEntry> passfileEntries(const QString &file);

/// The password libpq would take for this place from `file`; empty when there is none, or when others may
/// read the file. For tunnels, where libpq would look for the tunnel's port.
QString passfilePassword(const QString &file, const PassfileEntry &place);

/// What a connection string says itself, by keyword; empty for one that libpq does not understand.
QHash<QString, QString> settings(const QString &conninfo);

/// key='value' as libpq takes it.
QString pair(const QString &key, const QString &value);

} // namespace conninfo
