// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/searchservice.h"
#include "app/services/searchsetting.h"
#include "ui/shared/exportdialog.h"
#include "ui/shared/request.h"
#include "ui/shell/page.h"

#include <QTimer>

class EmbeddingNotice;
class Job;
class QPushButton;
class QToolButton;
class SearchBar;
class SearchResults;

/// Finds products of the chosen store by meaning, by words or by both, while one types. Says how it searched
/// and what it could not.
class SearchPage final : public Page
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SearchPage)

public:
    SearchPage(const UiContext &ui, QWidget *parent);

    QString help() const override;
    bool focusFilter() override;
    /// {"like", product id} or {"text", text}.
    void open(const QStringList &words) override;
    QStringList words() const override;
    bool exportShown() override;
    void showExample() override;

protected:
    void load() override;
    void clear() override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void questionChanged();
    void search();
    void ask(const SearchRequest &request, const QString &fallback);
    void answered(const SearchRequest &request, const Result<SearchAnswer> &result, const QString &fallback);
    void loadSetting();
    void findSimilar();
    void exportTo(const ExportDialog::Choice &choice, const SearchRequest &request);
    void sayHow(const SearchRequest &request);
    void jobFinished(const Job *job);
    void updateLoading();

    SearchBar *m_bar;
    EmbeddingNotice *m_notice;
    SearchResults *m_results;
    QToolButton *m_detailsButton;
    QPushButton *m_similar;
    bool m_detailsByHand = false; // the user decided, not the width
    QTimer m_pause;               // of the typing
    Request<SearchAnswer> m_request;
    Request<SearchSetting> m_settingRequest;
};
