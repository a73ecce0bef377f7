// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/browse/editbar.h"

#include "app/appcontext.h"
#include "ui/browse/conflictdialog.h"
#include "ui/shared/recordmodel.h"
#include "ui/shell/prompt.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

using namespace Qt::StringLiterals;

EditBar::EditBar(const UiContext &ui, RecordModel &model, QWidget *parent)
    : QFrame(parent)
    , m_ui(ui)
    , m_model(model)
    , m_text(new QLabel(this))
    , m_save(new QPushButton(tr("&Save"), this))
    , m_undo(new QPushButton(tr("&Undo"), this))
    , m_discard(new QPushButton(tr("Disc&ard…"), this))
    , m_request(this)
{
    setObjectName(u"editBar"_s);
    setProperty("banner", u"information"_s);
    m_text->setObjectName(u"editText"_s);
    m_save->setObjectName(u"editSave"_s);
    m_save->setProperty("primary", true);
    m_save->setToolTip(tr("Send all changes in one transaction (Ctrl+S)"));
    m_undo->setObjectName(u"editUndo"_s);
    m_undo->setToolTip(tr("Take the last change back (Ctrl+Z)"));
    m_discard->setObjectName(u"editDiscard"_s);
    m_discard->setToolTip(tr("Discard all changes"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(16, 6, 16, 6);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_undo);
    layout->addWidget(m_discard);
    layout->addWidget(m_save);
    connect(m_save, &QPushButton::clicked, this, &EditBar::save);
    connect(m_undo, &QPushButton::clicked, this, &EditBar::undo);
    connect(m_discard, &QPushButton::clicked, this, [this] {
        m_ui.prompt.confirm(this, tr("Discard all changes that are not saved?"), m_text->text(),
                            tr("Discard"), [this](bool yes) {
                                if (yes)
                                    m_model.edit([](RecordEdits &edits) { edits.discard(); });
                            });
    });
    connect(&model, &RecordModel::editsChanged, this, &EditBar::showState);
    connect(&model, &RecordModel::modelReset, this, &EditBar::showState);
    showState();
}

void EditBar::showState()
{
    const RecordEdits &edits = m_model.edits();
    // A button that is switched off or hidden would hand its focus to whatever comes next.
    if ((saving() || edits.isEmpty()) && isAncestorOf(QApplication::focusWidget()))
        emit left();
    setVisible(!edits.isEmpty());
    const QString cells = edits.cells() == 1 ? tr("1 change") : tr("%1 changes").arg(edits.cells());
    const QString rows = edits.rows() == 1 ? tr("1 row") : tr("%1 rows").arg(edits.rows());
    m_text->setText(saving() ? tr("Saving %1 in %2…").arg(cells, rows)
                             : tr("%1 in %2, not saved yet.").arg(cells, rows));
    for (QPushButton *button : {m_save, m_undo, m_discard})
        button->setEnabled(!saving());
}

void EditBar::undo()
{
    if (!saving())
        m_model.edit([](RecordEdits &edits) { edits.undo(); });
}

void EditBar::forget()
{
    m_request.cancel();
    showState();
}

void EditBar::save()
{
    if (saving() || m_model.edits().isEmpty())
        return;
    const int cells = m_model.edits().cells();
    const QList<RowEdit> sent = m_model.edits().toSave();
    m_request.run(
        [&](const CancelToken &token) {
            return m_ui.app.browse.save(m_ui.app.stores.current().storeId, m_model.table().name, sent, token);
        },
        [this, cells, sent](const Result<SaveResult> &result) {
            if (!result) {
                showState();
                emit failed(result.error());
            } else if (!result->conflicts.isEmpty()) {
                showState();
                settle(result->conflicts);
            } else {
                m_model.edit([&](RecordEdits &edits) { edits.saved(sent); });
                emit saved(cells);
            }
        });
    showState();
}

void EditBar::settle(const QList<EditConflict> &conflicts)
{
    auto *dialog = new ConflictDialog(m_model, conflicts, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ConflictDialog::settled, this, [this, conflicts](const QList<bool> &keepMine) {
        m_model.edit([&](RecordEdits &edits) {
            for (qsizetype i = 0; i < conflicts.size(); ++i)
                edits.resolve(conflicts[i], keepMine[i]);
        });
        save();
    });
    dialog->open();
}
