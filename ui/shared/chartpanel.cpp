// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/chartpanel.h"

#include "app/appcontext.h"
#include "ui/shared/chartmodel.h"
#include "ui/shared/chartview.h"
#include "ui/shared/elidedlabel.h"
#include "ui/shared/tableview.h"
#include "ui/shared/theme.h"

#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QMenu>
#include <QMimeData>
#include <QPainter>
#include <QSaveFile>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QSvgGenerator>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace {

constexpr QSize exportSize(960, 480);

} // namespace

ChartPanel::ChartPanel(const UiContext &ui, const QString &name, QWidget *parent)
    : QWidget(parent)
    , m_ui(ui)
    , m_title(new ElidedLabel(this))
    , m_note(new ElidedLabel(this))
    , m_problem(new QLabel(this))
    , m_reason(new QLabel(this))
    , m_asTable(new QToolButton(this))
    , m_export(new QToolButton(this))
    , m_stack(new QStackedWidget(this))
    , m_view(new ChartView(ui.theme, this))
    , m_model(new ChartModel(this))
    , m_table(new TableView(ui.theme, ui.app.settings, name + u"Table"_s, this))
{
    setObjectName(name);
    m_title->setObjectName(u"chartTitle"_s);
    m_note->setObjectName(u"chartNote"_s);
    m_note->setProperty("secondary", true);
    m_problem->setProperty("tone", u"bad"_s);
    m_problem->setWordWrap(true);
    m_problem->hide();
    m_reason->setObjectName(u"chartReason"_s);
    m_reason->setProperty("secondary", true);
    m_reason->setAlignment(Qt::AlignCenter);
    m_reason->setWordWrap(true);
    m_reason->setText(tr("There is nothing to show for this choice."));
    for (QLabel *label : {m_title, m_note, m_problem, m_reason})
        label->setTextFormat(Qt::PlainText);

    m_asTable->setObjectName(u"chartAsTable"_s);
    m_asTable->setText(tr("As table"));
    m_asTable->setCheckable(true);
    m_export->setObjectName(u"chartExport"_s);
    m_export->setText(tr("Export"));
    m_export->setPopupMode(QToolButton::InstantPopup);
    auto *menu = new QMenu(m_export);
    const auto add = [menu, this](const QString &text, const auto &function) {
        connect(menu->addAction(text), &QAction::triggered, this, function);
    };
    add(tr("Picture (&PNG)…"), [this] { save(u"png"_s, tr("Picture")); });
    add(tr("Drawing (&SVG)…"), [this] { save(u"svg"_s, tr("Drawing")); });
    add(tr("Values (&CSV)…"), [this] { save(u"csv"_s, tr("Values")); });
    menu->addSeparator();
    add(tr("&Copy picture and values"), [this] {
        QImage image(exportSize * 2, QImage::Format_ARGB32);
        image.setDevicePixelRatio(2);
        QPainter painter(&image);
        paint(painter, {{}, exportSize});
        auto *mime = new QMimeData;
        mime->setImageData(image);
        mime->setText(QString::fromUtf8(m_data.csv()));
        QGuiApplication::clipboard()->setMimeData(mime);
    });
    m_export->setMenu(menu);

    m_table->setModel(m_model);
    m_table->setAccessibleName(tr("Values of the chart"));
    m_stack->addWidget(m_view);
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_reason);
    m_stack->setMinimumHeight(140);

    auto *titles = new QVBoxLayout;
    titles->setSpacing(0);
    titles->addWidget(m_title);
    titles->addWidget(m_note);
    auto *head = new QHBoxLayout;
    head->setSpacing(4);
    head->addLayout(titles, 1);
    head->addWidget(m_asTable, 0, Qt::AlignTop);
    head->addWidget(m_export, 0, Qt::AlignTop);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(head);
    layout->addWidget(m_problem);
    layout->addWidget(m_stack, 1);

    connect(m_asTable, &QToolButton::toggled, this, [this] { setData(m_data); });
    connect(m_view, &ChartView::activated, this, &ChartPanel::activated);
    connect(m_table, &QAbstractItemView::activated, this,
            [this](const QModelIndex &at) { emit activated(at.row()); });
    connect(&ui.theme, &Theme::changed, this, &ChartPanel::applyTheme);
    applyTheme();
    setData({});
}

void ChartPanel::applyTheme()
{
    m_title->setFont(m_ui.theme.font(1.05, QFont::DemiBold));
    m_note->setFont(m_ui.theme.font(0.9));
    m_view->setTokens(m_ui.theme.tokens());
}

void ChartPanel::setData(ChartData data)
{
    m_data = std::move(data);
    m_title->setText(m_data.unit.isEmpty() || m_data.title.isEmpty()
                         ? m_data.title
                         : tr("%1, %2").arg(m_data.title, m_data.unit));
    m_note->setText(m_data.note);
    m_note->setVisible(!m_data.note.isEmpty());
    m_asTable->setAccessibleName(tr("%1 as table").arg(m_data.title));
    m_export->setAccessibleName(tr("Export %1").arg(m_data.title));
    if (!m_data.title.isEmpty())
        m_table->setAccessibleName(m_data.title);
    const bool empty = m_data.isEmpty();
    m_asTable->setEnabled(!empty);
    m_export->setEnabled(!empty);
    m_problem->hide();
    m_view->setData(m_data);
    m_model->setData(m_data);
    m_stack->setCurrentWidget(empty                    ? static_cast<QWidget *>(m_reason)
                              : m_asTable->isChecked() ? static_cast<QWidget *>(m_table)
                                                       : m_view);
}

void ChartPanel::setEmptyReason(const QString &reason)
{
    m_reason->setText(reason);
}

void ChartPanel::setActionHint(const QString &hint)
{
    m_view->setActionHint(hint);
}

void ChartPanel::showTable(bool table)
{
    m_asTable->setChecked(table);
}

void ChartPanel::paint(QPainter &painter, const QRect &target) const
{
    const Tokens paper = Tokens::light();
    painter.save();
    painter.fillRect(target, paper.surface);
    QRect rest = target.adjusted(12, 12, -12, -12);
    const auto line = [&](const QString &text, const QFont &font, const QColor &colour) {
        if (text.isEmpty())
            return;
        const QFontMetrics metrics(font);
        painter.setFont(font);
        painter.setPen(colour);
        painter.drawText(QRect(rest.topLeft(), QSize(rest.width(), metrics.height())), Qt::AlignLeft,
                         metrics.elidedText(text, Qt::ElideRight, rest.width()));
        rest.setTop(rest.top() + metrics.height());
    };
    line(m_title->text(), m_ui.theme.font(1.05, QFont::DemiBold), paper.text);
    line(m_data.note, m_ui.theme.font(0.9), paper.secondary);
    line(m_context, m_ui.theme.font(0.9), paper.secondary);
    painter.restore();
    rest.setTop(rest.top() + 4);
    if (!m_data.isEmpty())
        ChartView::draw(painter, rest, m_ui.theme, paper, m_data);
    else
        painter.drawText(rest, Qt::AlignCenter | Qt::TextWordWrap, m_reason->text());
}

Result<void> ChartPanel::saveTo(const QString &file) const
{
    const QString suffix = QFileInfo(file).suffix().toLower();
    QSaveFile out(file);
    const auto failed = [&] {
        return Error{.kind = ErrorKind::Io,
                     .message = tr("%1 could not be written: %2.").arg(file, out.errorString()),
                     .hint = tr("Choose another folder, or make room on its disk.")};
    };
    if (!out.open(QIODevice::WriteOnly))
        return failed();
    bool written = false;
    if (suffix == "csv"_L1) {
        written = out.write(m_data.csv()) >= 0;
    } else if (suffix == "svg"_L1) {
        QSvgGenerator svg;
        svg.setOutputDevice(&out);
        svg.setResolution(96); // texts are measured so
        svg.setSize(exportSize);
        svg.setViewBox(QRect({}, exportSize));
        svg.setTitle(m_data.title);
        svg.setDescription(m_data.summary());
        QPainter painter(&svg);
        paint(painter, {{}, exportSize});
        written = painter.end();
    } else if (suffix == "png"_L1) {
        QImage image(exportSize * 2, QImage::Format_RGB32);
        image.setDevicePixelRatio(2);
        QPainter painter(&image);
        paint(painter, {{}, exportSize});
        painter.end();
        image.setText(u"Title"_s, m_data.title);
        written = image.save(&out, "PNG");
    } else {
        return Error{.kind = ErrorKind::Usage,
                     .message =
                         tr("A chart is saved as .png, .svg or .csv, and “%1” is none of them.").arg(file)};
    }
    if (!written || !out.commit())
        return failed();
    return {};
}

void ChartPanel::save(const QString &suffix, const QString &description)
{
    m_problem->hide();
    auto *dialog = new QFileDialog(this, tr("Export %1").arg(m_data.title));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(suffix);
    dialog->setNameFilter(u"%1 (*.%2)"_s.arg(description, suffix));
    dialog->setDirectory(QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation));
    QString name = m_data.title;
    name.replace(u'/', u'-');
    dialog->selectFile(u"%1.%2"_s.arg(name, suffix));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &file) {
        if (const Result<void> saved = saveTo(file); !saved) {
            m_problem->setText(saved.error().text());
            m_problem->show();
        }
    });
    dialog->open();
}
