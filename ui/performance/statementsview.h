// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/performanceservice.h"
#include "ui/shared/listmodel.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QSortFilterProxyModel>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLineEdit;
class QPushButton;
class QSplitter;
class StatementPane;
class TableView;

/// Which statements of a list are shown: those slow enough, ours only when wanted, and those with the words.
class StatementFilter final : public QSortFilterProxyModel
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StatementFilter)

public:
    explicit StatementFilter(ListModel<StatementStat> &model, QObject *parent = nullptr);

    void setThreshold(double meanMs);
    void setOurs(bool shown);
    void setWords(const QString &words);

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;

private:
    const ListModel<StatementStat> &m_model;
    double m_threshold = 100; // that of retail.slow_queries
    bool m_ours = false;
    QString m_words;
};

/// The columns of the list of statements.
QList<ListColumn<StatementStat>> statementColumns();

/// The statements that cost the server the most, with the controls that choose among them.
class StatementsView final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StatementsView)

public:
    StatementsView(const UiContext &ui, QWidget *parent = nullptr);

    bool allDatabases() const;
    bool isEmpty() const { return m_model->rowCount() == 0; }
    void setList(const StatementList &list);
    void clear();
    void focusFilter();
    void select(const QString &queryId); ///< by searching for it, whatever its mean time
    QString status() const;              ///< "12 of 340 statements · since …"
    void showExample();                  ///< all statements, so that a quiet server's picture is not empty

signals:
    void reloadRequested();
    void statusChanged();
    void explainRequested(const QString &sql);
    void historyRequested(const QString &queryId, const QString &line);
    void failed(const Error &error);

private:
    void showCurrent();
    void askReset(const QString &queryId, const QString &line);

    const UiContext m_ui;
    StatementList m_list; // without its statements, which are the model's
    ListModel<StatementStat> *m_model;
    StatementFilter *m_filter;
    TableView *m_view;
    StatementPane *m_pane;
    QSplitter *m_columns;
    QComboBox *m_scope;
    QDoubleSpinBox *m_threshold;
    QCheckBox *m_ours;
    QLineEdit *m_search;
    QPushButton *m_reset;
    Request<Done> m_resetRequest;
};
