// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/detailspane.h"

#include "ui/shared/theme.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpression>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace {
constexpr QChar mayBreak = u'\u200b';
}

/// A value of a field. An id has no place to break and would be cut off: it gets some, which are not copied.
class DetailsPane::Value final : public QLabel
{
public:
    explicit Value(QWidget *parent)
        : QLabel(parent)
    {
        setWordWrap(true);
        setTextFormat(Qt::PlainText);
        setTextInteractionFlags(Qt::TextSelectableByMouse);
        // A word longer than the pane must not widen it.
        setMinimumWidth(1);
        setContextMenuPolicy(Qt::ActionsContextMenu);
        auto *copying = new QAction(DetailsPane::tr("&Copy"), this);
        connect(copying, &QAction::triggered, this, [this] { copy(QClipboard::Clipboard); });
        addAction(copying);
    }

    /// `value` is copied: nothing of one that is missing or empty.
    void setValue(const QString &value, const QString &whenEmpty)
    {
        static const QRegularExpression hyphen(u"(?<=[0-9a-f]{4})-(?=[0-9a-f]{4})"_s);
        m_value = value;
        // One that is the value's own is copied.
        m_breaks = !value.contains(mayBreak);
        setText(value.isEmpty() ? whenEmpty
                : m_breaks      ? QString(value).replace(hyphen, u'-' + QString(mayBreak))
                                : value);
        setAccessibleDescription(text().remove(m_breaks ? QString(mayBreak) : QString()));
    }
    const QString &value() const { return m_value; }

    /// Selects a part of the value.
    void mark(qsizetype start, qsizetype length)
    {
        const int from = shown(start);
        setSelection(from, shown(start + length) - from);
    }

protected:
    void keyPressEvent(QKeyEvent *event) override
    {
        if (event->matches(QKeySequence::Copy))
            copy(QClipboard::Clipboard);
        else
            QLabel::keyPressEvent(event);
    }
    void mouseReleaseEvent(QMouseEvent *event) override
    {
        QLabel::mouseReleaseEvent(event);
        if (hasSelectedText() && QGuiApplication::clipboard()->supportsSelection())
            copy(QClipboard::Selection);
    }

private:
    /// What is selected, else all.
    void copy(QClipboard::Mode mode) const
    {
        QString text = selectedText();
        text.replace(QChar::ParagraphSeparator, u'\n');
        if (m_breaks)
            text.remove(mayBreak);
        if (text = text.isEmpty() ? m_value : text; !text.isEmpty())
            QGuiApplication::clipboard()->setText(text, mode);
    }
    /// Where a place in the value is in the text that is shown.
    int shown(qsizetype place) const
    {
        const QString text = this->text();
        qsizetype at = 0;
        for (; at < text.size() && (place > 0 || (m_breaks && text[at] == mayBreak)); ++at)
            if (!m_breaks || text[at] != mayBreak)
                --place;
        return static_cast<int>(at);
    }

    QString m_value;
    bool m_breaks = false;
};

DetailsPane::DetailsPane(Theme &theme, QWidget *parent)
    : QScrollArea(parent)
    , m_theme(theme)
{
    setObjectName(u"details"_s);
    setAccessibleName(tr("Details of the selected row"));
    setWidgetResizable(true);
    setFrameShape(NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setMinimumWidth(200);

    auto *body = new QWidget;
    auto *layout = new QVBoxLayout(body);
    layout->setContentsMargins(16, 12, 16, 16);
    layout->setSpacing(0);
    m_heading = new QLabel(body);
    m_heading->setObjectName(u"detailsHeading"_s);
    m_heading->setWordWrap(true);
    m_heading->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_heading->setTextFormat(Qt::PlainText);
    m_nothing = new QLabel(tr("Select a row to see all its columns."), body);
    m_nothing->setWordWrap(true);
    m_nothing->setProperty("secondary", true);
    m_search = new QLineEdit(body);
    m_search->setObjectName(u"detailsSearch"_s);
    m_search->setPlaceholderText(tr("Search in this row"));
    m_search->setAccessibleName(tr("Search in the details"));
    m_search->setClearButtonEnabled(true);
    connect(m_search, &QLineEdit::textChanged, this, &DetailsPane::search);
    layout->addWidget(m_heading);
    layout->addSpacing(8);
    layout->addWidget(m_search);
    layout->addWidget(m_nothing);
    layout->addStretch();
    setWidget(body);
    connect(&theme, &Theme::changed, this, &DetailsPane::applyTheme);
    clear();
}

void DetailsPane::applyTheme()
{
    m_heading->setFont(m_theme.font(1.12, QFont::DemiBold));
    for (const auto &[label, value] : m_rows)
        label->setFont(m_theme.font(0.88));
}

void DetailsPane::show(const QString &heading, const QList<Field> &fields)
{
    m_nothing->hide();
    m_heading->show();
    m_heading->setText(heading);
    m_search->show();
    m_used = fields.size();
    auto *layout = qobject_cast<QVBoxLayout *>(widget()->layout());
    while (m_rows.size() < fields.size()) {
        auto *label = new QLabel(widget());
        label->setProperty("secondary", true);
        label->setContentsMargins(0, 10, 0, 1);
        label->setTextFormat(Qt::PlainText);
        auto *value = new Value(widget());
        layout->insertWidget(layout->count() - 1, label);
        layout->insertWidget(layout->count() - 1, value);
        m_rows.emplace_back(label, value);
    }
    for (qsizetype i = 0; i < m_rows.size(); ++i) {
        const auto &[label, value] = m_rows[i];
        const bool used = i < fields.size();
        label->setVisible(used);
        value->setVisible(used);
        if (!used)
            continue;
        const QString &text = fields[i].value;
        label->setText(fields[i].label);
        value->setValue(text, text.isNull() ? tr("null", "a missing value")
                                            : tr("empty", "a text without characters"));
        value->setAccessibleName(fields[i].label);
        setStyleProperty(value, "secondary", text.isEmpty());
    }
    applyTheme();
    search();
}

void DetailsPane::search()
{
    const QString word = m_search->text().trimmed();
    for (qsizetype i = 0; i < m_used; ++i) {
        const auto &[label, value] = m_rows[i];
        const qsizetype found = value->value().indexOf(word, 0, Qt::CaseInsensitive);
        const bool fits = word.isEmpty() || found >= 0 || label->text().contains(word, Qt::CaseInsensitive);
        label->setVisible(fits);
        value->setVisible(fits);
        // Where in a long JSON it is, is seen at once.
        const bool inside = !word.isEmpty() && found >= 0;
        value->mark(inside ? found : 0, inside ? word.size() : 0);
    }
}

void DetailsPane::clear()
{
    m_heading->hide();
    m_search->hide();
    m_used = 0;
    m_nothing->show();
    for (const auto &[label, value] : m_rows) {
        label->hide();
        value->hide();
        value->setValue({}, {});
    }
}
