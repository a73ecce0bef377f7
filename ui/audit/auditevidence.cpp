// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/appcontext.h"
#include "ui/audit/auditmodel.h"
#include "ui/audit/auditpage.h"

#include <QFileDialog>
#include <QStandardPaths>

using namespace Qt::StringLiterals;

// What AuditLogPage hands on: all entries of its filter.

bool AuditLogPage::exportShown()
{
    if (m_model->rowCount() == 0)
        return false;
    exportEvidence();
    return true;
}

void AuditLogPage::exportEvidence()
{
    auto *dialog = new QFileDialog(this, tr("Export evidence"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({tr("CSV (*.csv)"), tr("Lines of JSON (*.jsonl)")});
    dialog->setDefaultSuffix(u"csv"_s);
    dialog->setDirectory(QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation));
    dialog->selectFile(u"audit-%1.csv"_s.arg(m_ui.app.stores.current().storeId));
    // The suffix says what is written. A desktop's own dialog leaves that of the name as it is.
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString &filter) {
        const QString former = dialog->defaultSuffix();
        QString file = dialog->selectedFiles().value(0);
        dialog->setDefaultSuffix(filter.contains("*.jsonl"_L1) ? u"jsonl"_s : u"csv"_s);
        if (file.endsWith(u'.' + former)) {
            file.chop(former.size());
            dialog->selectFile(file + dialog->defaultSuffix());
        }
    });
    connect(dialog, &QFileDialog::fileSelected, this, [this, dialog](const QString &file) {
        const bool named = file.endsWith(".jsonl"_L1) || file.endsWith(".csv"_L1);
        const bool lines = (named ? file : dialog->defaultSuffix()).endsWith("jsonl"_L1);
        const EvidenceFormat format = lines ? EvidenceFormat::JsonLines : EvidenceFormat::Csv;
        const QString store = m_ui.app.stores.current().storeId;
        m_ui.app.jobs.start(m_ui.app.audit.evidenceSpec(store, m_asked, file),
                            m_ui.app.audit.exportEvidence(store, m_asked, format, file));
    });
    dialog->open();
}
