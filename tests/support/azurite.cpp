// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/azurite.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QMessageAuthenticationCode>
#include <QRegularExpression>
#include <QUrl>

using namespace Qt::StringLiterals;

namespace {

// Published by Microsoft for every emulator; no secret.
const QString account = QStringLiteral("devstoreaccount1");
const QByteArray key = QByteArray::fromBase64(
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==");
const QString version = QStringLiteral("2018-11-09"); // of the signature's form
const QString start = QStringLiteral("2020-01-01T00:00:00Z");

QString signature(const QStringList &lines)
{
    const QByteArray hash =
        QMessageAuthenticationCode::hash(lines.join(u'\n').toUtf8(), key, QCryptographicHash::Sha256);
    return QString::fromLatin1(QUrl::toPercentEncoding(QString::fromLatin1(hash.toBase64())));
}

} // namespace

Azurite::Azurite()
{
    QProcess installer;
    installer.start(QStringLiteral(AZURITE_SCRIPT), QStringList());
    if (!installer.waitForFinished(400'000) || installer.exitCode() != 0)
        qFatal("Azurite could not be installed: %s %s", qPrintable(installer.errorString()),
               installer.readAllStandardError().constData());
    const QString program = QString::fromLocal8Bit(installer.readAllStandardOutput()).trimmed();
    m_process.setStandardOutputFile(m_folder.filePath(u"log"_s));
    m_process.setStandardErrorFile(m_folder.filePath(u"errors"_s));
    m_process.start(program,
                    {u"--location"_s, m_folder.filePath(u"data"_s), u"--blobPort"_s, u"0"_s, u"--blobHost"_s,
                     u"127.0.0.1"_s, u"--skipApiVersionCheck"_s, u"--disableTelemetry"_s});
    static const QRegularExpression listening(u"successfully listens on http://127.0.0.1:(\\d+)"_s);
    for (const QDeadlineTimer limit(60'000); m_port == 0 && !limit.hasExpired();) {
        m_process.waitForFinished(50);
        m_port = listening.match(QString::fromUtf8(log())).captured(1).toInt();
    }
    if (m_port == 0)
        qFatal("Azurite did not start: %s", log().constData());
}

Azurite::~Azurite()
{
    m_process.kill();
    m_process.waitForFinished();
}

UploadTarget Azurite::target(const QString &container, const QString &path)
{
    UploadTarget target;
    target.name = u"offsite"_s;
    target.kind = UploadTarget::Kind::Azure;
    target.account = account;
    target.container = container;
    target.path = path;
    return target;
}

QString Azurite::sas(const QString &container, int port, const QString &rights, const QString &end) const
{
    const QString sign = signature({rights,
                                    start,
                                    end,
                                    u"/blob/%1/%2"_s.arg(account, container),
                                    {},
                                    {},
                                    {},
                                    version,
                                    u"c"_s,
                                    {},
                                    {},
                                    {},
                                    {},
                                    {},
                                    {}});
    return u"http://127.0.0.1:%1/%2/%3?sp=%4&st=%5&se=%6&sv=%7&sr=c&sig=%8"_s.arg(
        QString::number(port > 0 ? port : m_port), account, container, rights, start, end, version, sign);
}

QByteArray Azurite::rclone(const QStringList &arguments) const
{
    const QString sign = signature(
        {account, u"rwdlac"_s, u"b"_s, u"sco"_s, start, u"2099-01-01T00:00:00Z"_s, {}, {}, version, {}});
    QFile config(m_folder.filePath(u"rclone.conf"_s));
    (void)config.open(QIODevice::WriteOnly);
    config.write(u"[all]\ntype = azureblob\nsas_url = http://127.0.0.1:%1/%2?sp=rwdlac&ss=b&srt=sco&st=%3&"
                 u"se=2099-01-01T00:00:00Z&sv=%4&sig=%5\n"_s
                     .arg(QString::number(m_port), account, start, version, sign)
                     .toUtf8());
    config.close();
    QProcess process;
    process.start(u"rclone"_s, QStringList{u"--config"_s, config.fileName()} + arguments);
    if (!process.waitForFinished(60'000) || process.exitCode() != 0)
        qFatal("rclone: %s", process.readAllStandardError().constData());
    return process.readAllStandardOutput();
}

void Azurite::makeContainer(const QString &name) const
{
    rclone({u"mkdir"_s, u"all:"_s + name});
}

QStringList Azurite::names(const QString &container) const
{
    QStringList names =
        QString::fromUtf8(rclone({u"lsf"_s, u"-R"_s, u"--files-only"_s, u"all:"_s + container}))
            .split(u'\n', Qt::SkipEmptyParts);
    names.sort();
    return names;
}

QByteArray Azurite::log() const
{
    QFile file(m_folder.filePath(u"log"_s));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}
