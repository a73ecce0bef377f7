// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/sqlview.h"

#include "app/services/sqltext.h"
#include "ui/shared/theme.h"

#include <QKeyEvent>
#include <QSyntaxHighlighter>
#include <QTextDocument>

#include <algorithm>

namespace {

class Highlighter final : public QSyntaxHighlighter
{
public:
    Highlighter(Theme &theme, QTextDocument *document)
        : QSyntaxHighlighter(document)
        , m_theme(theme)
    {
    }

protected:
    void highlightBlock(const QString &text) override
    {
        // The scanner wants the whole statement: a string or a comment may go over lines.
        if (document()->revision() != m_revision) {
            m_revision = document()->revision();
            m_tokens = sqltext::tokens(document()->toPlainText());
        }
        const qsizetype first = currentBlock().position();
        const qsizetype last = first + text.size();
        bool open = false;
        auto token =
            std::lower_bound(m_tokens.cbegin(), m_tokens.cend(), first,
                             [](const sqltext::Token &t, qsizetype at) { return t.start + t.length <= at; });
        for (; token != m_tokens.cend() && token->start < last; ++token) {
            const qsizetype from = std::max(first, token->start);
            const qsizetype to = std::min(last, token->start + token->length);
            setFormat(int(from - first), int(to - from), look(token->kind));
            open = token->start + token->length > last;
        }
        setCurrentBlockState(open ? 1 : 0); // another state than before colours the next block too
    }

private:
    QTextCharFormat look(sqltext::TokenKind kind) const
    {
        const Tokens &t = m_theme.tokens();
        QTextCharFormat format;
        switch (kind) {
        case sqltext::TokenKind::Keyword:
            format.setForeground(t.accent);
            format.setFontWeight(QFont::DemiBold);
            break;
        case sqltext::TokenKind::Text:
            format.setForeground(t.good);
            break;
        case sqltext::TokenKind::Number:
        case sqltext::TokenKind::Parameter:
            format.setForeground(t.warning);
            break;
        case sqltext::TokenKind::Comment:
            format.setForeground(t.secondary);
            format.setFontItalic(true);
            break;
        }
        return format;
    }

    Theme &m_theme;
    QList<sqltext::Token> m_tokens;
    int m_revision = -1;
};

} // namespace

SqlView::SqlView(Theme &theme, QWidget *parent)
    : QPlainTextEdit(parent)
    , m_theme(theme)
{
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    setTabChangesFocus(true);
    auto *highlighter = new Highlighter(theme, document());
    const auto apply = [this, highlighter] {
        setFont(m_theme.fixedFont());
        highlighter->rehighlight();
    };
    connect(&theme, &Theme::changed, this, apply);
    apply();
}

void SqlView::keyPressEvent(QKeyEvent *event)
{
    // Esc is the page's: it leaves the box or cancels what runs.
    if (event->key() == Qt::Key_Escape)
        event->ignore();
    else
        QPlainTextEdit::keyPressEvent(event);
}
