// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/appcontext.h"
#include "ui/overview/overviewpage.h"
#include "ui/overview/overviewreport.h"
#include "ui/shared/figuretile.h"

#include <QFileDialog>
#include <QLabel>
#include <QStandardPaths>
#include <QtPrintSupport/QPrintDialog>
#include <QtPrintSupport/QPrinter>

using namespace Qt::StringLiterals;

// The overview on paper: to a printer, or as a PDF.

OverviewReport OverviewPage::report(OverviewReport::Part part) const
{
    QList<std::pair<QString, QString>> figures;
    for (const FigureTile *tile : tiles())
        figures.append({tile->caption(), tile->figure()});
    QList<const ChartPanel *> drawn;
    for (const ChartPanel *chart : charts())
        drawn.append(chart);
    const QString heading =
        part == OverviewReport::ReorderListOnly ? tr("%1: reorder list").arg(m_storeName) : m_storeName;
    return {m_ui.theme, m_overview, heading, figures, drawn};
}

void OverviewPage::tell(const QString &text)
{
    m_problem->setText(text);
    m_problem->show();
}

void OverviewPage::savePdf(OverviewReport::Part part)
{
    if (!m_hasData)
        return;
    auto *dialog = new QFileDialog(this, tr("Save as PDF"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilter(tr("PDF (*.pdf)"));
    dialog->setDefaultSuffix(u"pdf"_s);
    dialog->setDirectory(QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation));
    dialog->selectFile(u"%1-%2-%3.pdf"_s.arg(
        part == OverviewReport::ReorderListOnly ? u"reorder-list"_s : u"overview"_s,
        m_ui.app.stores.current().storeId, m_overview.readAt.date().toString(Qt::ISODate)));
    connect(dialog, &QFileDialog::fileSelected, this, [this, part](const QString &file) {
        const Result<void> saved = report(part).savePdf(file, part);
        tell(saved ? tr("Saved as %1.").arg(file) : saved.error().text());
    });
    dialog->open();
}

void OverviewPage::print(OverviewReport::Part part)
{
    if (!m_hasData)
        return;
    const auto printer = std::make_shared<QPrinter>(QPrinter::HighResolution);
    printer->setDocName(report(part).heading());
    printer->setPageMargins(QMarginsF(15, 15, 15, 15), QPageLayout::Millimeter);
    auto *dialog = new QPrintDialog(printer.get(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, qOverload<>(&QDialog::accepted), this, [this, part, printer] {
        if (!m_hasData) // another store was chosen meanwhile
            return;
        report(part).paint(*printer, part);
        tell(printer->printerState() == QPrinter::Error
                 ? tr("The printer did not take the pages. Look at its queue, or save a PDF instead.")
                 : tr("Sent to the printer."));
    });
    dialog->open();
}

bool OverviewPage::exportShown()
{
    savePdf(OverviewReport::All);
    return m_hasData;
}
