// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/auditservice.h"

#include <QWidget>

class QComboBox;
class QLineEdit;
class QTimer;

/// What the audit page asks the server for: time, table, action, person, row, changed column, text.
class AuditFilterBar final : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(AuditFilterBar)

public:
    explicit AuditFilterBar(QWidget *parent = nullptr);

    AuditFilter filter() const;
    /// The history of one row: all time, nothing else restricts.
    void showRecord(const QString &table, const QString &record);
    void reset();
    void focusText();

signals:
    void changed();

private:
    QComboBox *m_time;
    QComboBox *m_table;
    QComboBox *m_action;
    QLineEdit *m_user;
    QLineEdit *m_column;
    QLineEdit *m_record;
    QLineEdit *m_text;
    QTimer *m_pause;
};
