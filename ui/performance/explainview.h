// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/explainservice.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QWidget>

class ErrorPanel;
class PlanTree;
class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class QSpinBox;
class QStackedWidget;
class QToolButton;
class SqlView;

/// A statement, what the server is to assume (role, store, values, whether to run it), and its plan.
class ExplainView final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ExplainView)

public:
    ExplainView(const UiContext &ui, QWidget *parent = nullptr);

    /// Shows the statement and its plan without values.
    void explain(const QString &sql);
    void clear();

signals:
    void runningChanged(bool running);

protected:
    void showEvent(QShowEvent *event) override;

private:
    struct Value
    {
        QLabel *label;
        QLineEdit *edit;
        QCheckBox *null;
    };

    void build();
    void loadRoles();
    void showStore();
    void run();
    void askServer(bool acceptWrites);
    void takeForm(const ExplainForm &form);
    void show(const ExplainResult &result);
    void fail(const Error &error);
    QString role() const;
    QString storeId() const;
    QString signature() const; ///< of what the form belongs to
    std::optional<QList<std::optional<QString>>> values() const;

    const UiContext m_ui;
    SqlView *m_sql;
    QComboBox *m_role;
    QCheckBox *m_store;
    QCheckBox *m_analyze;
    QCheckBox *m_withValues;
    QSpinBox *m_timeout;
    QPushButton *m_run;
    QWidget *m_valueForm;
    QGridLayout *m_valueGrid;
    QList<Value> m_values;
    QStackedWidget *m_result;
    ErrorPanel *m_error;
    QLabel *m_summary;
    PlanTree *m_tree;
    QListWidget *m_findings;
    QToolButton *m_copyText;
    QToolButton *m_copyJson;
    ExplainForm m_form;
    QString m_formOf;
    Request<ExplainForm> m_formRequest;
    Request<ExplainResult> m_planRequest;
    Request<QStringList> m_roleRequest;
};
