// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/uploadtarget.h"
#include "ui/backup/listdialog.h"
#include "ui/shared/request.h"

#include <optional>

class QPushButton;

/// The places that copies of backups go to: adds, edits, tries and removes them.
class TargetsDialog final : public ListDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TargetsDialog)

public:
    TargetsDialog(const UiContext &ui, QWidget *parent);

private:
    struct Listed
    {
        UploadTarget target;
        bool offSite = false;
    };

    void load(const QString &name = {});
    void updateButtons();
    std::optional<UploadTarget> selected() const;
    void edit(const UploadTarget &former);
    void tryIt();
    void confirmRemoval();
    void remove(const QString &name);
    void forgetKey(const UploadTarget &former);

    QPushButton *m_add;
    QPushButton *m_edit;
    QPushButton *m_try;
    QPushButton *m_remove;
    QList<Listed> m_listed;
    Request<QList<Listed>> m_request;
    Request<int> m_tryRequest;
    Request<void> m_keyRequest;
};
