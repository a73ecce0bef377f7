// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/accessservice.h"
#include "app/services/storeservice.h"

#include <QDialog>

class QCheckBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class Theme;

/// Login, password and stores of a new manager. The password is shown on request and never kept.
class ManagerDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ManagerDialog)

public:
    ManagerDialog(const QList<StoreSummary> &stores, QWidget *parent);

    QString login() const;
    QString password() const;
    QStringList stores() const;

private:
    void check();

    QLineEdit *m_login;
    QLineEdit *m_password;
    QListWidget *m_stores;
    QLabel *m_problem;
    QPushButton *m_ok;
};

/// A new store.
class StoreDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StoreDialog)

public:
    explicit StoreDialog(QWidget *parent);

    NewStore store() const;

private:
    QLineEdit *m_id;
    QLineEdit *m_name;
    QLineEdit *m_location;
    QLineEdit *m_type;
    QLineEdit *m_region;
};

/// One of several stores.
class PickStoreDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PickStoreDialog)

public:
    PickStoreDialog(const QString &question, const QStringList &stores, const QString &action,
                    QWidget *parent);

    QString store() const;

private:
    QListWidget *m_stores;
};

/// SQL for somebody else to run, with a button that copies it.
class SqlDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SqlDialog)

public:
    SqlDialog(Theme &theme, const QString &title, const QString &explanation, const QString &sql,
              QWidget *parent);
};

/// A new password for the login of this connection, typed twice.
class PasswordDialog final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PasswordDialog)

public:
    PasswordDialog(const QString &login, QWidget *parent);

    QString password() const;

private:
    void check();

    const QString m_loginName;
    QLineEdit *m_first;
    QLineEdit *m_second;
    QLabel *m_problem;
    QPushButton *m_ok;
};
