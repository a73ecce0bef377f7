// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/appcontext.h"
#include "app/cli/cli.h"
#include "app/core/log.h"

#ifdef ADMIN_UI
#include "ui/shell/screenshots.h"
#include "ui/shell/window.h"

#include <QApplication>
#endif

#include <QCoreApplication>

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>

using namespace Qt::StringLiterals;

namespace {

int runCommand(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    AppContext context;
    return cli::run(context, QCoreApplication::arguments().mid(1));
}

#ifdef ADMIN_UI
int runWithWindow(int argc, char **argv, const QString &command, const QStringList &arguments)
{
    const bool screenshots = command == u"screenshots";
    if (screenshots)
        qputenv("QT_QPA_PLATFORM", "offscreen");
    else if (!qEnvironmentVariableIsSet("DISPLAY") && !qEnvironmentVariableIsSet("WAYLAND_DISPLAY") &&
             !qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) {
        cli::printError(
            u"There is no display to open a window on.\n“retail-admin --help” lists the commands that need "
            u"none, among them screenshots."_s);
        return cli::Failed;
    }
    QApplication application(argc, argv);
    // The desktop entry's name, without which Wayland shows a generic icon.
    QGuiApplication::setDesktopFileName(u"org.retailadmin.RetailAdmin"_s);
    AppContext context;
    if (screenshots) {
        QStringList rest = arguments;
        rest.removeOne(command);
        return runScreenshots(context, rest);
    }
    QCommandLineParser parser;
    parser.addOption({u"profile"_s, {}, u"NAME_OR_URI"_s});
    parser.addOption({u"verbose"_s, {}});
    if (!parser.parse(QCoreApplication::arguments())) {
        cli::printError(parser.errorText() + u".\n“retail-admin --help” tells more."_s);
        return cli::Usage;
    }
    return runWindow(application, context, parser.value(u"profile"_s));
}
#endif

} // namespace

int main(int argc, char **argv)
{
    QStringList arguments;
    for (int i = 1; i < argc; ++i)
        arguments += QString::fromLocal8Bit(argv[i]);
    QCoreApplication::setApplicationName(u"retail-admin"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(RETAIL_ADMIN_VERSION));
    // A core would hold the passwords of open connections.
    rlimit cores{};
    getrlimit(RLIMIT_CORE, &cores);
    cores.rlim_cur = 0;
    setrlimit(RLIMIT_CORE, &cores);
    logging::install(arguments.contains(u"--verbose"_s));

    const QString command = cli::commandOf(arguments);
    if (command.isEmpty() && (arguments.contains(u"--help"_s) || arguments.contains(u"-h"_s))) {
        std::fputs(qPrintable(cli::help()), stdout);
        return cli::Success;
    }
    if (arguments.contains(u"--version"_s)) {
        std::fputs("retail-admin " RETAIL_ADMIN_VERSION "\n", stdout);
        return cli::Success;
    }
#ifdef ADMIN_UI
    if (command.isEmpty() || command == u"screenshots")
        return runWithWindow(argc, argv, command, arguments);
#else
    if (command.isEmpty() || command == u"screenshots") {
        cli::printError(u"This build has no window. “retail-admin --help” lists the commands."_s);
        return cli::Failed;
    }
#endif
    return runCommand(argc, argv);
}
