// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"

#include "app/core/format.h"
#include "app/core/log.h"
#include "app/db/connecterror.h"

#include <QCoreApplication>
#include <QJsonDocument>

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <thread>

using namespace Qt::StringLiterals;

namespace {

struct CommandRow
{
    QString name;
    QString summary;
    int (*run)(AppContext &, const QStringList &);
};

const QList<CommandRow> &commands()
{
    static const QList<CommandRow> all{
        {u"audit"_s, u"print who changed what in a store"_s, cli::audit},
        {u"backup"_s, u"make, list, verify, look into, remove and upload backups"_s, cli::backup},
        {u"browse"_s, u"print a page of a store's table"_s, cli::browse},
        {u"check"_s, u"tell a monitoring system whether all is well (Nagios plugin)"_s, cli::check},
        {u"customer"_s, u"export or erase all that is known about one customer"_s, cli::customer},
        {u"doctor"_s, u"list what is missing or broken in the database"_s, cli::doctor},
        {u"drill"_s, u"prove that a backup can be restored, and tell how long it takes"_s, cli::drill},
        {u"embed"_s, u"give products the vectors that a search by meaning needs"_s, cli::embed},
        {u"export"_s, u"write a store's rows to a CSV, JSON or Excel file"_s, cli::exportRows},
        {u"embedding-server"_s, u"set up, list and remove servers that compute vectors"_s,
         cli::embeddingServer},
        {u"explain"_s, u"show how the server runs a statement, and what stands out"_s, cli::explain},
        {u"import"_s, u"read products from a CSV file"_s, cli::import},
        {u"jobs"_s, u"list what was run on this machine, and how it ended"_s, cli::jobs},
        {u"maintain"_s, u"vacuum, analyse and reindex, by a plan"_s, cli::maintain},
        {u"migrate"_s, u"bring the database to this program's schema"_s, cli::migrate},
        {u"profile"_s, u"list, import and export profiles"_s, cli::profile},
        {u"restore"_s, u"restore a backup, or one store's rows of it"_s, cli::restore},
        {u"prove-isolation"_s, u"try as a role to reach another store's data"_s, cli::proveIsolation},
        {u"sample-data"_s, u"load made-up customers, products and sales"_s, cli::sampleData},
        {u"sandbox"_s, u"start, stop, show or destroy a private server to try"_s, cli::sandbox},
        {u"schedule"_s, u"run backups, uploads, drills and maintenance by themselves"_s, cli::schedule},
        {u"search"_s, u"find a store's products by meaning or by words"_s, cli::search},
        {u"search-quality"_s, u"measure recall and times of searches by meaning"_s, cli::searchQuality},
        {u"stats"_s, u"print what the server counts: slow statements, indexes, tables, activity, settings"_s,
         cli::stats},
        {u"store"_s, u"add and close stores, decide who may enter them"_s, cli::store},
        {u"stores"_s, u"list the stores this login may see"_s, cli::stores},
    };
    return all;
}

// Drawn by ui/shell where the window is built in; listed here so that --help tells of it.
const QString screenshots = QStringLiteral("screenshots");

QByteArray csvField(const QString &text)
{
    // Empty text is quoted, NULL is not: so psql and COPY tell them apart.
    if (!text.isEmpty() && !text.contains(u'"') && !text.contains(u',') && !text.contains(u'\n') &&
        !text.contains(u'\r'))
        return text.toUtf8();
    return '"' + QString(text).replace(u'"', u"\"\""_s).toUtf8() + '"';
}

QJsonValue jsonValue(const Rows &rows, int row, int column, ColumnType type)
{
    if (rows.isNull(row, column))
        return QJsonValue::Null;
    switch (type) {
    case ColumnType::Integer:
        return rows.integer(row, column);
    case ColumnType::Decimal:
    case ColumnType::Money:
        return rows.number(row, column);
    case ColumnType::Boolean:
        return rows.boolean(row, column);
    case ColumnType::Timestamp:
        return rows.timestamp(row, column).toString(Qt::ISODateWithMs);
    case ColumnType::Tags:
        return QJsonArray::fromStringList(rows.textArray(row, column));
    case ColumnType::Json: {
        const QJsonDocument document = QJsonDocument::fromJson(rows.text(row, column).toUtf8());
        return document.isArray()    ? QJsonValue(document.array())
               : document.isObject() ? QJsonValue(document.object())
                                     : QJsonValue(rows.text(row, column));
    }
    case ColumnType::Text:
    case ColumnType::Date:
    case ColumnType::Uuid:
        break;
    }
    return rows.text(row, column);
}

/// For people: columns as wide as their content, at most 40 characters, numbers to the right, and nothing
/// that a terminal would obey. The first line is the header.
void printTable(QList<QStringList> lines, const QList<bool> &numbers)
{
    constexpr int widest = 40;
    QList<qsizetype> widths(numbers.size(), 0);
    for (QStringList &line : lines)
        for (int column = 0; column < line.size(); ++column) {
            line[column] = line[column].simplified();
            for (QChar &character : line[column])
                if (character.category() == QChar::Other_Control)
                    character = QChar::ReplacementCharacter;
            if (line[column].size() > widest)
                line[column] = line[column].left(widest - 1) + u'…';
            widths[column] = std::max(widths[column], line[column].size());
        }
    for (const QStringList &line : std::as_const(lines)) {
        QString text;
        for (int column = 0; column < line.size(); ++column) {
            text += numbers[column] ? line[column].rightJustified(widths[column])
                                    : line[column].leftJustified(widths[column]);
            text += u"  ";
        }
        cli::printLine(text.trimmed());
    }
}

void printTable(const QList<QPair<QString, ColumnType>> &columns, const Rows &rows)
{
    QStringList header;
    QList<bool> numbers;
    for (const auto &[name, type] : columns) {
        header += name;
        numbers += type == ColumnType::Integer || type == ColumnType::Decimal || type == ColumnType::Money;
    }
    QList<QStringList> lines{header};
    for (int row = 0; row < rows.count(); ++row) {
        QStringList line;
        for (int column = 0; column < columns.size(); ++column)
            line += rows.isNull(row, column) ? u"null"_s : rows.text(row, column);
        lines += line;
    }
    printTable(lines, numbers);
}

/// A value of JSON as text; NULL is empty in CSV and "null" for people.
QString textOf(const QJsonValue &value)
{
    if (value.isBool())
        return value.toBool() ? u"true"_s : u"false"_s;
    if (value.isArray()) {
        QStringList texts;
        for (const QJsonValue &each : value.toArray())
            texts += textOf(each);
        return texts.join(u',');
    }
    if (value.isDouble())
        return value.toVariant().toString();
    return value.toString();
}

} // namespace

void cli::printLine(const QString &text)
{
    const QByteArray line = text.toUtf8() + '\n';
    std::fwrite(line.constData(), 1, size_t(line.size()), stdout);
}

void cli::printError(const QString &text)
{
    const QByteArray line = logging::redact(text).toUtf8() + '\n';
    std::fwrite(line.constData(), 1, size_t(line.size()), stderr);
}

CancelToken cli::interruption()
{
    static const CancelToken token = [] {
        CancelToken made;
        sigset_t caught;
        sigemptyset(&caught);
        sigaddset(&caught, SIGINT);
        sigaddset(&caught, SIGTERM);
        // Blocked here, before other threads are made, so that only the waiting thread takes them.
        pthread_sigmask(SIG_BLOCK, &caught, nullptr);
        std::thread([made, caught] {
            int received = 0;
            sigwait(&caught, &received);
            made.cancel();
            // A second one ends the program the hard way.
            sigwait(&caught, &received);
            ::_exit(cli::Interrupted);
        }).detach();
        return made;
    }();
    return token;
}

cli::ExitCode cli::exitCode(const Error &error)
{
    switch (error.kind) {
    case ErrorKind::Usage:
    case ErrorKind::NotFound:
        return Usage;
    case ErrorKind::Connect:
    case ErrorKind::Schema:
        return CannotConnect;
    case ErrorKind::Cancelled:
        return Interrupted;
    case ErrorKind::Unverified:
        return NotVerified;
    case ErrorKind::Verification:
        return VerificationFailed;
    default:
        return Failed;
    }
}

QString cli::commandOf(const QStringList &arguments)
{
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        const QString &argument = arguments[i];
        if (argument == u"--profile")
            ++i;
        else if (!argument.startsWith(u'-'))
            return argument;
    }
    return {};
}

QString cli::help()
{
    QString text = u"Usage: retail-admin [--profile NAME_OR_URI]          open the window\n"
                   u"       retail-admin COMMAND [OPTIONS]                without a window\n\nCommands:\n"_s;
    qsizetype widest = screenshots.size();
    for (const CommandRow &command : commands())
        widest = std::max(widest, command.name.size());
    const auto line = [&](const QString &name, const QString &summary) {
        text += u"  "_s + name.leftJustified(widest + 2) + summary + u'\n';
    };
    for (const CommandRow &command : commands())
        line(command.name, command.summary);
    line(screenshots, u"write a picture of each page"_s);
    return text +
           u"\nOptions of most commands:\n"_s
           u"  --profile P   a profile's name, a URI (postgresql://user@host/database), key=value pairs or\n"
           u"                service=name; without it libpq's defaults and PG* variables hold\n"
           u"  --json, --csv print data in that form, where there is data\n"
           u"  -W, -w        ask for a password before connecting; never ask\n"
           u"  --verbose     tell on standard error what is done\n"
           u"  --help, --version\n\n"
           u"“retail-admin COMMAND --help” tells the options of a command.\n\n"
           u"Exit codes: 0 done, 1 failed, 2 usage, 3 cannot connect or not this program's schema,\n"
           u"4 made but not verified, 5 verification failed, 130 cancelled.\n"_s;
}

int cli::run(AppContext &context, const QStringList &arguments)
{
    const QString name = commandOf(arguments);
    for (const CommandRow &command : commands())
        if (command.name == name) {
            interruption();
            QStringList rest = arguments;
            rest.removeOne(name);
            const int code = command.run(context, rest);
            std::fflush(stdout);
            return code;
        }
    printError(u"There is no command “%1”. “retail-admin --help” lists them."_s.arg(name));
    return Usage;
}

cli::Invocation::Invocation(AppContext &context, const QString &name, const QString &summary, Data data)
    : m_context(context)
    , m_name(name)
    , m_data(data)
{
    m_parser.setApplicationDescription(summary);
    m_parser.setSingleDashWordOptionMode(QCommandLineParser::ParseAsLongOptions);
    m_parser.addOption({{u"h"_s, u"help"_s}, u"Show this help."_s});
    m_parser.addOption(
        {u"profile"_s, u"Profile name, URI, key=value pairs or service=name."_s, u"NAME_OR_URI"_s});
    m_parser.addOption({u"verbose"_s, u"Tell on standard error what is done."_s});
    m_parser.addOption({{u"W"_s, u"password"_s}, u"Ask for the password before connecting."_s});
    m_parser.addOption({{u"w"_s, u"no-password"_s}, u"Never ask for a password."_s});
    if (data != Data::None)
        m_parser.addOption({u"json"_s, u"Print one JSON object."_s});
    if (data == Data::Rows)
        m_parser.addOption({u"csv"_s, u"Print CSV with a header."_s});
}

bool cli::Invocation::parse(const QStringList &arguments)
{
    if (!m_parser.parse(QStringList{u"retail-admin "_s + m_name} + arguments)) {
        m_exit = usage(m_parser.errorText() + u'.');
        return false;
    }
    if (m_parser.isSet(u"help"_s)) {
        QString text = m_parser.helpText(); // which begins with the path of this program
        text.replace(0, text.indexOf(" [options]"_L1), u"Usage: retail-admin "_s + m_name);
        printLine(text);
        m_exit = Success;
        return false;
    }
    if (m_data == Data::Rows && isSet(u"json"_s) && isSet(u"csv"_s)) {
        m_exit = usage(u"--json and --csv exclude each other."_s);
        return false;
    }
    return true;
}

Result<int> cli::Invocation::number(const QString &option, int least, int most) const
{
    bool valid = false;
    const int number = value(option).toInt(&valid);
    if (!valid || number < least || number > most)
        return Error{ErrorKind::Usage,
                     u"--%1 takes a whole number from %2 to %3."_s.arg(option).arg(least).arg(most)};
    return number;
}

/// Reads one line from the terminal with echo off; an interruption gives the echo back before it ends the
/// program.
Result<QString> cli::askPassword(const QString &target)
{
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
    termios before{};
    if (terminal < 0 || ::tcgetattr(terminal, &before) != 0) {
        if (terminal >= 0)
            ::close(terminal);
        return Error{ErrorKind::Usage, u"There is no terminal to ask for a password on."_s,
                     u"Add a line to ~/.pgpass."_s};
    }
    termios silent = before;
    silent.c_lflag &= ~tcflag_t(ECHO);
    ::tcsetattr(terminal, TCSAFLUSH, &silent);
    const QByteArray prompt = u"Password for %1: "_s.arg(target).toLocal8Bit();
    (void)!::write(terminal, prompt.constData(), size_t(prompt.size()));
    QByteArray line;
    const CancelToken token = interruption();
    while (!token.cancelled()) {
        // Timed, because the signal is taken by another thread and does not end a read here.
        pollfd ready{terminal, POLLIN, 0};
        if (::poll(&ready, 1, 100) <= 0)
            continue;
        char byte = 0;
        if (::read(terminal, &byte, 1) != 1 || byte == '\n')
            break;
        line += byte;
    }
    ::tcsetattr(terminal, TCSAFLUSH, &before);
    (void)!::write(terminal, "\n", 1);
    ::close(terminal);
    if (token.cancelled())
        return Error{ErrorKind::Cancelled, u"Connecting was cancelled."_s};
    return QString::fromLocal8Bit(line);
}

Result<Login> cli::Invocation::login() const
{
    Result<Login> login = m_context.profiles.resolve(value(u"profile"_s));
    if (login && isSet(u"password"_s) && !isSet(u"no-password"_s)) {
        const Result<QString> typed = askPassword(login->profile.target());
        if (!typed)
            return typed.error();
        login->password = *typed;
    }
    if (!login || !login->password.isEmpty() || !login->profile.passfile.isEmpty())
        return login;
    // Only where the window put one: most logins need no keyring, and some desktops have none that answers.
    const QString name = login->profile.name;
    if (name.isEmpty() || m_context.secrets.rememberedBackend(name).isEmpty())
        return login;
    if (const Result<QString> kept = SecretStore::readHere(name, interruption()))
        login->password = *kept;
    else
        printError(kept.error().message);
    return login;
}

Result<Capabilities> cli::Invocation::connect()
{
    const Result<Login> found = login();
    if (!found)
        return found.error();
    const bool mayAsk = !isSet(u"no-password"_s);
    const Login &login = *found;
    const bool asked = mayAsk && isSet(u"password"_s);
    Result<Capabilities> opened = m_context.pool.open(login.profile, login.password, interruption()).result();
    // Only where none was found: a wrong one of a pass file is to be mended there, and a wrong one typed is
    // not to lock the login.
    if (opened || !mayAsk || asked || !needsPassword(opened.error()) || !opened.error().sqlstate.isEmpty())
        return opened;
    const Result<QString> typed = askPassword(login.profile.target());
    if (!typed)
        return opened;
    return m_context.pool.open(login.profile, *typed, interruption()).result();
}

QString cli::Invocation::databaseName() const
{
    if (!isSet(u"profile"_s))
        return {};
    const Result<Login> login = m_context.profiles.resolve(value(u"profile"_s));
    const QString target = login ? login->profile.target() : QString();
    return target.section(u'/', 1); // nothing of a service, whose database only libpq knows
}

int cli::Invocation::fail(const Error &error) const
{
    printError(u"retail-admin %1: %2"_s.arg(m_name, error.text()));
    return exitCode(error);
}

int cli::Invocation::usage(const QString &message) const
{
    printError(u"retail-admin %1: %2\n“retail-admin %1 --help” tells more."_s.arg(m_name, message));
    return Usage;
}

void cli::Invocation::print(const QList<QPair<QString, ColumnType>> &columns, const Rows &rows,
                            const QString &next) const
{
    if (json()) {
        QJsonArray list;
        for (int row = 0; row < rows.count(); ++row) {
            QJsonObject object;
            for (int column = 0; column < columns.size(); ++column)
                object[columns[column].first] = jsonValue(rows, row, column, columns[column].second);
            list.append(object);
        }
        const QJsonObject all{{u"rows"_s, list},
                              {u"next"_s, next.isEmpty() ? QJsonValue() : QJsonValue(next)}};
        printLine(QString::fromUtf8(QJsonDocument(all).toJson(QJsonDocument::Compact)));
    } else if (m_data == Data::Rows && isSet(u"csv"_s)) {
        QByteArrayList header;
        for (const auto &[name, type] : columns)
            header += csvField(name);
        printLine(QString::fromUtf8(header.join(',')));
        for (int row = 0; row < rows.count(); ++row) {
            QByteArrayList fields;
            for (int column = 0; column < columns.size(); ++column)
                fields += rows.isNull(row, column) ? QByteArray() : csvField(rows.text(row, column));
            printLine(QString::fromUtf8(fields.join(',')));
        }
    } else {
        printTable(columns, rows);
        if (!next.isEmpty())
            printError(u"More rows follow: --after %1"_s.arg(next));
    }
}

void cli::Invocation::print(const QStringList &fields, const QJsonArray &rows) const
{
    if (json()) {
        const QJsonObject all{{u"rows"_s, rows}, {u"next"_s, QJsonValue()}};
        printLine(QString::fromUtf8(QJsonDocument(all).toJson(QJsonDocument::Compact)));
        return;
    }
    if (m_data == Data::Rows && isSet(u"csv"_s)) {
        printLine(fields.join(u','));
        for (const QJsonValue &row : rows) {
            QByteArrayList line;
            for (const QString &field : fields)
                line += row[field].isNull() ? QByteArray() : csvField(textOf(row[field]));
            printLine(QString::fromUtf8(line.join(',')));
        }
        return;
    }
    QList<bool> numbers;
    for (const QString &field : fields)
        numbers += std::any_of(rows.begin(), rows.end(),
                               [&](const QJsonValue &row) { return row[field].isDouble(); });
    QList<QStringList> lines{fields};
    for (const QJsonValue &row : rows) {
        QStringList line;
        for (const QString &field : fields)
            line += row[field].isNull() ? u"null"_s : textOf(row[field]);
        lines += line;
    }
    printTable(lines, numbers);
}

int cli::Invocation::runJob(const JobSpec &spec, const JobWork &work, bool outputTaken) const
{
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    const bool verbose = isSet(u"verbose"_s);
    const auto onProgress = [&](const JobProgress &progress) {
        if (!terminal)
            return;
        QString line = progress.phase;
        if (progress.total > 0)
            line += u" · %1 of %2"_s.arg(format::count(progress.done), format::count(progress.total));
        std::fprintf(stderr, "\r\033[K%s", qPrintable(line));
    };
    const auto onLog = [&](const QString &line) {
        if (verbose)
            printError(line);
    };
    // Nothing was to happen, so nothing failed either. By name, for not every command has the option.
    const bool recorded = !m_parser.optionNames().contains(u"dry-run"_s);
    const Result<QString> result =
        m_context.jobs.runHere(spec, work, interruption(), onProgress, onLog, recorded);
    if (terminal)
        std::fprintf(stderr, "\r\033[K");
    if (!result)
        return fail(result.error());
    if (outputTaken)
        printError(*result);
    else if (!json())
        printLine(*result);
    return Success;
}
