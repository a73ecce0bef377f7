// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/performanceservice.h"
#include "ui/shared/listmodel.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QWidget>

class ChartPanel;
class QCheckBox;
class QComboBox;
class QLabel;
class QSortFilterProxyModel;
class QToolButton;
class TableView;

/// The columns of the comparison of two periods.
QList<ListColumn<StatementChange>> changeColumns();

/// What the samples kept on this desktop tell: all statements or one over time, and two periods side by side.
class HistoryView final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(HistoryView)

public:
    HistoryView(const UiContext &ui, QWidget *parent = nullptr);

    void showStatement(const QString &queryId, const QString &line);
    void reload(); ///< when it is to be seen; else when it next is
    void clear();
    QString status() const;

signals:
    void statusChanged();
    void failed(const Error &error);

protected:
    void showEvent(QShowEvent *event) override;

private:
    enum Figure { TimePerSecond, CallsPerSecond, RowsPerSecond, MeanTime };

    void build();
    Period period() const;
    Period periodBefore() const;
    void draw();
    void takeComparison(const StatementComparison &comparison);

    const UiContext m_ui;
    QString m_queryId; // empty: all
    QList<MetricPoint> m_points;
    StatementComparison m_comparison;
    QDateTime m_since;
    QComboBox *m_span;
    QComboBox *m_figure;
    QComboBox *m_against;
    QCheckBox *m_keep;
    QCheckBox *m_regressions;
    QLabel *m_subject;
    QLabel *m_observed;
    QToolButton *m_all;
    ChartPanel *m_chart;
    ListModel<StatementChange> *m_model;
    QSortFilterProxyModel *m_proxy;
    TableView *m_view;
    bool m_stale = true;
    Request<QList<MetricPoint>> m_pointsRequest;
    Request<StatementComparison> m_comparisonRequest;
    Request<QDateTime> m_sinceRequest;
};
