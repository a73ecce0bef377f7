// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/appcontext.h"

#include <QCommandLineParser>
#include <QJsonArray>
#include <QJsonObject>

#include <functional>

/// The command line: the same services as the window, one file a sub-command, and a table of them in cli.cpp.
namespace cli {

enum ExitCode {
    Success = 0,
    Failed = 1,
    Usage = 2,
    CannotConnect = 3,
    NotVerified = 4,
    VerificationFailed = 5,
    Interrupted = 130,
};

/// Runs the sub-command that `arguments` (without the program's name) begin with.
int run(AppContext &context, const QStringList &arguments);

/// The name of the sub-command in `arguments`, or empty: then the window is wanted.
QString commandOf(const QStringList &arguments);

/// What --help prints.
QString help();

ExitCode exitCode(const Error &error);

/// What a sub-command prints as data: nothing, an object (--json), or rows (--csv too).
enum class Data { None, Json, Rows };

/// The parts that sub-commands share: options, connecting, printing.
class Invocation final
{
public:
    /// Adds --profile, and the options of `data`.
    Invocation(AppContext &context, const QString &name, const QString &summary, Data data = Data::None);

    /// Parses; the sub-command ends with *exit when that is set (--help, a usage error).
    bool parse(const QStringList &arguments);
    int exit() const { return m_exit; }

    QCommandLineParser &parser() { return m_parser; }
    QString value(const QString &option) const { return m_parser.value(option); }
    bool isSet(const QString &option) const { return m_parser.isSet(option); }
    /// A number of an option within limits; a usage error else.
    Result<int> number(const QString &option, int least, int most) const;
    bool json() const { return m_data != Data::None && m_parser.isSet(QStringLiteral("json")); }

    /// Opens the pool on --profile. Asks for a password on the terminal, with echo off, when the server wants
    /// one and none was found (never with -w), or beforehand with -W.
    Result<Capabilities> connect();
    /// The profile of --profile, with the password that the keyring holds for it, or that is asked for with
    /// -W.
    Result<Login> login() const;

    /// The database that --profile names, without asking a server; empty without --profile.
    QString databaseName() const;

    /// Prints the error on standard error; returns its exit code.
    int fail(const Error &error) const;
    int usage(const QString &message) const;

    /// Rows as the options ask: {"rows": […], "next": …}, CSV, or a table for people.
    void print(const QList<QPair<QString, ColumnType>> &columns, const Rows &rows,
               const QString &next = {}) const;
    /// The same for objects; CSV and the table have these fields of them.
    void print(const QStringList &fields, const QJsonArray &rows) const;

    /// Runs a job here with a progress line; prints its summary, on standard error where standard output is
    /// the job's. SIGINT and SIGTERM cancel it. The history does not tell of a --dry-run.
    int runJob(const JobSpec &spec, const JobWork &work, bool outputTaken = false) const;

    AppContext &context() { return m_context; }

private:
    AppContext &m_context;
    QString m_name;
    QCommandLineParser m_parser;
    Data m_data;
    int m_exit = Success;
};

/// Cancelled by the first SIGINT or SIGTERM.
CancelToken interruption();

/// A password typed on the terminal; an error where there is none.
Result<QString> askPassword(const QString &target);

void printLine(const QString &text);
void printError(const QString &text);

/// --provider and what belongs to it; the provider they name.
void addProviderOptions(Invocation &call);
Result<std::shared_ptr<EmbeddingProvider>> chosenProvider(Invocation &call);

int audit(AppContext &context, const QStringList &arguments);
int backup(AppContext &context, const QStringList &arguments);
int browse(AppContext &context, const QStringList &arguments);
int check(AppContext &context, const QStringList &arguments);
int customer(AppContext &context, const QStringList &arguments);
int doctor(AppContext &context, const QStringList &arguments);
int drill(AppContext &context, const QStringList &arguments);
int embed(AppContext &context, const QStringList &arguments);
int exportRows(AppContext &context, const QStringList &arguments);
int embeddingServer(AppContext &context, const QStringList &arguments);
int explain(AppContext &context, const QStringList &arguments);
int import(AppContext &context, const QStringList &arguments);
int jobs(AppContext &context, const QStringList &arguments);
int maintain(AppContext &context, const QStringList &arguments);
int migrate(AppContext &context, const QStringList &arguments);
int profile(AppContext &context, const QStringList &arguments);
int restore(AppContext &context, const QStringList &arguments);
int proveIsolation(AppContext &context, const QStringList &arguments);
int sampleData(AppContext &context, const QStringList &arguments);
int sandbox(AppContext &context, const QStringList &arguments);
int schedule(AppContext &context, const QStringList &arguments);
int search(AppContext &context, const QStringList &arguments);
int searchQuality(AppContext &context, const QStringList &arguments);
int stats(AppContext &context, const QStringList &arguments);
int store(AppContext &context, const QStringList &arguments);
int stores(AppContext &context, const QStringList &arguments);

/// “stats slow”, and the options that are its own.
int slowStatements(Invocation &call);
void addSlowOptions(Invocation &call);

} // namespace cli
