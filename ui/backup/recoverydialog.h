// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/storerecovery.h"
#include "app/services/storeservice.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QDialog>

class ErrorPanel;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

/// One store's rows out of a backup: compares by key, shows what is missing, changed and extra per table and
/// row, and brings back what is ticked.
class RecoveryDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RecoveryDialog)

public:
    RecoveryDialog(const UiContext &ui, const QString &file, QWidget *parent);

private:
    void compare();
    void showDifferences();
    void updatePlan();
    void apply();
    QList<restore::Chosen> chosen() const;

    const UiContext m_ui;
    const QString m_file;
    QComboBox *m_store;
    QPushButton *m_compare;
    ErrorPanel *m_error;
    QTreeWidget *m_tree;
    QLabel *m_plan;
    QLineEdit *m_word;
    QPushButton *m_apply;
    std::shared_ptr<restore::StoreRecovery> m_recovery;
    Request<std::shared_ptr<restore::StoreRecovery>> m_request;
    Request<QList<StoreSummary>> m_storesRequest;
};
