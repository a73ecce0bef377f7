// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/services/exportwriter.h"

#include "app/core/durable.h"

#include <QDate>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <cerrno>
#include <clocale>
#include <cstdio>

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype bufferBytes = 1 << 20;

bool isNumber(ColumnType type)
{
    return type == ColumnType::Integer || type == ColumnType::Decimal || type == ColumnType::Money;
}

bool isText(ColumnType type)
{
    return type == ColumnType::Text || type == ColumnType::Tags || type == ColumnType::Json;
}

/// Where the bytes of CSV and JSON lines go.
using Sink = std::function<Result<void>(QByteArrayView)>;

class CsvWriter final : public ExportWriter
{
public:
    CsvWriter(const QList<ExportColumn> &columns, const ExportStyle &style, Sink sink)
        : m_columns(columns)
        , m_style(style)
        , m_sink(std::move(sink))
        , m_point(style.locale.decimalPoint().toUtf8())
        , m_separator(m_point == "," ? ';' : ',')
    {
    }

    Result<void> begin() override
    {
        m_line.clear();
        // A spreadsheet takes a file without this mark for its own country's encoding.
        if (m_style.locale != QLocale::c())
            m_line += "\xEF\xBB\xBF";
        for (const auto &[key, value] : m_style.header) {
            text(u"# %1: %2"_s.arg(key, value).toUtf8(), false);
            m_line += '\n';
        }
        for (qsizetype i = 0; i < m_columns.size(); ++i) {
            if (i > 0)
                m_line += m_separator;
            text(m_columns[i].name.toUtf8(), m_style.guardFormulas);
        }
        m_line += '\n';
        return m_sink(m_line);
    }

    Result<void> row(const Values &values) override
    {
        m_line.clear();
        for (qsizetype i = 0; i < values.size(); ++i) {
            if (i > 0)
                m_line += m_separator;
            if (!values[i]) // NULL is nothing, an empty text is "": so psql and COPY tell them apart
                continue;
            const ColumnType type = m_columns[i].type;
            if (isText(type))
                text(*values[i], m_style.guardFormulas);
            else if (type == ColumnType::Boolean)
                m_line += *values[i] == "t" || *values[i] == "true" ? "true" : "false";
            else if (isNumber(type) && m_point != ".")
                m_line += values[i]->toByteArray().replace('.', m_point);
            else
                m_line.append(*values[i]);
        }
        m_line += '\n';
        return m_sink(m_line);
    }

    Result<void> end() override { return {}; }

private:
    void text(QByteArrayView value, bool guarded)
    {
        const bool guard = guarded && looksLikeFormula(value);
        bool quote = value.isEmpty();
        for (const char c : value)
            quote = quote || c == '"' || c == '\n' || c == '\r' || c == ',' || c == ';';
        if (!quote) {
            if (guard)
                m_line += '\'';
            m_line.append(value);
            return;
        }
        m_line += '"';
        if (guard)
            m_line += '\'';
        for (const char c : value) {
            if (c == '"')
                m_line += '"';
            m_line += c;
        }
        m_line += '"';
    }

    const QList<ExportColumn> m_columns;
    const ExportStyle m_style;
    const Sink m_sink;
    const QByteArray m_point;
    const char m_separator;
    QByteArray m_line;
};

class JsonWriter final : public ExportWriter
{
public:
    JsonWriter(const QList<ExportColumn> &columns, const ExportStyle &style, Sink sink)
        : m_columns(columns)
        , m_style(style)
        , m_sink(std::move(sink))
    {
        for (const ExportColumn &column : columns) {
            QByteArray key;
            escape(column.name.toUtf8(), key);
            m_keys.append(key + ':');
        }
    }

    Result<void> begin() override
    {
        if (m_style.header.isEmpty())
            return {};
        QJsonObject about;
        for (const auto &[key, value] : m_style.header)
            about[key] = value;
        return m_sink(QJsonDocument(QJsonObject{{u"export"_s, about}}).toJson(QJsonDocument::Compact) + '\n');
    }

    Result<void> row(const Values &values) override
    {
        m_line = "{";
        for (qsizetype i = 0; i < values.size(); ++i) {
            if (i > 0)
                m_line += ',';
            m_line += m_keys[i];
            if (!values[i])
                m_line += "null";
            else
                value(*values[i], m_columns[i].type);
        }
        m_line += "}\n";
        return m_sink(m_line);
    }

    Result<void> end() override { return {}; }

private:
    void value(QByteArrayView text, ColumnType type)
    {
        switch (type) {
        case ColumnType::Integer:
        case ColumnType::Decimal:
        case ColumnType::Money:
            if (text != "NaN" && !text.endsWith("Infinity"))
                m_line.append(text);
            else
                escape(text, m_line);
            return;
        case ColumnType::Boolean:
            m_line += text == "t" || text == "true" ? "true" : "false";
            return;
        case ColumnType::Json:
            m_line.append(text); // jsonb writes one line
            return;
        case ColumnType::Tags:
            m_line += QJsonDocument(QJsonArray::fromStringList(parseTextArray(text)))
                          .toJson(QJsonDocument::Compact);
            return;
        case ColumnType::Timestamp: {
            QByteArray iso = text.toByteArray();
            if (iso.endsWith("+00"))
                iso.replace(iso.size() - 3, 3, "Z").replace(' ', 'T');
            escape(iso, m_line);
            return;
        }
        case ColumnType::Text:
        case ColumnType::Date:
        case ColumnType::Uuid:
            break;
        }
        escape(text, m_line);
    }

    static void escape(QByteArrayView text, QByteArray &out)
    {
        out += '"';
        for (const char c : text) {
            const auto code = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\')
                (out += '\\') += c;
            else if (c == '\n')
                out += "\\n";
            else if (code < 0x20)
                out += "\\u" + QByteArray::number(code, 16).rightJustified(4, '0');
            else
                out += c;
        }
        out += '"';
    }

    const QList<ExportColumn> m_columns;
    const ExportStyle m_style;
    const Sink m_sink;
    QByteArrayList m_keys;
    QByteArray m_line;
};

/// libxlsxwriter prints numbers with printf, and Qt's application object sets the desktop's locale: with a
/// decimal comma no spreadsheet opens the workbook. This gives the thread a point while it lives.
class DecimalPoint final
{
public:
    DecimalPoint()
        : m_before(::uselocale(withPoint()))
    {
    }
    ~DecimalPoint() { ::uselocale(m_before); }
    Q_DISABLE_COPY_MOVE(DecimalPoint)

private:
    static locale_t withPoint()
    {
        static const locale_t locale = ::newlocale(LC_NUMERIC_MASK, "C", ::duplocale(LC_GLOBAL_LOCALE));
        return locale;
    }

    const locale_t m_before;
};

/// A workbook in libxlsxwriter's constant-memory mode: rows go to its temporary file as they come. Texts are
/// text cells, which no spreadsheet runs as formulas.
class XlsxWriter final : public ExportWriter
{
public:
    XlsxWriter(const QList<ExportColumn> &columns, const ExportStyle &style, const QString &file)
        : m_columns(columns)
        , m_style(style)
        , m_file(QFile::encodeName(file))
    {
        // Its temporary files lie beside the workbook: a disk that is full for them is full for the workbook
        // too, whose writing the library checks as it does not check theirs. It copies the name.
        QByteArray folder = QFile::encodeName(QFileInfo(file).absolutePath());
        lxw_workbook_options options{};
        options.constant_memory = LXW_TRUE;
        options.tmpdir = folder.data();
        m_book = workbook_new_opt(m_file.constData(), &options);
    }

    ~XlsxWriter() override
    {
        const DecimalPoint point;
        if (m_book) // given up: closing frees it, and what it writes is removed with the temporary name
            workbook_close(m_book);
    }

    Result<void> begin() override
    {
        const DecimalPoint point;
        if (!m_book)
            return Error{ErrorKind::Io, u"The workbook cannot be made."_s};
        m_bold = workbook_add_format(m_book);
        format_set_bold(m_bold);
        for (const ExportColumn &column : m_columns) {
            lxw_format *format = nullptr;
            const auto shaped = [&](const QByteArray &pattern) {
                format = workbook_add_format(m_book);
                format_set_num_format(format, pattern.constData());
            };
            if (column.type == ColumnType::Timestamp)
                shaped("yyyy-mm-dd hh:mm:ss");
            else if (column.type == ColumnType::Date)
                shaped("yyyy-mm-dd");
            else if (column.type == ColumnType::Integer)
                shaped("0");
            else if (isNumber(column.type))
                shaped(column.decimals > 0 ? "#,##0." + QByteArray(column.decimals, '0')
                                           : QByteArray("#,##0.##"));
            m_formats.append(format);
        }
        return sheet();
    }

    Result<void> row(const Values &values) override
    {
        const DecimalPoint point;
        if (m_row >= LXW_ROW_MAX)
            if (const Result<void> next = sheet(); !next)
                return next;
        for (qsizetype i = 0; i < values.size(); ++i)
            if (values[i])
                cell(lxw_col_t(i), *values[i], m_columns[i].type, m_formats[i]);
        ++m_row;
        if (std::ferror(m_sheet->optimize_tmpfile))
            return notWritten();
        return {};
    }

    Result<void> end() override
    {
        const DecimalPoint point;
        if (const Result<void> whole = checkSheets(); !whole)
            return whole;
        const lxw_error closed = workbook_close(std::exchange(m_book, nullptr));
        if (closed != LXW_NO_ERROR)
            return notWritten(QString::fromUtf8(lxw_strerror(closed)));
        return {};
    }

private:
    static Error notWritten(const QString &detail = {})
    {
        return Error{ErrorKind::Io, u"The workbook could not be written."_s,
                     u"The disk may be full, or a quota or a limit on the size of files stands in the way."_s,
                     detail};
    }

    /// The library writes the rows of a sheet, and its copy of them when it closes, without looking whether
    /// that goes well. So: are the rows all in their file, and is there room for the copy? Should others
    /// fill the disk meanwhile, the workbook has no room beside the copy, and that the library notices.
    Result<void> checkSheets()
    {
        off_t longest = 0;
        for (lxw_worksheet *sheet : std::as_const(m_sheets)) {
            lxw_worksheet_write_single_row(sheet); // the last one, which waits in memory
            FILE *const rows = sheet->optimize_tmpfile;
            if (std::fflush(rows) != 0 || std::ferror(rows))
                return notWritten();
            longest = std::max(longest, ::ftello(rows));
        }
        constexpr off_t aroundTheRows = 1 << 16;
        const int descriptor = ::open(m_file.constData(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
        if (descriptor < 0)
            return notWritten(qt_error_string(errno));
        int code = ::posix_fallocate(descriptor, 0, longest + aroundTheRows);
        if (::ftruncate(descriptor, 0) != 0 && code == 0)
            code = errno;
        ::close(descriptor);
        return code == 0 ? Result<void>() : durable::ioError(u"The workbook could not be written."_s, code);
    }

    static constexpr qsizetype longestText = 32'767; // of a cell

    /// A sheet holds 1,048,576 rows; what is more goes on in the next one.
    Result<void> sheet()
    {
        m_sheet = workbook_add_worksheet(m_book, nullptr);
        if (!m_sheet)
            return Error{ErrorKind::Io, u"The workbook cannot take a further sheet."_s};
        m_sheets.append(m_sheet);
        m_row = 0;
        for (qsizetype i = 0; i < m_columns.size(); ++i)
            worksheet_set_column(m_sheet, lxw_col_t(i), lxw_col_t(i),
                                 m_columns[i].type == ColumnType::Timestamp ? 20.0 : 16.0, nullptr);
        if (!std::exchange(m_headed, true))
            for (const auto &[key, value] : m_style.header) {
                worksheet_write_string(m_sheet, m_row, 0, key.toUtf8().constData(), m_bold);
                worksheet_write_string(m_sheet, m_row, 1, value.toUtf8().constData(), nullptr);
                ++m_row;
            }
        for (qsizetype i = 0; i < m_columns.size(); ++i) {
            const QString name = m_columns[i].type == ColumnType::Timestamp ? m_columns[i].name + u" (UTC)"_s
                                                                            : m_columns[i].name;
            worksheet_write_string(m_sheet, m_row, lxw_col_t(i), name.toUtf8().constData(), m_bold);
        }
        ++m_row;
        worksheet_freeze_panes(m_sheet, m_row, 0);
        return {};
    }

    void cell(lxw_col_t column, QByteArrayView value, ColumnType type, lxw_format *format)
    {
        bool valid = false;
        if (isNumber(type)) {
            const double number = value.toDouble(&valid);
            if (valid && qIsFinite(number)) {
                worksheet_write_number(m_sheet, m_row, column, number, format);
                return;
            }
        } else if (type == ColumnType::Boolean) {
            worksheet_write_boolean(m_sheet, m_row, column, value == "t" || value == "true", nullptr);
            return;
        } else if (type == ColumnType::Date || type == ColumnType::Timestamp) {
            // "2026-11-23 12:52:32.123456+00"; spreadsheets know no day before 1900.
            lxw_datetime when{};
            when.year = value.first(std::min<qsizetype>(4, value.size())).toInt(&valid);
            if (valid && value.size() >= 10 && value[4] == '-' && when.year >= 1900) {
                when.month = value.sliced(5, 2).toInt();
                when.day = value.sliced(8, 2).toInt();
                if (value.size() >= 19) {
                    when.hour = value.sliced(11, 2).toInt();
                    when.min = value.sliced(14, 2).toInt();
                    const qsizetype zone = std::max(value.indexOf('+'), value.lastIndexOf('-'));
                    when.sec = value.sliced(17, (zone > 17 ? zone : value.size()) - 17).toDouble();
                }
                worksheet_write_datetime(m_sheet, m_row, column, &when, format);
                return;
            }
        }
        QByteArray text = value.toByteArray();
        if (text.size() > longestText)
            if (const QString cut = QString::fromUtf8(text); cut.size() > longestText)
                text = (cut.left(longestText - 1) + u'…').toUtf8();
        worksheet_write_string(m_sheet, m_row, column, text.constData(), nullptr);
    }

    const QList<ExportColumn> m_columns;
    const ExportStyle m_style;
    const QByteArray m_file;
    lxw_workbook *m_book = nullptr;
    lxw_worksheet *m_sheet = nullptr;
    QList<lxw_worksheet *> m_sheets;
    lxw_format *m_bold = nullptr;
    QList<lxw_format *> m_formats;
    lxw_row_t m_row = 0;
    bool m_headed = false;
};

std::unique_ptr<ExportWriter> makeText(const QList<ExportColumn> &columns, const ExportStyle &style,
                                       Sink sink)
{
    if (style.format == ExportFormat::Csv)
        return std::make_unique<CsvWriter>(columns, style, std::move(sink));
    return std::make_unique<JsonWriter>(columns, style, std::move(sink));
}

} // namespace

bool looksLikeFormula(QByteArrayView text)
{
    qsizetype first = 0;
    while (first < text.size() && text[first] == '\'')
        ++first;
    return first < text.size() && QByteArrayView("=+-@\t\r").contains(text[first]);
}

QString exportSource(const Profile &profile)
{
    const QString target = profile.target();
    return profile.environment == Environment::Production ? target + u" (PRODUCTION)"_s : target;
}

ExportFile::~ExportFile()
{
    if (m_descriptor > STDERR_FILENO)
        ::close(m_descriptor);
    if (!m_part.isEmpty())
        ::unlink(QFile::encodeName(m_part).constData());
}

Result<void> ExportFile::open(const QString &file, bool replace)
{
    m_file = file;
    m_replace = replace;
    if (file == u"-") {
        m_descriptor = STDOUT_FILENO;
        return {};
    }
    if (!replace && QFile::exists(file))
        return Error{ErrorKind::Conflict, u"%1 exists already and is not replaced."_s.arg(file),
                     u"Choose another name, or say that it may be replaced."_s};
    if (QFile::exists(file) && !QFileInfo(file).isFile())
        return Error{ErrorKind::Usage, u"%1 is no file that could be replaced."_s.arg(file)};
    const QString part = file + u".part"_s;
    const int descriptor = ::open(QFile::encodeName(part).constData(),
                                  O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (descriptor < 0)
        return durable::ioError(u"%1 cannot be written."_s.arg(file), errno);
    // What a killed export left is written over; what a running one writes is not.
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        ::close(descriptor);
        return Error{ErrorKind::Conflict, u"Another export is writing %1."_s.arg(file)};
    }
    // Nor what somebody prepared, to read what is written into it.
    struct stat found = {};
    if (::fstat(descriptor, &found) != 0 || !S_ISREG(found.st_mode) || found.st_uid != ::geteuid() ||
        found.st_nlink != 1 || ::fchmod(descriptor, 0600) != 0) {
        ::close(descriptor);
        return Error{ErrorKind::Io, u"%1 cannot be written: %2 is in the way."_s.arg(file, part),
                     u"Have it removed, or choose another folder."_s};
    }
    m_descriptor = descriptor;
    m_part = part;
    if (::ftruncate(descriptor, 0) != 0)
        return durable::ioError(u"%1 cannot be written."_s.arg(file), errno);
    return {};
}

Result<void> ExportFile::write(QByteArrayView bytes)
{
    m_buffer.append(bytes);
    return m_buffer.size() >= bufferBytes ? flush() : Result<void>();
}

Result<void> ExportFile::flush()
{
    qsizetype written = 0;
    while (written < m_buffer.size()) {
        const ssize_t count =
            ::write(m_descriptor, m_buffer.constData() + written, size_t(m_buffer.size() - written));
        if (count < 0 && errno != EINTR)
            return durable::ioError(m_part.isEmpty() ? u"Standard output took no more."_s
                                                     : u"%1 could not be written."_s.arg(m_file),
                                    errno);
        written += std::max<ssize_t>(count, 0);
    }
    m_buffer.clear();
    m_buffer.reserve(bufferBytes + bufferBytes / 8);
    return {};
}

Result<void> ExportFile::finish()
{
    if (const Result<void> flushed = flush(); !flushed)
        return flushed;
    if (m_part.isEmpty())
        return {};
    if (const Result<void> synced = durable::sync(m_part); !synced)
        return synced;
    const Result<void> named = m_replace ? durable::replace(m_part, m_file) : durable::rename(m_part, m_file);
    if (named)
        m_part.clear();
    return named;
}

std::unique_ptr<ExportWriter> ExportWriter::make(const QList<ExportColumn> &columns, const ExportStyle &style,
                                                 ExportFile &file)
{
    if (style.format == ExportFormat::Xlsx)
        return std::make_unique<XlsxWriter>(columns, style, file.temporaryName());
    return makeText(columns, style, [&file](QByteArrayView bytes) { return file.write(bytes); });
}

std::unique_ptr<ExportWriter> ExportWriter::make(const QList<ExportColumn> &columns, const ExportStyle &style,
                                                 QByteArray &bytes)
{
    return makeText(columns, style, [&bytes](QByteArrayView more) {
        bytes.append(more);
        return Result<void>();
    });
}

const ExportWriter::Values &CopyFields::parse(QByteArrayView row)
{
    if (row.endsWith('\n'))
        row.chop(1);
    m_values.clear();
    // Unescaped text is never longer, so views into it stay valid.
    m_text.resize(row.size());
    char *out = m_text.data();
    const char *start = out;
    const char *end = row.data() + row.size();
    for (const char *in = row.data();; ++in) {
        if (in == end || *in == '\t') {
            m_values.append(QByteArrayView(start, out - start));
            start = out;
            if (in == end)
                return m_values;
        } else if (*in != '\\' || in + 1 == end) {
            *out++ = *in;
        } else if (*++in == 'N' && out == start) {
            // \N stands alone in its field.
            m_values.append(std::nullopt);
            if (++in == end)
                return m_values;
        } else {
            *out++ = *in == 'n'   ? '\n'
                     : *in == 't' ? '\t'
                     : *in == 'r' ? '\r'
                     : *in == 'b' ? '\b'
                     : *in == 'f' ? '\f'
                     : *in == 'v' ? '\v'
                                  : *in;
        }
    }
}
