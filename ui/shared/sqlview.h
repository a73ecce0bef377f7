// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPlainTextEdit>

class Theme;

/// A text box for SQL, coloured by PostgreSQL's own scanner.
class SqlView final : public QPlainTextEdit
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SqlView)

public:
    explicit SqlView(Theme &theme, QWidget *parent = nullptr);

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    Theme &m_theme;
};
