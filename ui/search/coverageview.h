// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/embeddingservice.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QWidget>

template <typename Row>
class ListModel;
class QLabel;
class QPushButton;
class TableView;

/// How far the vectors cover the catalogues, a line a store and model. Starts the job that closes the gaps
/// and chooses the model that searches use; each after a question that tells the numbers.
class CoverageView final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(CoverageView)

public:
    explicit CoverageView(const UiContext &ui, QWidget *parent = nullptr);

    void setCoverage(const QList<EmbeddingCoverage> &coverage);
    void clear();
    const QList<EmbeddingCoverage> &coverage() const;

signals:
    void changed(); ///< the database has changed; the coverage is to be read again
    void failed(const Error &error);

private:
    const EmbeddingCoverage *current() const;
    void updateActions();
    void askToEmbed(const QStringList &stores, const QString &model);
    void embed(const EmbeddingPlan &plan);
    void askToActivate();

    const UiContext m_ui;
    ListModel<EmbeddingCoverage> *m_model;
    TableView *m_view;
    QLabel *m_summary;
    QPushButton *m_servers;
    QPushButton *m_embed;
    QPushButton *m_embedAll;
    QPushButton *m_activate;
    Request<EmbeddingPlan> m_planRequest;
    Request<void> m_activateRequest;
};
