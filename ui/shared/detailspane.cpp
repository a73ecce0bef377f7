// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/detailspane.h"

#include "ui/shared/theme.h"

#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

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
        auto *value = new QLabel(widget());
        value->setWordWrap(true);
        value->setTextFormat(Qt::PlainText);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        // A word longer than the pane must not widen it.
        value->setMinimumWidth(1);
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
        value->setText(text.isNull()    ? tr("null", "a missing value")
                       : text.isEmpty() ? tr("empty", "a text without characters")
                                        : text);
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
        const qsizetype found = value->text().indexOf(word, 0, Qt::CaseInsensitive);
        const bool fits = word.isEmpty() || found >= 0 || label->text().contains(word, Qt::CaseInsensitive);
        label->setVisible(fits);
        value->setVisible(fits);
        // Where in a long JSON it is, is seen at once.
        value->setSelection(!word.isEmpty() && found >= 0 ? static_cast<int>(found) : 0,
                            !word.isEmpty() && found >= 0 ? static_cast<int>(word.size()) : 0);
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
        value->clear();
    }
}
