// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/performance/servercharts.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QTimer>
#include <QWidget>

class ChartPanel;
class QComboBox;
class QGridLayout;
class QLabel;
class QScrollArea;

/// The server's figures as charts that go on while they are looked at: what the page has asked just now,
/// after what the history of this desktop tells. Draws only while it is to be seen.
class ActivityCharts final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ActivityCharts)

public:
    explicit ActivityCharts(const UiContext &ui, QWidget *parent = nullptr);

    void add(const Activity &activity); ///< what was asked just now
    void clear();

signals:
    void failed(const Error &error);

protected:
    void showEvent(QShowEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void readPast();
    void draw();
    void drawNext();
    void sayWhatIsShown();
    void arrange();
    bool live() const; ///< the period is short enough for what is asked every few seconds

    const UiContext m_ui;
    ServerHistory m_history;
    QComboBox *m_span;
    QLabel *m_note;
    QScrollArea *m_area;
    QGridLayout *m_grid;
    QList<ChartPanel *> m_panels;
    int m_columns = 0;
    QList<ServerPoint> m_past;
    QList<ServerPoint> m_live;
    ServerSample m_latest;
    QList<ServerChart> m_charts;
    qsizetype m_next = 0; ///< the panel that is drawn next
    QTimer m_drawing;
    Request<QList<ServerPoint>> m_request;
};
