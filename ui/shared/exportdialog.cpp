// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/exportdialog.h"

#include "app/core/settings.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace {

const Setting<QString> exportFolder{"export/folder", {}};
const Setting<QString> exportFormatSetting{"export/format", QStringLiteral("csv")};
const Setting<bool> exportLocal{"export/local-decimals", false};

} // namespace

ExportDialog::ExportDialog(Settings &settings, const QString &what, const QString &name, QWidget *parent)
    : QDialog(parent)
    , m_settings(settings)
    , m_format(new QComboBox(this))
    , m_file(new QLineEdit(this))
    , m_shownColumns(new QCheckBox(tr("Only the &columns that are shown, in their order"), this))
    , m_header(new QCheckBox(tr("&Lines above the data that say store, filter and time"), this))
    , m_local(new QCheckBox(this))
    , m_hint(new QLabel(this))
{
    setObjectName(u"exportDialog"_s);
    setWindowTitle(tr("Export"));
    auto *intro = new QLabel(what, this);
    intro->setTextFormat(Qt::PlainText);
    intro->setWordWrap(true);
    intro->setObjectName(u"exportWhat"_s);
    m_format->setObjectName(u"exportFormat"_s);
    m_format->setAccessibleName(tr("Format"));
    m_format->addItem(tr("CSV, for spreadsheets and scripts"), u"csv"_s);
    m_format->addItem(tr("Excel workbook (XLSX)"), u"xlsx"_s);
    m_format->addItem(tr("JSON lines, for programs"), u"jsonl"_s);
    m_format->setCurrentIndex(std::max(0, m_format->findData(settings.get(exportFormatSetting))));
    m_file->setObjectName(u"exportFile"_s);
    m_file->setAccessibleName(tr("File"));
    m_shownColumns->setObjectName(u"exportShownColumns"_s);
    m_shownColumns->setChecked(true);
    m_header->setObjectName(u"exportHeader"_s);
    m_header->setChecked(true);
    const QLocale locale;
    m_local->setObjectName(u"exportLocal"_s);
    const QString decimals = locale.toString(1234.5, 'f', 2).remove(locale.groupSeparator());
    // The C locale is of no territory.
    const QString territory = locale.nativeTerritoryName();
    m_local->setText(territory.isEmpty() ? tr("&Decimals as on this computer: %1").arg(decimals)
                                         : tr("&Decimals as in %1: %2").arg(territory, decimals));
    m_local->setChecked(settings.get(exportLocal));
    m_hint->setObjectName(u"exportHint"_s);
    m_hint->setProperty("secondary", true);
    m_hint->setWordWrap(true);

    QString folder = settings.get(exportFolder);
    if (folder.isEmpty() || !QFileInfo(folder).isDir())
        folder = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    if (!QFileInfo(folder).isDir())
        folder = QDir::homePath();
    static const QRegularExpression unfit(u"[^\\w.-]+"_s, QRegularExpression::UseUnicodePropertiesOption);
    m_file->setText(QDir(folder).filePath(QString(name).replace(unfit, u"-"_s)));

    auto *choose = new QPushButton(tr("C&hoose…"), this);
    choose->setObjectName(u"exportChoose"_s);
    auto *line = new QHBoxLayout;
    line->addWidget(m_file, 1);
    line->addWidget(choose);
    auto *form = new QFormLayout;
    form->addRow(tr("&Format"), m_format);
    auto *fileLabel = new QLabel(tr("F&ile"), this);
    fileLabel->setBuddy(m_file); // a layout has none of its own
    form->addRow(fileLabel, line);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_accept = buttons->addButton(tr("&Export"), QDialogButtonBox::AcceptRole);
    m_accept->setObjectName(u"exportAccept"_s);
    m_accept->setDefault(true);
    buttons->button(QDialogButtonBox::Cancel)->setObjectName(u"exportCancel"_s);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(intro);
    layout->addLayout(form);
    layout->addWidget(m_shownColumns);
    layout->addWidget(m_header);
    layout->addWidget(m_local);
    layout->addWidget(m_hint);
    layout->addWidget(buttons);
    setMinimumWidth(fontMetrics().averageCharWidth() * 76);

    connect(m_format, &QComboBox::currentIndexChanged, this, &ExportDialog::formatChanged);
    connect(m_file, &QLineEdit::textChanged, this, &ExportDialog::check);
    connect(choose, &QPushButton::clicked, this, &ExportDialog::browse);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        const QString file = QFileInfo(m_file->text().trimmed()).absoluteFilePath();
        m_settings.set(exportFolder, QFileInfo(file).path());
        m_settings.set(exportFormatSetting, m_format->currentData().toString());
        m_settings.set(exportLocal, m_local->isChecked());
        Choice choice;
        choice.style.format = format();
        if (format() == ExportFormat::Csv && m_local->isChecked())
            choice.style.locale = QLocale();
        choice.file = file;
        choice.shownColumns = m_shownColumns->isChecked();
        choice.header = m_header->isChecked();
        emit chosen(choice);
        accept();
    });
    formatChanged();
}

ExportFormat ExportDialog::format() const
{
    return exportFormat(m_format->currentData().toString()).value_or(ExportFormat::Csv);
}

void ExportDialog::formatChanged()
{
    m_local->setEnabled(format() == ExportFormat::Csv);
    QString file = m_file->text();
    if (const QString suffix = QFileInfo(file).suffix(); exportFormat(suffix))
        file.chop(suffix.size() + 1);
    m_file->setText(file + u'.' + exportFormatName(format()));
    check();
}

void ExportDialog::browse()
{
    auto *dialog = new QFileDialog(this, tr("Export as"), m_file->text());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setOption(QFileDialog::DontConfirmOverwrite); // said below, whichever way the name came
    connect(dialog, &QFileDialog::fileSelected, m_file, &QLineEdit::setText);
    dialog->open();
}

void ExportDialog::check()
{
    const QFileInfo file(m_file->text().trimmed());
    const bool folder = QFileInfo(file.absolutePath()).isDir() && !m_file->text().trimmed().isEmpty();
    const bool exists = file.exists();
    m_hint->setText(!folder        ? tr("There is no folder %1.").arg(file.absolutePath())
                    : file.isDir() ? tr("%1 is a folder.").arg(file.filePath())
                    : exists       ? tr("%1 exists and will be replaced.").arg(file.fileName())
                                   : QString());
    m_accept->setEnabled(folder && !file.isDir());
    m_accept->setText(exists ? tr("R&eplace") : tr("&Export"));
}
