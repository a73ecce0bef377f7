// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/backupoverview.h"
#include "app/services/uploadtarget.h"
#include "ui/shell/page.h"

class FigureTile;
class QMenu;

/// Whether backups would help: when the next one runs, the last drill, and how many copies there are where.
/// Starts drills and uploads as jobs.
class ProofPanel final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ProofPanel)

public:
    ProofPanel(const UiContext &ui, QWidget *parent);

    void show(const backup::Overview &overview);
    void clear();
    /// The targets that were set up, or an entry that sets one up.
    void fillUploads(QMenu *menu);

public slots:
    void drill();

signals:
    void schedulesRequested();
    void targetsRequested();

private:
    void upload(const UploadTarget &target);

    UiContext m_ui;
    QString m_folder;
    FigureTile *m_next;
    FigureTile *m_drill;
    FigureTile *m_copies;
};
