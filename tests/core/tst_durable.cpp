// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/core/durable.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

class TestDurable final : public QObject
{
    Q_OBJECT

    static bool fill(const QString &path, const QByteArray &content)
    {
        QFile file(path);
        return file.open(QIODevice::WriteOnly) && file.write(content) == content.size();
    }

    static QByteArray content(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("cannot be read");
    }

    static mode_t rights(const QString &path)
    {
        struct stat found
        {
        };
        return ::stat(QFile::encodeName(path).constData(), &found) == 0 ? found.st_mode & 07777 : 0;
    }

private slots:
    void aFolderInTheWayIsNamedAndStays()
    {
        const QTemporaryDir folder;
        const QString file = folder.filePath(u"secret"_s);
        QVERIFY(QDir().mkpath(file + u".part/mine"_s));
        const Result<void> written = durable::write(file, "new");
        QVERIFY(!written);
        QCOMPARE(written.error().kind, ErrorKind::Io);
        QVERIFY(written.error().message.contains(file + u".part"_s));
        QVERIFY(!written.error().hint.isEmpty());
        QVERIFY(QDir(file + u".part/mine"_s).exists());
        QVERIFY(!QFile::exists(file));
    }

    void aMissingFolderIsAnError()
    {
        const QTemporaryDir folder;
        const Result<void> written = durable::write(folder.filePath(u"nowhere/secret"_s), "new");
        QVERIFY(!written);
        QCOMPARE(written.error().kind, ErrorKind::Io);
    }

    void whatIsWrittenIsItsOwnersAloneWhateverWasThere_data()
    {
        QTest::addColumn<QString>("prepared");
        QTest::newRow("nothing") << QString();
        QTest::newRow("what a killed run left") << u"part"_s;
        QTest::newRow("a name for another file") << u"hard link"_s;
        QTest::newRow("a link to another file") << u"link"_s;
        QTest::newRow("a link to nothing") << u"dangling link"_s;
    }
    void whatIsWrittenIsItsOwnersAloneWhateverWasThere()
    {
        QFETCH(QString, prepared);
        const QTemporaryDir folder;
        const QString file = folder.filePath(u"secret"_s);
        const QString part = file + u".part"_s;
        const QString other = folder.filePath(u"other"_s);
        QVERIFY(fill(file, "old"));
        QVERIFY(fill(other, "theirs"));
        QVERIFY(::chmod(QFile::encodeName(other).constData(), 0666) == 0);
        const QByteArray from = QFile::encodeName(other);
        const QByteArray to = QFile::encodeName(part);
        if (prepared == u"part") {
            QVERIFY(fill(part, "theirs, and longer than what comes"));
            QVERIFY(::chmod(to.constData(), 0666) == 0);
        } else if (prepared == u"hard link") {
            QVERIFY(::link(from.constData(), to.constData()) == 0);
        } else if (prepared == u"link") {
            QVERIFY(::symlink(from.constData(), to.constData()) == 0);
        } else if (prepared == u"dangling link") {
            QVERIFY(::symlink("nothing", to.constData()) == 0);
        }
        // Whoever prepared it may have it open.
        QFile spy(part);
        const bool watched = prepared == u"part";
        QVERIFY(!watched || spy.open(QIODevice::ReadOnly | QIODevice::Unbuffered));

        const Result<void> written = durable::write(file, "new");
        QVERIFY2(written.ok(), written ? "" : qPrintable(written.error().text()));
        QCOMPARE(content(file), QByteArray("new"));
        QCOMPARE(rights(file), mode_t(0600));
        QCOMPARE(content(other), QByteArray("theirs"));
        QVERIFY(!watched || spy.readAll().startsWith("theirs"));
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::System | QDir::Hidden),
                 (QStringList{u"other"_s, u"secret"_s}));
    }
};

QTEST_GUILESS_MAIN(TestDurable)
#include "tst_durable.moc"
