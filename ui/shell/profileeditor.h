// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/profile.h"
#include "ui/shared/uicontext.h"

#include <QDialog>
#include <QHash>

class ErrorPanel;
class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QSpinBox;

/// Makes or changes a profile by fields. What it does not know by a field of its own stays in "Further
/// settings", so that nothing libpq understands is lost. Takes no password and keeps none.
class ProfileEditor final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ProfileEditor)

public:
    /// `profile` without a name is a new one; `saved` that is, it may be renamed.
    ProfileEditor(const UiContext &ui, const Profile &profile, bool saved, QWidget *parent);

signals:
    void profileSaved(const QString &name);

private:
    void build();
    QLineEdit *line(QFormLayout *form, const QString &name, const QString &label, const QString &placeholder);
    QComboBox *choice(QFormLayout *form, const QString &name, const QString &label);
    QSpinBox *seconds(QFormLayout *form, const QString &name, const QString &label);
    void fill(const QString &conninfo);
    void takePasted(const QString &text);
    void explain();
    void save();
    QString conninfo() const;
    Profile edited() const;

    const UiContext m_ui;
    const Profile m_profile;
    const bool m_saved;
    QString m_asOpened; // the fields' connection string at first
    QLineEdit *m_name;
    QHash<QString, QLineEdit *> m_fields; // by libpq's keyword
    QLineEdit *m_further;
    QLineEdit *m_ssh;
    QLineEdit *m_role;
    QLineEdit *m_passfile;
    QComboBox *m_environment;
    QComboBox *m_colour;
    QComboBox *m_sslmode;
    QComboBox *m_kind;
    QCheckBox *m_readOnly;
    QSpinBox *m_statement;
    QSpinBox *m_lock;
    QLabel *m_explanation;
    ErrorPanel *m_error;
};
