// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/backupfolder.h"

#include <QDir>
#include <QFile>
#include <QSysInfo>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

/// Names and locks of a folder that others write to as well: other users of the machine, other machines of a
/// share.
class TestBackupFolder final : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<QTemporaryDir> m_other;
    const QString m_base = u"shop_database_20261125T020000Z"_s;

    QString path(const QString &suffix) const { return m_folder->filePath(m_base + suffix); }
    QString lock() const { return m_folder->filePath(u'.' + m_base + u".lock"_s); }
    QString theirs() const { return m_other->filePath(u"theirs"_s); }
    QStringList entries() const
    {
        return QDir(m_folder->path())
            .entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
    }

    Result<backup::Reservation> take() const
    {
        return backup::Reservation::take(m_folder->path(), u"shop"_s, backup::Scope::Database,
                                         QDateTime(QDate(2026, 11, 25), QTime(2, 0), Qt::UTC));
    }

    static void fill(const QString &path, const QByteArray &content = "kept")
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
    }

    static QByteArray content(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    static QByteArray host() { return QSysInfo::machineHostName().toUtf8(); }
    static QByteArray boot() { return content(u"/proc/sys/kernel/random/boot_id"_s).trimmed(); }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>(u"/tmp/retail-backup-XXXXXX"_s);
        m_other = std::make_unique<QTemporaryDir>(u"/tmp/retail-other-XXXXXX"_s);
        fill(theirs());
    }

    void whatIsWrittenIsInAFolderOfOurOwn()
    {
        {
            const Result<backup::Reservation> made = take();
            QVERIFY(made.ok());
            struct stat info
            {
            };
            const QString work = m_folder->filePath(made->temporary(u".dump"_s)).section(u'/', 0, -2);
            QCOMPARE(::lstat(qPrintable(work), &info), 0);
            QVERIFY(S_ISDIR(info.st_mode));
            QCOMPARE(info.st_mode & 0777, mode_t(0700));
            QCOMPARE(content(lock()), host() + '\n' + boot() + '\n');
            fill(work + u"/dump"_s);
        }
        QCOMPARE(entries(), QStringList());
    }

    void whatSomebodyPreparedIsNotWrittenInto_data()
    {
        QTest::addColumn<bool>("link");
        QTest::addColumn<QString>("target");
        QTest::newRow("a link to a folder") << true << QString();
        QTest::newRow("a link to nothing") << true << u"/nowhere"_s;
        QTest::newRow("a folder") << false << QString();
    }
    void whatSomebodyPreparedIsNotWrittenInto()
    {
        QFETCH(bool, link);
        QFETCH(QString, target);
        const QString work = path(u".work"_s);
        QVERIFY(link ? QFile::link(m_other->path() + target, work) : QDir().mkdir(work));
        {
            const Result<backup::Reservation> made = take();
            QVERIFY(made.ok());
            QCOMPARE(made->base(), m_base + u"_2"_s);
        }
        QCOMPARE(entries(), QStringList{m_base + u".work"_s});
        QVERIFY(QFile::exists(theirs()));
    }

    void leftoversGoAndWhatTheyLinkToStays_data()
    {
        QTest::addColumn<QString>("suffix");
        QTest::addColumn<bool>("link");
        for (const char *suffix : {".work", ".dump.part", ".dump"}) {
            QTest::addRow("a folder %s", suffix) << QString::fromLatin1(suffix) << false;
            QTest::addRow("a link %s", suffix) << QString::fromLatin1(suffix) << true;
        }
    }
    void leftoversGoAndWhatTheyLinkToStays()
    {
        QFETCH(QString, suffix);
        QFETCH(bool, link);
        fill(lock(), {}); // of an earlier version: empty
        if (link) {
            QVERIFY(QFile::link(m_other->path(), path(suffix)));
        } else {
            QVERIFY(QDir().mkdir(path(suffix)));
            QVERIFY(QFile::link(m_other->path(), path(suffix) + u"/inside"_s));
        }
        QCOMPARE(backup::removeLeftovers(m_folder->path()), QStringList{path(suffix)});
        QCOMPARE(entries(), QStringList());
        QVERIFY(QFile::exists(theirs()));
    }

    void theFolderOfAnotherUserStays_data()
    {
        QTest::addColumn<uid_t>("owner");
        QTest::newRow("but not one's own") << ::geteuid();
        if (::geteuid() == 0) // only root can make such a one, and remove it
            QTest::newRow("nobody's") << uid_t(65534);
    }
    void theFolderOfAnotherUserStays()
    {
        QFETCH(uid_t, owner);
        const bool ours = owner == ::geteuid();
        fill(lock(), {});
        QVERIFY(QDir().mkdir(path(u".work"_s)));
        fill(path(u".work/theirs"_s));
        QCOMPARE(::chown(qPrintable(path(u".work"_s)), owner, -1), 0);
        QCOMPARE(backup::removeLeftovers(m_folder->path()).isEmpty(), !ours);
        QCOMPARE(QFile::exists(path(u".work/theirs"_s)), !ours);
    }

    void theLockOfAnotherMachineIsRespected_data()
    {
        QTest::addColumn<QByteArray>("holder");
        QTest::addColumn<int>("hours");
        QTest::addColumn<bool>("held");
        QTest::newRow("of another machine") << QByteArray("elsewhere\nother-boot\n") << 1 << true;
        QTest::newRow("of another machine, nearly two days old")
            << QByteArray("elsewhere\nother-boot\n") << 47 << true;
        QTest::newRow("of another machine, older than two days")
            << QByteArray("elsewhere\nother-boot\n") << 49 << false;
        QTest::newRow("of this machine") << host() + '\n' + boot() + '\n' << 1 << false;
        QTest::newRow("of this machine, which was started anew since") << host() + "\nother-boot\n"
                                                                       << 1 << false;
        QTest::newRow("of a container on this machine") << "elsewhere\n" + boot() + '\n' << 1 << false;
        QTest::newRow("of an earlier version") << QByteArray() << 1 << false;
    }
    void theLockOfAnotherMachineIsRespected()
    {
        QFETCH(QByteArray, holder);
        QFETCH(int, hours);
        QFETCH(bool, held);
        fill(path(u".dump"_s));
        const auto plant = [&] {
            fill(lock(), holder);
            QFile file(lock());
            QVERIFY(file.open(QIODevice::ReadWrite) &&
                    file.setFileTime(QDateTime::currentDateTime().addSecs(-3600 * hours),
                                     QFileDevice::FileModificationTime));
        };
        plant();
        QCOMPARE(backup::lockBackup({m_folder->path(), m_base + u".json"_s, {}}).has_value(), !held);
        plant();
        QCOMPARE(backup::removeLeftovers(m_folder->path()).isEmpty(), held);
        QCOMPARE(QFile::exists(path(u".dump"_s)), held);
        QCOMPARE(content(lock()), held ? holder : QByteArray());
    }
};

QTEST_GUILESS_MAIN(TestBackupFolder)
#include "tst_backupfolder.moc"
