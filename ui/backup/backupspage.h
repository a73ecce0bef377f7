// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/backupoverview.h"
#include "ui/shared/listmodel.h"
#include "ui/shared/request.h"
#include "ui/shell/page.h"

class BackupFigures;
class Job;
class ProofPanel;
class QAction;
class QDialog;
class QLabel;
class QPushButton;
class QSortFilterProxyModel;
class TableView;

/// Where ops staff begin the day: whether there is a backup to rely on, and everything one does with backups.
/// A file that is dropped on it is offered for a restore.
class BackupsPage final : public Page
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(BackupsPage)

public:
    BackupsPage(const UiContext &ui, QWidget *parent);

    QString help() const override;
    /// Opens the restore dialog on a file; empty: on the selected backup. It only shows a plan.
    void openRestore(const QString &file = {});

protected:
    void load() override;
    void clear() override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;

private:
    void show(const backup::Overview &overview);
    void updateActions();
    std::optional<backup::StoredBackup> selected() const;
    QString folder() const;
    void chooseFolder();
    void openCreate();
    void verifySelected();
    void inspectSelected();
    void openPrune();
    void openSchedules();
    static void openDialog(QDialog *dialog);

    backup::Overview m_overview;

    ListModel<backup::StoredBackup> *m_model;
    QSortFilterProxyModel *m_proxy;
    TableView *m_view;
    BackupFigures *m_figures;
    ProofPanel *m_proofs;
    QLabel *m_folder;
    QPushButton *m_create;
    QPushButton *m_verify;
    QPushButton *m_inspect;
    QPushButton *m_restore;
    QPushButton *m_prune;
    QPushButton *m_more;
    QAction *m_recover = nullptr;
    Request<backup::Overview> m_request;
};

/// Why this login cannot use the page; empty when it can.
QString backupsUnavailable(const struct Capabilities &capabilities);
