// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/backupmanifest.h"
#include "app/services/backuptools.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QDialog>

class QLabel;
class QTreeWidget;

/// What is in a backup, without restoring it: tables with rows and sizes, all objects by type, and the
/// database's own facts.
class InspectDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(InspectDialog)

public:
    InspectDialog(const UiContext &ui, const backup::StoredBackup &stored, QWidget *parent);

private:
    void showObjects(const Result<QList<backup::TocEntry>> &toc);

    QTreeWidget *m_objects;
    QLabel *m_note;
    Request<QList<backup::TocEntry>> m_request;
};
