// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/browsefilter.h"

#include <QDialog>
#include <QTimeZone>

class QComboBox;
class QDateEdit;
class QLabel;
class QLineEdit;
class QPushButton;
class QStackedWidget;

/// Asks for one filter: the column, how, and the values in the fields that fit the column's type.
class FilterEditor final : public QDialog
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FilterEditor)

public:
    FilterEditor(const TableDef &table, const QTimeZone &zone, QWidget *parent);

    /// Begins with an empty filter on a column (the first one where it is empty).
    void begin(const QByteArray &column);
    void begin(const ColumnFilter &filter);

signals:
    void chosen(const ColumnFilter &filter);

private:
    void columnChanged();
    void opChanged();
    void check();
    ColumnFilter filter() const;
    QString typedNumber(const QLineEdit *edit) const;
    const ColumnDef &column() const;
    FilterOp op() const;
    void fill(const ColumnFilter &filter);

    const TableDef m_table;
    const QTimeZone m_zone;
    QComboBox *m_column;
    QComboBox *m_op;
    QStackedWidget *m_fields;
    QLineEdit *m_text;
    QLineEdit *m_from;
    QLineEdit *m_to;
    QWidget *m_toWord;
    QDateEdit *m_fromDay;
    QDateEdit *m_toDay;
    QWidget *m_toDayWord;
    QComboBox *m_yesNo;
    QComboBox *m_choice;
    QLabel *m_hint;
    QLabel *m_valueLabel = nullptr; ///< its key goes to the field that is shown
    QPushButton *m_accept;
};
