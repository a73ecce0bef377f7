// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/browse/conflictdialog.h"

#include "ui/shared/recordmodel.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace {

QString shown(const ColumnDef &column, const std::optional<QString> &value)
{
    if (!value)
        return ConflictDialog::tr("no value");
    if (column.type == ColumnType::Boolean)
        return value->startsWith(u't') ? ConflictDialog::tr("Yes") : ConflictDialog::tr("No");
    if (column.type == ColumnType::Tags)
        return parseTextArray(value->toUtf8()).join(u", "_s);
    if (column.type == ColumnType::Money || column.type == ColumnType::Decimal)
        return QLocale().toString(value->toDouble(), 'f', column.decimals);
    return value->size() > 200 ? value->left(199) + u'…' : *value;
}

} // namespace

ConflictDialog::ConflictDialog(const RecordModel &model, const QList<EditConflict> &conflicts,
                               QWidget *parent)
    : QDialog(parent)
{
    setObjectName(u"conflictDialog"_s);
    setWindowTitle(tr("Changed by somebody else"));
    auto *intro =
        new QLabel(tr("While you were changing these values, somebody else did too. Nothing is saved "
                      "yet: choose what is to stay."),
                   this);
    intro->setWordWrap(true);
    auto *body = new QWidget(this);
    auto *grid = new QGridLayout(body);
    grid->setHorizontalSpacing(16);
    const QStringList headings{tr("Value"), tr("You saw"), tr("It is now"), tr("You typed"), tr("To stay")};
    for (int column = 0; column < headings.size(); ++column) {
        auto *label = new QLabel(headings[column], body);
        label->setProperty("secondary", true);
        grid->addWidget(label, 0, column);
    }
    for (int i = 0; i < conflicts.size(); ++i) {
        const EditConflict &conflict = conflicts[i];
        const ColumnDef &column = model.table().columns[model.table().column(conflict.mine.column)];
        const int row = model.rowOf(conflict.key);
        const QString name = row < 0 ? conflict.key.left(8) : model.heading(row);
        const QStringList texts{u"%1\n%2"_s.arg(name, column.title), shown(column, conflict.mine.old),
                                conflict.gone ? tr("the row was deleted") : shown(column, conflict.theirs),
                                shown(column, conflict.mine.value)};
        for (int c = 0; c < texts.size(); ++c) {
            auto *label = new QLabel(texts[c], body);
            label->setTextFormat(Qt::PlainText);
            label->setWordWrap(true);
            label->setTextInteractionFlags(Qt::TextSelectableByMouse);
            grid->addWidget(label, i + 1, c);
        }
        auto *choice = new QComboBox(body);
        choice->setObjectName(u"conflictChoice%1"_s.arg(i));
        choice->setAccessibleName(tr("What is to stay of %1, %2").arg(name, column.title));
        choice->addItem(conflict.gone ? tr("Give mine up") : tr("What it is now"));
        if (!conflict.gone)
            choice->addItem(tr("What I typed"));
        grid->addWidget(choice, i + 1, static_cast<int>(texts.size()));
        m_choices.append(choice);
    }
    grid->setRowStretch(static_cast<int>(conflicts.size()) + 1, 1);
    auto *scroll = new QScrollArea(this);
    scroll->setWidget(body);
    scroll->setWidgetResizable(true);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    QPushButton *save = buttons->addButton(tr("&Save my choice"), QDialogButtonBox::AcceptRole);
    save->setObjectName(u"conflictSave"_s);
    buttons->button(QDialogButtonBox::Cancel)->setObjectName(u"conflictCancel"_s);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(intro);
    layout->addWidget(scroll, 1);
    layout->addWidget(buttons);
    setMinimumWidth(fontMetrics().averageCharWidth() * 100);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        QList<bool> keepMine;
        for (const QComboBox *choice : std::as_const(m_choices))
            keepMine.append(choice->currentIndex() == 1);
        emit settled(keepMine);
        accept();
    });
}
