// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QScrollArea>

class QLabel;
class QLineEdit;
class Theme;

/// All columns of one row, whole and selectable, beside the table that cuts them; a search line leaves those
/// in whose name or value a word is.
class DetailsPane final : public QScrollArea
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(DetailsPane)

public:
    struct Field
    {
        QString label;
        QString value; ///< null: no value, empty: a text without characters
    };

    explicit DetailsPane(Theme &theme, QWidget *parent = nullptr);

    void show(const QString &heading, const QList<Field> &fields);
    void clear();

private:
    class Value;

    void applyTheme();
    void search();

    Theme &m_theme;
    QLabel *m_heading;
    QLabel *m_nothing;
    QLineEdit *m_search;
    qsizetype m_used = 0; // of m_rows
    QList<std::pair<QLabel *, Value *>> m_rows;
};
