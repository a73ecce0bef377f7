// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/embeddingservice.h"
#include "app/services/searchquality.h"
#include "ui/shared/request.h"
#include "ui/shell/page.h"

#include <QTimer>

class CoverageView;
class Job;
class QTabWidget;
class QualityView;

/// What searches by meaning rest on, of all stores that the login may see: how far the vectors cover the
/// catalogues, and how good the index is. A page of the database and not a tab of Search, because DBAs may
/// see these numbers and no row of a store.
class QualityPage final : public Page
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(QualityPage)

public:
    QualityPage(const UiContext &ui, QWidget *parent);

    QString help() const override;
    void showExample() override;

protected:
    void load() override;
    void clear() override;
    void hideEvent(QHideEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    void loadCoverage();
    void showCoverage(const QList<EmbeddingCoverage> &coverage);
    void loadBuilds();
    void jobFinished(const Job *job);
    void updateLoading();

    QTabWidget *m_tabs;
    CoverageView *m_coverage;
    QualityView *m_quality;
    QTimer m_watch; // of index builds, while the page is seen
    bool m_example = false;
    Request<QList<EmbeddingCoverage>> m_coverageRequest;
    Request<SearchFacts> m_factsRequest;
    Request<QList<IndexBuild>> m_buildsRequest;
};
