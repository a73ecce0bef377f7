// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/performanceservice.h"
#include "ui/shared/chartdata.h"
#include "ui/shared/uicontext.h"

#include <QWidget>

class ChartPanel;
class QComboBox;

/// The few statements that take most of the server, as shares of the whole.
class TopStatements final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TopStatements)

public:
    explicit TopStatements(const UiContext &ui, QWidget *parent = nullptr);

    enum Figure { Time, Calls, Rows, IoTime, Temporary, Wal };
    struct Shares
    {
        ChartData data;
        QStringList queryIds; ///< of the bars; empty for those that are no single statement
    };
    /// The ten largest and the remainder, in percent of all; our own statements are left out.
    static Shares shares(const StatementList &list, Figure figure);

    void setList(const StatementList &list);

signals:
    void statementRequested(const QString &queryId); ///< a bar was activated

private:
    void draw();

    StatementList m_list;
    Shares m_shares;
    QComboBox *m_figure;
    ChartPanel *m_chart;
};
