// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/filtereditor.h"

#include "ui/shared/filtertext.h"
#include "ui/shared/inwords.h"

#include <QComboBox>
#include <QCompleter>
#include <QDateEdit>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace {

enum Field { Nothing, Text, Range, Days, YesNo, Choice };

/// What is typed as --filter writes it, after the column and a word.
bool isList(FilterOp op)
{
    return browsefilter::valueCount(op) < 0 || op == FilterOp::AtHour;
}

Field fieldOf(const ColumnDef &column, FilterOp op)
{
    if (browsefilter::valueCount(op) == 0)
        return Nothing;
    if (isList(op))
        return Text;
    if (!column.choices.isEmpty() && (op == FilterOp::Equals || op == FilterOp::Differs))
        return Choice;
    switch (column.type) {
    case ColumnType::Integer:
    case ColumnType::Decimal:
    case ColumnType::Money:
        return Range;
    case ColumnType::Date:
    case ColumnType::Timestamp:
        return Days;
    case ColumnType::Boolean:
        return YesNo;
    default:
        return Text;
    }
}

QHBoxLayout *pair(QWidget *page, QWidget *from, QWidget *word, QWidget *to)
{
    auto *layout = new QHBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(from, 1);
    layout->addWidget(word);
    layout->addWidget(to, 1);
    return layout;
}

} // namespace

FilterEditor::FilterEditor(const TableDef &table, const QTimeZone &zone, QWidget *parent)
    : QDialog(parent)
    , m_table(table)
    , m_zone(zone)
    , m_column(new QComboBox(this))
    , m_op(new QComboBox(this))
    , m_fields(new QStackedWidget(this))
    , m_text(new QLineEdit(this))
    , m_from(new QLineEdit(this))
    , m_to(new QLineEdit(this))
    , m_toWord(new QLabel(tr("and"), this))
    , m_fromDay(new QDateEdit(this))
    , m_toDay(new QDateEdit(this))
    , m_toDayWord(new QLabel(tr("and"), this))
    , m_yesNo(new QComboBox(this))
    , m_choice(new QComboBox(this))
    , m_hint(new QLabel(this))
{
    setObjectName(u"filterEditor"_s);
    setWindowTitle(tr("Filter"));
    for (const ColumnDef &column : table.columns)
        m_column->addItem(column.title, column.name);
    m_yesNo->addItem(tr("yes"), u"true"_s);
    m_yesNo->addItem(tr("no"), u"false"_s);
    const std::tuple<QWidget *, const char *, QString> named[] = {
        {m_column, "filterColumn", tr("Column")}, {m_op, "filterOp", tr("Condition")},
        {m_text, "filterText", tr("Value")},      {m_from, "filterFrom", tr("Value, or lowest value")},
        {m_to, "filterTo", tr("Highest value")},  {m_fromDay, "filterFromDay", tr("Day, or first day")},
        {m_toDay, "filterToDay", tr("Last day")}, {m_yesNo, "filterYesNo", tr("Yes or no")},
        {m_choice, "filterChoice", tr("Value")},  {m_hint, "filterHint", tr("What is wrong")}};
    for (const auto &[widget, name, accessible] : named) {
        widget->setObjectName(QLatin1String(name));
        widget->setAccessibleName(accessible);
    }
    for (QDateEdit *edit : {m_fromDay, m_toDay}) {
        edit->setCalendarPopup(true);
        edit->setDate(QDate::currentDate());
        connect(edit, &QDateEdit::dateChanged, this, &FilterEditor::check);
    }
    m_hint->setProperty("secondary", true);
    m_hint->setWordWrap(true);

    auto *range = new QWidget(this);
    pair(range, m_from, m_toWord, m_to);
    auto *days = new QWidget(this);
    pair(days, m_fromDay, m_toDayWord, m_toDay);
    for (QWidget *field : {new QWidget(this), static_cast<QWidget *>(m_text), range, days,
                           static_cast<QWidget *>(m_yesNo), static_cast<QWidget *>(m_choice)})
        m_fields->addWidget(field);
    m_fields->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_accept = buttons->addButton(tr("&Filter"), QDialogButtonBox::AcceptRole);
    m_accept->setObjectName(u"filterAccept"_s);
    m_accept->setDefault(true);
    buttons->button(QDialogButtonBox::Cancel)->setObjectName(u"filterCancel"_s);
    auto *form = new QFormLayout;
    form->addRow(tr("&Column"), m_column);
    form->addRow(tr("Co&ndition"), m_op);
    m_valueLabel = new QLabel(tr("&Value"), this);
    form->addRow(m_valueLabel, m_fields);
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(m_hint);
    layout->addWidget(buttons);
    setMinimumWidth(fontMetrics().averageCharWidth() * 64);

    connect(m_column, &QComboBox::currentIndexChanged, this, &FilterEditor::columnChanged);
    connect(m_op, &QComboBox::currentIndexChanged, this, &FilterEditor::opChanged);
    connect(m_choice, &QComboBox::currentIndexChanged, this, &FilterEditor::check);
    for (QLineEdit *edit : {m_text, m_from, m_to})
        connect(edit, &QLineEdit::textChanged, this, &FilterEditor::check);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        emit chosen(filter());
        accept();
    });
    columnChanged();
}

const ColumnDef &FilterEditor::column() const
{
    return m_table.columns[m_column->currentIndex()];
}

FilterOp FilterEditor::op() const
{
    return static_cast<FilterOp>(m_op->currentData().toInt());
}

void FilterEditor::begin(const QByteArray &name)
{
    int first = 0; // the first that the grid shows, which is seldom the key
    while (first < m_table.columns.size() - 1 && !m_table.columns[first].shown)
        ++first;
    const int wanted = m_table.column(name);
    m_column->setCurrentIndex(wanted < 0 ? first : wanted);
    columnChanged();
    for (QLineEdit *edit : {m_text, m_from, m_to})
        edit->clear();
    open();
    (wanted < 0 ? static_cast<QWidget *>(m_column) : m_valueLabel->buddy())->setFocus();
}

void FilterEditor::begin(const ColumnFilter &filter)
{
    begin(filter.column);
    fill(filter);
}

void FilterEditor::fill(const ColumnFilter &filter)
{
    m_op->setCurrentIndex(std::max(0, m_op->findData(static_cast<int>(filter.op))));
    const auto localised = [this](const QString &value) {
        QLocale plain;
        plain.setNumberOptions(QLocale::OmitGroupSeparator);
        return QString(value).replace(u'.', plain.decimalPoint());
    };
    switch (fieldOf(column(), filter.op)) {
    case Text: {
        // The list as --filter writes it, without column and word.
        const QString expression = browsefilter::expression(filter);
        m_text->setText(isList(filter.op) ? expression.section(u' ', 1) : filter.values.value(0));
        break;
    }
    case Range:
        m_from->setText(localised(filter.values.value(0)));
        m_to->setText(localised(filter.values.value(1)));
        break;
    case Days: {
        const auto day = [this](const QString &value) {
            if (value.size() == 10)
                return QDate::fromString(value, Qt::ISODate);
            QDateTime when = QDateTime::fromString(value.left(19).replace(u' ', u'T'), Qt::ISODate);
            when.setTimeSpec(Qt::UTC);
            return when.toTimeZone(m_zone).date();
        };
        m_fromDay->setDate(day(filter.values.value(0)));
        m_toDay->setDate(day(filter.values.value(browsefilter::valueCount(filter.op) - 1)));
        break;
    }
    case Choice: {
        const QString chosen = filter.values.value(0);
        if (m_choice->findData(chosen) < 0)
            m_choice->addItem(inWords(chosen), chosen); // of a database that knows more
        m_choice->setCurrentIndex(m_choice->findData(chosen));
        break;
    }
    case YesNo:
        m_yesNo->setCurrentIndex(filter.values.value(0).startsWith(u't') ? 0 : 1);
        break;
    case Nothing:
        break;
    }
}

void FilterEditor::columnChanged()
{
    {
        const QSignalBlocker blocker(m_op);
        m_op->clear();
        for (const FilterOp each : browsefilter::operators(column().type))
            if (column().nullable || browsefilter::valueCount(each) != 0)
                m_op->addItem(filterOpText(each, column().type), static_cast<int>(each));
        // One of a few is picked; of a text mostly a part is known.
        m_op->setCurrentIndex(
            column().choices.isEmpty() ? 0 : std::max(0, m_op->findData(static_cast<int>(FilterOp::Equals))));
        const QSignalBlocker still(m_choice);
        m_choice->clear();
        for (const QString &choice : column().choices)
            m_choice->addItem(inWords(choice), choice);
    }
    auto *completer = column().choices.isEmpty() ? nullptr : new QCompleter(column().choices, m_text);
    m_text->setCompleter(completer);
    opChanged();
}

void FilterEditor::opChanged()
{
    const Field field = fieldOf(column(), op());
    m_fields->setCurrentIndex(field);
    QWidget *const first[] = {m_op, m_text, m_from, m_fromDay, m_yesNo, m_choice};
    m_valueLabel->setBuddy(first[field]);
    const bool two = op() == FilterOp::Between;
    for (QWidget *end :
         {m_toWord, static_cast<QWidget *>(m_to), m_toDayWord, static_cast<QWidget *>(m_toDay)})
        end->setVisible(two);
    m_text->setPlaceholderText(
        op() == FilterOp::Path ? tr("$.material == \"cotton\"  or  $.sizes[*]")
        : op() == FilterOp::AtHour
            ? tr("14, %1", "an hour and a time zone").arg(QString::fromLatin1(m_zone.id()))
        : isList(op())                ? tr("first, second, \"with, comma\"")
        : !column().choices.isEmpty() ? column().choices.join(u", "_s)
                                      : QString());
    check();
}

/// A number as the locale writes it, as the filter takes it; what is none is left as it is, to be refused.
QString FilterEditor::typedNumber(const QLineEdit *edit) const
{
    bool valid = false;
    const QString text = edit->text().trimmed();
    const double number = QLocale().toDouble(text, &valid);
    if (!valid)
        return text;
    return QString::number(number, 'f',
                           column().type == ColumnType::Integer ? 0 : std::max(column().decimals, 2));
}

ColumnFilter FilterEditor::filter() const
{
    ColumnFilter made{column().name, op(), {}};
    const bool two = op() == FilterOp::Between;
    switch (fieldOf(column(), op())) {
    case Text:
        if (isList(op())) {
            // Read as --filter reads a list, so that both know the same quotes.
            const QString word = op() == FilterOp::HasTags  ? u":has "_s
                                 : op() == FilterOp::AtHour ? u":hour "_s
                                                            : u":in "_s;
            const bool noZone = op() == FilterOp::AtHour && !m_text->text().contains(u',');
            const Result<ColumnFilter> parsed = browsefilter::parse(
                m_table, QString::fromUtf8(column().name) + u'=' + word + m_text->text() +
                             (noZone ? u',' + QString::fromLatin1(m_zone.id()) : QString()));
            if (parsed)
                return *parsed;
            made.values = QStringList{m_text->text()};
        } else {
            made.values = QStringList{m_text->text()};
        }
        break;
    case Range:
        made.values = QStringList{typedNumber(m_from)};
        if (two)
            made.values.append(typedNumber(m_to));
        break;
    case Days: {
        const bool day = column().type == ColumnType::Date;
        const QDate from = m_fromDay->date();
        const QDate to = two ? m_toDay->date() : from;
        const QString begins = day ? from.toString(Qt::ISODate) : dayBegins(from, m_zone);
        const QString ends = day ? to.toString(Qt::ISODate) : dayEnds(to, m_zone);
        if (op() == FilterOp::AtLeast)
            made.values = QStringList{begins};
        else if (op() == FilterOp::AtMost)
            made.values = QStringList{ends};
        else
            made.values = QStringList{begins, ends};
        if (op() == FilterOp::Equals)
            made.op = FilterOp::Between;
        break;
    }
    case Choice:
        made.values = QStringList{m_choice->currentData().toString()};
        break;
    case YesNo:
        made.values = QStringList{m_yesNo->currentData().toString()};
        break;
    case Nothing:
        break;
    }
    return made;
}

void FilterEditor::check()
{
    const Field field = fieldOf(column(), op());
    const bool empty = (field == Text && m_text->text().isEmpty() && op() != FilterOp::Equals) ||
                       (field == Range &&
                        (m_from->text().isEmpty() || (op() == FilterOp::Between && m_to->text().isEmpty())));
    const Result<QByteArray> sql =
        browsefilter::condition(m_table, filter(), [](const QString &) { return QByteArray("$1"); });
    m_accept->setEnabled(!empty && sql.ok());
    m_hint->setText(empty || sql.ok() ? QString() : sql.error().message);
}
