// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/uploadtarget.h"
#include "ui/shared/request.h"
#include "ui/shared/uicontext.h"

#include <QDialog>

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;

/// Where copies of backups go, and the key that it takes. The key is kept first, in the keyring or in a file,
/// and then the target: where the key finds no place the list stays as it was.
class TargetDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TargetDialog)

public:
    /// `former` is to be edited; one without a name is to be made.
    TargetDialog(const UiContext &ui, const UploadTarget &former, QWidget *parent);

    void reject() override;

signals:
    void saved(const UploadTarget &target);

private:
    UploadTarget described() const;
    void showKind();
    void browse();
    void save();
    void keepKey(const UploadTarget &target, const std::optional<QString> &typed);
    void keep(const UploadTarget &target, const std::optional<QString> &typed);
    void refuse(const QString &sentence);

    const UiContext m_ui;
    const UploadTarget m_former;
    QFormLayout *m_form;
    QLineEdit *m_name;
    QComboBox *m_kind;
    QLineEdit *m_folder;
    QWidget *m_folderRow;
    QLineEdit *m_account;
    QLineEdit *m_container;
    QLineEdit *m_remote;
    QLineEdit *m_path;
    QComboBox *m_place;
    QLineEdit *m_secret;
    QLineEdit *m_secretFile;
    QLabel *m_said;
    QPushButton *m_save;
    Request<void> m_check;
    Request<void> m_keep;
};
