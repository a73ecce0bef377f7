// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/job.h"
#include "app/services/browseservice.h"

enum class ExportFormat { Csv, JsonLines, Xlsx };
QString exportFormatName(ExportFormat format); ///< "csv", "jsonl", "xlsx": also the files' suffix
std::optional<ExportFormat> exportFormat(const QString &name);

struct ExportColumn
{
    QString name; ///< CSV header, JSON key
    ColumnType type = ColumnType::Text;
    int decimals = 0;
};

/// How a file is written.
struct ExportStyle
{
    ExportFormat format = ExportFormat::Csv;
    /// Lines above the data that say what it is (store, filter, time); none where empty. "# key: value" in
    /// CSV, an object in JSON lines, rows in a sheet.
    QList<QPair<QString, QString>> header = {};
    /// Decimals of CSV as this locale writes them; where that is a comma, fields are separated by semicolons,
    /// as spreadsheets of these countries expect. The C locale otherwise.
    QLocale locale = QLocale::c();
    /// A text of CSV that a spreadsheet would run as a formula (= + - @ at its start) gets an apostrophe
    /// before it.
    bool guardFormulas = true;
};

/// Rows that are loaded already, as a dashboard shows them; nullopt is no value.
struct ExportTable
{
    QList<ExportColumn> columns;
    QList<QList<std::optional<QString>>>
        rows; ///< as the database writes them: decimals with a point, ISO times
};

struct ExportRequest
{
    QString storeId;
    BrowseRequest rows;        ///< table, filters, sort, parent; empty sort: in no order, which is fastest
    QList<QByteArray> columns; ///< empty: all
    ExportStyle style;
    QString file;         ///< "-" is standard output
    bool replace = false; ///< an existing file of that name
};

/// Writes rows to files. An export streams COPY from the server in memory that does not grow with the rows,
/// into a file of a temporary name that gets its own only when it is whole and on the disk: a cancelled or
/// failed export leaves nothing. Any thread may call.
class ExportService final
{
public:
    explicit ExportService(ConnectionPool &pool)
        : m_pool(pool)
    {
    }

    /// The work of a job. Errors: those of a read, Usage for filters that cannot be, Conflict for an existing
    /// file, Io for the disk.
    JobWork exportRows(const ExportRequest &request);

    /// How the job reads in the panel and the history.
    JobSpec spec(const ExportRequest &request) const;

    /// Rows in memory to a file; blocks as long as writing takes.
    static Result<void> write(const ExportTable &table, const ExportStyle &style, const QString &file,
                              bool replace);

    /// The same as bytes, for the clipboard and standard output; not for Xlsx.
    static QByteArray text(const ExportTable &table, const ExportStyle &style);

    /// INSERT statements that would make the rows again; columns that the table has not are left out.
    static QByteArray inserts(const TableDef &definition, const QString &storeId, const ExportTable &table);

private:
    ConnectionPool &m_pool;
};
