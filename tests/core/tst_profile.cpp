// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/db/profile.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

class TestProfile final : public QObject
{
    Q_OBJECT

    QTemporaryDir m_home;

    ProfileStore store() const { return ProfileStore(m_home.path() + u"/profiles"_s); }

private slots:
    void anUnknownProfileIsRefusedWithTheKnownOnes()
    {
        verifySaved(store().save({u"north"_s, u"host=db"_s}));
        const Result<Profile> profile = store().byName(u"south"_s);
        QVERIFY(!profile);
        QCOMPARE(profile.error().kind, ErrorKind::NotFound);
        QVERIFY(profile.error().hint.contains(u"north"));
    }

    void aNameCannotLeaveTheFolder_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("a path") << u"../evil"_s;
        QTest::newRow("nothing") << QString();
        QTest::newRow("a leading dot") << u".hidden"_s;
        QTest::newRow("a line break") << u"a\nb"_s;
        QTest::newRow("too long") << QString(100, u'a');
    }
    void aNameCannotLeaveTheFolder()
    {
        QFETCH(QString, name);
        QVERIFY(!store().save({name, u"host=db"_s}));
        QVERIFY(!store().byName(name));
    }

    void aPasswordIsNeverSaved_data()
    {
        QTest::addColumn<QString>("conninfo");
        QTest::newRow("in a URI") << u"postgresql://ada:hunter2@db/retail"_s;
        QTest::newRow("in a pair") << u"host=db password=hunter2"_s;
    }
    void aPasswordIsNeverSaved()
    {
        QFETCH(QString, conninfo);
        QVERIFY(!store().save({u"secret"_s, conninfo}));
        const Result<Login> login = parseConninfo(conninfo);
        QVERIFY(login.ok());
        QCOMPARE(login->password, u"hunter2"_s);
        QVERIFY(!login->profile.conninfo.contains(u"hunter2"));
        QVERIFY(login->profile.conninfo.contains(u"host='db'"));
    }

    void aBrokenConnectionStringIsAUsageError()
    {
        const Result<Login> login = store().resolve(u"hots=db"_s);
        QVERIFY(!login);
        QCOMPARE(login.error().kind, ErrorKind::Usage);
    }

    void aDamagedFileIsNamedAndTheOthersAreStillListed()
    {
        verifySaved(store().save({u"whole"_s, u"host=db"_s}));
        QFile file(store().folder() + u"/damaged.json"_s);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{");
        file.close();
        const Result<Profile> damaged = store().byName(u"damaged"_s);
        QVERIFY(!damaged);
        QVERIFY(damaged.error().message.contains(u"damaged.json"));
        QStringList names;
        for (const Profile &profile : store().all())
            names += profile.name;
        QVERIFY(names.contains(u"whole"_s) && !names.contains(u"damaged"_s));
    }

    void everyFieldComesBack()
    {
        Profile saved{u"Ladenkette Süd"_s, u"service=retail"_s};
        saved.passfile = u"/x/pass"_s;
        saved.colour = u"#aa0000"_s;
        saved.environment = Environment::Production;
        saved.role = u"retail_ops"_s;
        saved.readOnly = true;
        saved.statementTimeoutMs = 1;
        saved.lockTimeoutMs = 2;
        verifySaved(store().save(saved));
        const Result<Profile> read = store().byName(saved.name);
        QVERIFY(read.ok());
        QCOMPARE(read->conninfo, saved.conninfo);
        QCOMPARE(read->passfile, saved.passfile);
        QCOMPARE(read->colour, saved.colour);
        QVERIFY(read->environment == saved.environment);
        QCOMPARE(read->role, saved.role);
        QCOMPARE(read->readOnly, saved.readOnly);
        QCOMPARE(read->statementTimeoutMs, saved.statementTimeoutMs);
        QCOMPARE(read->lockTimeoutMs, saved.lockTimeoutMs);
        QCOMPARE(QFile(store().folder() + u"/Ladenkette Süd.json"_s).permissions() &
                     (QFile::ReadGroup | QFile::ReadOther),
                 QFile::Permissions());
    }

    void theTargetIsToldWithoutThePassword()
    {
        QCOMPARE((Profile{{}, u"postgresql://ada@db:6432/retail"_s}).target(), u"ada@db:6432/retail"_s);
        QCOMPARE((Profile{{}, u"host=/run/x user=ada dbname=retail"_s}).target(),
                 u"ada@local socket/retail"_s);
    }

private:
    static void verifySaved(const Result<void> &saved)
    {
        QVERIFY2(saved.ok(), saved ? "" : qPrintable(saved.error().text()));
    }
};

QTEST_GUILESS_MAIN(TestProfile)
#include "tst_profile.moc"
