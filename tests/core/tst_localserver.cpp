// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/localserver.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

using namespace Qt::StringLiterals;

/// What is cleared away after throw-away servers whose program was killed, in a folder that is everybody's.
class TestLocalServer final : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_place;
    std::unique_ptr<QTemporaryDir> m_other;

    QString server() const { return m_place->filePath(u"retail-admin-throwaway-x"_s); }
    QString lock() const { return server() + u".lock"_s; }
    QString theirs() const { return m_other->filePath(u"theirs"_s); }

    static void fill(const QString &path)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("kept") == 4);
    }

private slots:
    void init()
    {
        m_place = std::make_unique<QTemporaryDir>(u"/tmp/retail-place-XXXXXX"_s);
        m_other = std::make_unique<QTemporaryDir>(u"/tmp/retail-other-XXXXXX"_s);
        qputenv("TMPDIR", m_place->path().toUtf8());
        fill(theirs());
        fill(lock());
    }

    void aLinkIsNotFollowed()
    {
        QVERIFY(QFile::link(m_other->path(), server()));
        ThrowAwayServer::removeLeftovers();
        QVERIFY(QFile::exists(theirs()));
        QVERIFY(!QFile::exists(lock()));
    }

    void aLinkInsideIsRemovedAndNotFollowed()
    {
        QVERIFY(QDir().mkdir(server()) && QFile::link(m_other->path(), server() + u"/pg_wal"_s));
        ThrowAwayServer::removeLeftovers();
        QVERIFY(QFile::exists(theirs()));
        QVERIFY(QDir(m_place->path()).isEmpty());
    }

    void theFolderOrTheLockOfAnotherUserStays_data()
    {
        QTest::addColumn<bool>("folder");
        QTest::addColumn<uid_t>("owner");
        QTest::newRow("but not what is all one's own") << true << ::geteuid();
        if (::geteuid() != 0)
            return; // only root can make what is another's, and remove it
        constexpr uid_t nobody = 65534;
        QTest::newRow("his folder under our lock") << true << nobody;
        QTest::newRow("his lock beside our folder") << false << nobody;
    }
    void theFolderOrTheLockOfAnotherUserStays()
    {
        QFETCH(bool, folder);
        QFETCH(uid_t, owner);
        const bool ours = owner == ::geteuid();
        QVERIFY(QDir().mkdir(server()));
        fill(server() + u"/theirs"_s);
        QCOMPARE(::chown(qPrintable(folder ? server() : lock()), owner, -1), 0);
        ThrowAwayServer::removeLeftovers();
        QCOMPARE(QFile::exists(server() + u"/theirs"_s), !ours);
        QCOMPARE(QFile::exists(lock()), !folder);
    }
};

QTEST_GUILESS_MAIN(TestLocalServer)
#include "tst_localserver.moc"
