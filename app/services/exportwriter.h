// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/exportservice.h"

/// What an export's header calls its database: where it is, and whether that is production.
QString exportSource(const Profile &profile);

/// Whether a spreadsheet may take the text for a formula, as the export's guard puts an apostrophe before it.
/// With apostrophes in front it counts as one too, so that an import can take the guard's away again.
bool looksLikeFormula(QByteArrayView text);

/// A file that appears under its name when it is whole: written under a temporary one, which goes when the
/// object does before finish(). "-" is standard output. Belongs to one thread; errors are of kind Io, or
/// Conflict where the name is taken.
class ExportFile final
{
public:
    ExportFile() = default;
    ~ExportFile();
    Q_DISABLE_COPY_MOVE(ExportFile)

    Result<void> open(const QString &file, bool replace);
    Result<void> write(QByteArrayView bytes); ///< buffered
    /// To the disk, and under its name.
    Result<void> finish();

    QString temporaryName() const { return m_part; }

private:
    Result<void> flush();

    QString m_file;
    QString m_part;
    bool m_replace = false;
    int m_descriptor = -1;
    QByteArray m_buffer;
};

/// Turns rows into the bytes of one format. A value is in the database's own text; nullopt is NULL.
class ExportWriter
{
public:
    using Values = QList<std::optional<QByteArrayView>>;

    virtual ~ExportWriter() = default;
    virtual Result<void> begin() = 0;
    virtual Result<void> row(const Values &values) = 0;
    virtual Result<void> end() = 0;

    static std::unique_ptr<ExportWriter> make(const QList<ExportColumn> &columns, const ExportStyle &style,
                                              ExportFile &file);
    /// The same into memory; not for Xlsx.
    static std::unique_ptr<ExportWriter> make(const QList<ExportColumn> &columns, const ExportStyle &style,
                                              QByteArray &bytes);
};

/// The fields of one row in COPY's text format (PostgreSQL manual, "COPY", File Formats). The views live
/// until the next call.
class CopyFields final
{
public:
    const ExportWriter::Values &parse(QByteArrayView row);

private:
    QByteArray m_text;
    ExportWriter::Values m_values;
};
