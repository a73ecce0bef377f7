// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/performance/servernote.h"

#include "app/core/format.h"
#include "ui/shared/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

using namespace Qt::StringLiterals;

ServerNote::ServerNote(Theme &theme, QWidget *parent)
    : QFrame(parent)
    , m_theme(theme)
    , m_icon(new QLabel(this))
    , m_text(new QLabel(this))
    , m_copy(new QPushButton(tr("Copy SQL"), this))
{
    setObjectName(u"serverNote"_s);
    m_text->setObjectName(u"serverNoteText"_s);
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setProperty("secondary", true);
    m_copy->setObjectName(u"copyGrant"_s);
    m_copy->setAccessibleDescription(tr("Copies the statement that would show what is missing here"));
    connect(m_copy, &QPushButton::clicked, this,
            [this] { qApp->clipboard()->setText(m_statements.join(u'\n')); });
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(16, 4, 16, 8);
    layout->setSpacing(8);
    layout->addWidget(m_icon, 0, Qt::AlignTop);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_copy, 0, Qt::AlignTop);
    connect(&theme, &Theme::changed, this, &ServerNote::refresh);
    refresh();
}

QString ServerNote::sinceText(const ServerFacts &server)
{
    const qint64 seconds = server.countingSeconds();
    if (seconds < 0)
        return tr(
            "Counted since the database was made, or since the server last crashed: the statistics were "
            "never reset.");
    QString span;
    if (seconds < 3600)
        span = tr("%1 min").arg(seconds / 60);
    else if (seconds < 86'400)
        span = tr("%1 h %2 min").arg(seconds / 3600).arg(seconds / 60 % 60);
    else
        span = tr("%1 d %2 h").arg(seconds / 86'400).arg(seconds / 3600 % 24);
    return tr("Counted for %1, since the reset of the statistics at %2.")
        .arg(span, format::exact(server.statsReset.toLocalTime()));
}

void ServerNote::show(const ServerFacts &server, const QString &login, bool counts)
{
    m_lines.clear();
    m_statements.clear();
    m_warning = false;
    if (counts)
        m_lines += sinceText(server);
    if (server.standby) {
        // Cut off, all that came is replayed and more may be missing: its age is all that is known.
        const QString lag =
            server.lagSeconds < 0 ? tr("how far it is behind is not known")
            : !server.receiving   ? tr("the newest change it has is %1 old")
                                      .arg(format::duration(qint64(server.lagSeconds * 1000)))
            : server.lagSeconds < 1
                ? tr("it is not behind")
                : tr("it is %1 behind").arg(format::duration(qint64(server.lagSeconds * 1000)));
        m_lines +=
            (server.receiving ? tr("This server is a standby; %1. It counts its own reads only, and nothing "
                                   "can be changed here.")
                              : tr("This server is a standby that is not connected to its primary; %1. It "
                                   "counts its own reads only, and nothing can be changed here."))
                .arg(lag);
    }
    if (!server.counts)
        add(tr("The server does not count (track_counts is off): the figures stand still."),
            u"ALTER SYSTEM SET track_counts = on; SELECT pg_reload_conf();"_s);
    if (!server.seesAll)
        add(tr("This login is not told what other logins do: their statements read <insufficient privilege>. "
               "A "
               "superuser may grant it the right."),
            u"GRANT pg_monitor TO %1;"_s.arg(QString::fromUtf8(quoteIdentifier(login))));
    refresh();
}

void ServerNote::add(const QString &text, const QString &sql)
{
    m_lines += text;
    if (!sql.isEmpty()) {
        m_lines += sql;
        m_statements += sql;
    }
    m_warning = true;
    refresh();
}

void ServerNote::refresh()
{
    const QColor colour = m_theme.colour(m_warning ? cell::Tone::Warning : cell::Tone::Muted);
    m_icon->setPixmap(m_theme.pixmap(m_warning ? u"state-warning"_s : u"state-information"_s, 16, colour,
                                     devicePixelRatioF()));
    m_text->setText(m_lines.join(u'\n'));
    m_copy->setVisible(!m_statements.isEmpty());
    setVisible(!m_lines.isEmpty());
}
