// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/search/embeddingnotice.h"

#include "app/appcontext.h"
#include "app/core/format.h"
#include "app/core/shellcommand.h"
#include "ui/shared/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

using namespace Qt::StringLiterals;

QString embeddingUnavailable(const AppContext &app)
{
    // As CONTRIBUTING tells: the owner, managers and applications; not those who only look after the server.
    const Capabilities can = app.pool.capabilities();
    if (!(can.owner || can.manager || can.superuser || !(can.dba || can.ops)))
        return EmbeddingNotice::tr("This login may not write embeddings");
    if (can.standby || app.pool.profile().readOnly)
        return EmbeddingNotice::tr("This connection only reads");
    return {};
}

EmbeddingNotice::EmbeddingNotice(const UiContext &ui, QWidget *parent)
    : QFrame(parent)
    , m_ui(ui)
    , m_text(new QLabel(this))
    , m_action(new QPushButton(tr("Make findable"), this))
{
    setObjectName(u"searchNotice"_s);
    setProperty("banner", u"warning"_s);
    m_text->setObjectName(u"searchNoticeText"_s);
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_action->setObjectName(u"createEmbeddings"_s);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(16, 6, 16, 6);
    layout->setSpacing(12);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_action);
    connect(m_action, &QPushButton::clicked, this, &EmbeddingNotice::start);
    hide();
}

void EmbeddingNotice::setSetting(const QString &storeId, const SearchSetting &setting)
{
    m_storeId = storeId;
    m_setting = setting;
    m_action->setEnabled(true);
    update();
}

void EmbeddingNotice::setFallback(const QString &why)
{
    m_fallback = why;
    update();
}

void EmbeddingNotice::clear()
{
    m_storeId.clear();
    m_setting = {};
    m_fallback.clear();
    update();
}

void EmbeddingNotice::update()
{
    QStringList sentences;
    QStringList details;
    const Error &unavailable = m_setting.unavailable;
    if (!m_setting.provider && unavailable.kind == ErrorKind::NotFound) {
        sentences.append(tr("Products can be found by words only: searching by meaning is not set up on this "
                            "computer. That is done under Search quality ▸ Embeddings."));
        details.append(unavailable.message);
    } else if (!m_fallback.isEmpty()) {
        sentences.append(tr("Searched by words only: %1").arg(m_fallback));
    } else if (!m_storeId.isEmpty() && !m_setting.provider && !unavailable.message.isEmpty()) {
        sentences.append(tr("Meaning cannot be searched: %1").arg(unavailable.message));
    }
    if (m_setting.due > 0 && m_setting.due >= m_setting.products)
        sentences.append(m_setting.products == 1
                             ? tr("The product of this store cannot be found by meaning yet.")
                             : tr("None of the %1 products of this store can be found by meaning yet.")
                                   .arg(format::count(m_setting.products)));
    else if (m_setting.due == 1)
        sentences.append(
            tr("1 product of this store is new or changed and may not be found by meaning yet."));
    else if (m_setting.due > 1)
        sentences.append(
            tr("%1 of %2 products of this store are new or changed and may not be found by meaning yet.")
                .arg(format::count(m_setting.due), format::count(m_setting.products)));
    if (m_setting.due > 0)
        details.append(tr("Searches use vectors of the model %1.").arg(m_setting.model));
    if (!m_setting.otherModels.isEmpty()) {
        const Capabilities can = m_ui.app.pool.capabilities();
        (can.owner || can.superuser ? sentences : details)
            .append(tr("They have vectors of %1: vectors of different models cannot be compared.")
                        .arg(m_setting.otherModels.join(u", "_s)));
    }
    m_text->setText(sentences.join(u' '));
    m_text->setToolTip(details.join(u'\n'));
    m_action->setVisible(m_setting.due > 0 && m_setting.provider && embeddingUnavailable(m_ui.app).isEmpty());
    m_action->setAccessibleDescription(
        tr("Starts a job for %1").arg(format::counted(m_setting.due, tr("product"), tr("products"))));
    setVisible(!sentences.isEmpty());
}

void EmbeddingNotice::start()
{
    m_action->setEnabled(false); // until the job has ended and the products are counted again
    const Profile profile = m_ui.app.pool.profile();
    m_ui.app.jobs.start({u"embed"_s, tr("Make products findable"), u"%1 · %2"_s.arg(profile.name, m_storeId),
                         shellCommand(QStringList{u"embed"_s, u"--store"_s, m_storeId} + profile.words())},
                        m_ui.app.embeddings.embed({m_storeId}, m_setting.provider));
}
