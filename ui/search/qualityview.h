// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/searchquality.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QScrollArea>

template <typename Row>
class ListModel;
class QComboBox;
class QLabel;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;
class TableView;

/// How good and how fast searches by meaning are: the index and its settings, recall and times on a sample,
/// with the present ef_search beside another one, the modes, and the plan. Measures only when asked to.
class QualityView final : public QScrollArea
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(QualityView)

public:
    explicit QualityView(const UiContext &ui, QWidget *parent = nullptr);

    void setFacts(const SearchFacts &facts);
    void setStores(const QList<std::pair<QString, QString>> &stores); ///< id and name
    void setBuilds(const QList<IndexBuild> &builds);
    void clear();
    void measure();
    bool measuring() const { return m_measureRequest.running() || m_planRequest.running(); }

signals:
    void changed(); ///< a setting of the database has; the facts are to be read again
    void measuringChanged();
    void failed(const Error &error);

private:
    QWidget *buildControls();
    void measured(const MeasureRequest &asked, const QString &store, const Result<SearchMeasure> &result);
    void loadPlan();
    void forgetPlan();
    void showPlan();
    void askToUse();
    void updateActions();
    void fitTables();
    void sayFacts();

    const UiContext m_ui;
    SearchFacts m_facts;
    SearchMeasure m_measure;
    MeasureRequest m_asked; // what m_measure answers: the controls may say something else by now
    QString m_askedStore;   // its store's name
    SearchPlan m_plan;
    int m_tried = 0; // ef_search of m_measure beside the one that is set
    QLabel *m_index;
    QLabel *m_setting;
    QProgressBar *m_build;
    QLabel *m_buildText;
    QComboBox *m_store;
    QComboBox *m_k;
    QSpinBox *m_samples;
    QSpinBox *m_efSearch;
    QPushButton *m_measureButton;
    QPushButton *m_use;
    QLabel *m_verdict;
    ListModel<IndexMeasure> *m_indexModel;
    TableView *m_indexTable;
    ListModel<ModeMeasure> *m_modeModel;
    TableView *m_modeTable;
    QComboBox *m_way;
    QPlainTextEdit *m_planText;
    Request<SearchMeasure> m_measureRequest;
    Request<SearchPlan> m_planRequest;
    Request<void> m_setRequest;
};
