// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/searchsetting.h"
#include "ui/shared/uicontext.h"

#include <QFrame>

class AppContext;
class QLabel;
class QPushButton;

/// Why this connection cannot write embeddings; empty when it can.
QString embeddingUnavailable(const AppContext &app);

/// Why a search may miss something: products without a vector, or nobody who turns the question into one.
/// Offers the job that helps, where the login may start it. In the words of who looks after a store; the
/// models' names are for who may choose one, and in the tooltip.
class EmbeddingNotice final : public QFrame
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(EmbeddingNotice)

public:
    explicit EmbeddingNotice(const UiContext &ui, QWidget *parent = nullptr);

    void setSetting(const QString &storeId, const SearchSetting &setting);
    void setFallback(const QString &why); ///< words alone were searched; empty: they were not
    void clear();

private:
    void update();
    void start();

    const UiContext m_ui;
    QString m_storeId;
    SearchSetting m_setting;
    QString m_fallback;
    QLabel *m_text;
    QPushButton *m_action;
};
