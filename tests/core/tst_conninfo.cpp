// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/conninfo.h"
#include "app/db/profile.h"
#include "app/db/sshtunnel.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

class TestConninfo final : public QObject
{
    Q_OBJECT

    QTemporaryDir m_home;

    void write(const QString &name, const QByteArray &content, bool open = false) const
    {
        QFile file(m_home.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner |
                            (open ? QFile::ReadOther : QFile::Permission{}));
    }

private slots:
    void initTestCase()
    {
        for (const char *name :
             {"PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGDATABASE", "PGSSLMODE", "PGSERVICE"})
            qunsetenv(name);
        qputenv("HOME", QFile::encodeName(m_home.path()));
        qputenv("PGSYSCONFDIR", QFile::encodeName(m_home.path()));
        qputenv("PGSERVICEFILE", QFile::encodeName(m_home.filePath(u"services"_s)));
        qputenv("PGPASSFILE", QFile::encodeName(m_home.filePath(u"passes"_s)));
        write(u"services"_s, "# "
                             "ours\n[shop]\nhost=db.example\nport=5433\nsslmode=require\npassword=hidden\n\n["
                             "plain]\nhost=db.example\n");
        write(u"pg_service.conf"_s, "[shop]\nhost=other.example\n[system]\nhost=sys.example\n");
        write(
            u"passes"_s,
            "# a comment\ndb.example:5432:retail:ann:pa\\:ss\\\\word\n*:*:*:bob:x\nlocalhost:5433:*:ann:y\n");
    }

    void sslmodeIsVerifyFullForARemoteHostUnlessSomebodySays_data()
    {
        QTest::addColumn<QString>("conninfo");
        QTest::addColumn<QString>("sslmode");
        QTest::newRow("no host") << QString() << u"prefer"_s;
        QTest::newRow("a socket") << u"host=/run/postgresql"_s << u"prefer"_s;
        QTest::newRow("an abstract socket") << u"host=@pg"_s << u"prefer"_s;
        QTest::newRow("localhost") << u"postgresql://ann@localhost/retail"_s << u"prefer"_s;
        QTest::newRow("a loopback address") << u"host=127.0.3.4"_s << u"prefer"_s;
        QTest::newRow("a loopback address of IPv6") << u"postgresql://[::1]/x"_s << u"prefer"_s;
        QTest::newRow("a name") << u"host=db.example"_s << u"verify-full"_s;
        QTest::newRow("a name of this machine at a loopback address")
            << u"host=db.example hostaddr=127.0.0.1"_s << u"prefer"_s;
        QTest::newRow("localhost at another address")
            << u"host=localhost hostaddr=192.0.2.1"_s << u"verify-full"_s;
        QTest::newRow("one remote host of several") << u"host=localhost,db.example"_s << u"verify-full"_s;
        QTest::newRow("said by the string") << u"host=db.example sslmode=prefer"_s << u"prefer"_s;
        QTest::newRow("said by the service") << u"service=shop"_s << u"require"_s;
        QTest::newRow("a service that does not say") << u"service=plain"_s << u"verify-full"_s;
        QTest::newRow("a service of the system") << u"service=system"_s << u"verify-full"_s;
    }
    void sslmodeIsVerifyFullForARemoteHostUnlessSomebodySays()
    {
        QFETCH(QString, conninfo);
        QTEST(conninfo::effective(conninfo).effectiveSslmode(), "sslmode");
        qputenv("PGSSLMODE", "allow");
        const QString byVariable = conninfo::effective(conninfo).effectiveSslmode();
        qunsetenv("PGSSLMODE");
        QCOMPARE(byVariable, conninfo.contains(u"sslmode") ? u"prefer"_s
                             : conninfo == u"service=shop" ? u"require"_s
                                                           : u"allow"_s);
    }

    void severalHostsKeepTheirPorts()
    {
        const conninfo::Effective found =
            conninfo::effective(u"postgresql://ann@a.example:1,b.example:2/retail"_s);
        QCOMPARE(found.endpoints.size(), 2);
        QCOMPARE(found.endpoints[1].host, u"b.example"_s);
        QCOMPARE(found.endpoints[1].port, u"2"_s);
        QCOMPARE(found.user, u"ann"_s);
        QCOMPARE(found.database, u"retail"_s);
        QCOMPARE(conninfo::effective(u"host=a,b port=7"_s).endpoints[1].port, u"7"_s);
    }

    void theFirstServiceOfANameCounts()
    {
        const conninfo::Effective found = conninfo::effective(u"service=shop dbname=x"_s);
        QCOMPARE(found.endpoints.first().host, u"db.example"_s);
        QCOMPARE(found.endpoints.first().port, u"5433"_s);
        QCOMPARE(found.database, u"x"_s);
    }

    void passwordsAreFoundAsLibpqFindsThem()
    {
        const QString file = conninfo::defaultPassfile();
        QCOMPARE(conninfo::passfilePassword(file, {u"db.example"_s, u"5432"_s, u"retail"_s, u"ann"_s}),
                 u"pa:ss\\word"_s);
        QCOMPARE(conninfo::passfilePassword(file, {u"any"_s, u"1"_s, u"any"_s, u"bob"_s}), u"x"_s);
        QCOMPARE(conninfo::passfilePassword(file, {u"db.example"_s, u"5432"_s, u"other"_s, u"ann"_s}),
                 QString());
        write(u"open"_s, "*:*:*:*:z\n", true);
        QCOMPARE(conninfo::passfilePassword(m_home.filePath(u"open"_s), {u"a"_s, u"1"_s, u"b"_s, u"c"_s}),
                 QString());
    }

    void namesAndPlacesAreImportedAndNoSecret()
    {
        const QList<Profile> found = importableProfiles({});
        QStringList names;
        for (const Profile &profile : found) {
            names += profile.name;
            QVERIFY(!profile.conninfo.contains(u"hidden") && !profile.conninfo.contains(u"pa:ss"));
            QCOMPARE(profile.environment, Environment::Production);
        }
        QCOMPARE(names, (QStringList{u"shop"_s, u"plain"_s, u"system"_s, u"retail db.example ann"_s,
                                     u"5433 ann"_s}));
        QCOMPARE(found.first().conninfo, u"service='shop'"_s);
        QVERIFY(importableProfiles(found).isEmpty());
        const ProfileStore store(m_home.filePath(u"profiles"_s));
        for (const Profile &profile : found)
            QVERIFY2(ProfileStore(store).save(profile).ok(), qPrintable(profile.name));
    }

    void anExportedProfileComesBackWithoutPathsAndSecrets()
    {
        Profile profile;
        profile.name = u"North 1"_s;
        profile.conninfo = u"host=db.example dbname=retail target_session_attrs=prefer-standby"_s;
        profile.passfile = u"/home/ann/pass"_s;
        profile.ssh = u"jump.example"_s;
        profile.environment = Environment::Production;
        profile.readOnly = true;
        profile.role = u"retail_owner"_s;
        const QByteArray file = exportProfile(profile);
        QVERIFY(!file.contains("/home"));
        const Result<Profile> back = importProfile(file);
        QVERIFY(back.ok());
        QCOMPARE(back->name, profile.name);
        QCOMPARE(back->conninfo, profile.conninfo);
        QCOMPARE(back->ssh, profile.ssh);
        QCOMPARE(back->role, profile.role);
        QVERIFY(back->readOnly && back->environment == Environment::Production && back->passfile.isEmpty());
    }

    void whatIsNoProfileIsRefused_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("other JSON") << QByteArray("{\"name\": \"x\"}");
        QTest::newRow("a path for a name")
            << QByteArray("{\"format\": \"retail-admin profile 1\", \"name\": \"../x\", \"conninfo\": \"\"}");
        QTest::newRow("a password in it") << QByteArray(
            "{\"format\": \"retail-admin profile 1\", \"name\": \"x\", \"conninfo\": \"password=y\"}");
        QTest::newRow("the password of a key") << QByteArray(
            "{\"format\": \"retail-admin profile 1\", \"name\": \"x\", \"conninfo\": \"sslpassword=y\"}");
    }
    void whatIsNoProfileIsRefused()
    {
        QFETCH(QByteArray, file);
        QVERIFY(!importProfile(file));
    }

    void sshIsCalledWithoutAShellAndWithoutSurprises()
    {
        const auto servers = conninfo::effective(u"host=db.example,::1,/run/pg port=5433"_s).endpoints;
        const Result<QStringList> arguments = SshTunnel::arguments(u"ann@jump"_s, servers, {1, 2, 3});
        QVERIFY(arguments.ok());
        QVERIFY(arguments->contains(u"127.0.0.1:1:db.example:5433"_s));
        QVERIFY(arguments->contains(u"127.0.0.1:2:[::1]:5433"_s));
        QVERIFY(arguments->contains(u"127.0.0.1:3:/run/pg/.s.PGSQL.5433"_s));
        QCOMPARE(arguments->mid(arguments->size() - 2), (QStringList{u"--"_s, u"ann@jump"_s}));
        for (const QString &option :
             {u"ExitOnForwardFailure=yes"_s, u"BatchMode=yes"_s, u"ServerAliveInterval=15"_s})
            QVERIFY(arguments->contains(option));
        QVERIFY(!SshTunnel::arguments(u"-oProxyCommand=x"_s, servers, {1, 2, 3}));
    }
};

QTEST_GUILESS_MAIN(TestConninfo)
#include "tst_conninfo.moc"
