// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/screenshots.h"

#include "app/appcontext.h"
#include "ui/shared/theme.h"
#include "ui/shell/mainwindow.h"
#include "ui/shell/prompt.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTextStream>
#include <QTimer>

using namespace Qt::StringLiterals;

namespace {

enum ExitCode { Finished = 0, Failed = 1, Usage = 2, CannotConnect = 3 };

// A page that has not loaded by then says so in its picture's place; the server's own time-out is shorter.
constexpr int pageTimeoutMs = 60'000;

int complain(const QString &text, ExitCode code)
{
    QTextStream(stderr) << text << '\n';
    return code;
}

/// Walks the pages: show one, wait until it has loaded and been laid out, save it, go on. Every step is
/// started by a signal, so that the event loop runs as it does for a user.
class Photographer final : public QObject
{
    Q_OBJECT

public:
    Photographer(AppContext &app, MainWindow &window, QDir folder, QStringList pages, QString store)
        : m_app(app)
        , m_window(window)
        , m_folder(std::move(folder))
        , m_pages(std::move(pages))
        , m_store(std::move(store))
        , m_stores(this)
    {
        m_timeout.setSingleShot(true);
        m_timeout.setInterval(pageTimeoutMs);
        connect(&m_timeout, &QTimer::timeout, this, [this] {
            end(complain(tr("The page “%1” was still loading after %2 s.")
                             .arg(m_pages.value(0))
                             .arg(pageTimeoutMs / 1000),
                         Failed));
        });
        connect(&window, &MainWindow::connected, this, &Photographer::findStore);
        connect(&window, &MainWindow::connectFailed, this, [this](const Error &error) {
            const bool named = error.kind != ErrorKind::NotFound && error.kind != ErrorKind::Usage;
            end(complain(error.text(), named ? CannotConnect : Usage));
        });
        connect(&window, &MainWindow::storeRefused, this,
                [this](const Error &error) { end(complain(error.text(), Failed)); });
        connect(&app.stores, &StoreService::currentChanged, this, [this] {
            if (m_app.stores.hasCurrent() && !m_started)
                begin();
        });
    }

    int result() const { return m_result; }

private:
    void findStore()
    {
        if (m_store.isEmpty() && !rowsUnavailable(m_app.pool.capabilities()).isEmpty()) {
            begin();
            return;
        }
        m_stores.run(
            [this](const CancelToken &token) { return m_app.stores.stores(token); },
            [this](const Result<QList<StoreSummary>> &stores) {
                if (!stores) {
                    end(complain(stores.error().text(), Failed));
                    return;
                }
                for (const StoreSummary &store : *stores) {
                    const bool wanted = m_store.isEmpty()
                                            ? store.active
                                            : store.storeId == m_store ||
                                                  store.name.compare(m_store, Qt::CaseInsensitive) == 0 ||
                                                  store.location.compare(m_store, Qt::CaseInsensitive) == 0;
                    if (wanted) {
                        m_window.chooseStore(store.storeId);
                        return;
                    }
                }
                if (!m_store.isEmpty())
                    end(complain(tr("There is no store “%1” that this login may see.").arg(m_store), Usage));
                else
                    begin(); // a database without stores has pages too
            });
    }

    void begin()
    {
        m_started = true;
        next();
    }

    void next()
    {
        if (m_pages.isEmpty()) {
            end(Finished);
            return;
        }
        if (!m_window.registry().usable(m_pages.first())) {
            QTextStream(stderr)
                << tr("%1: %2").arg(
                       m_pages.first(),
                       m_window.registry().indexOf(m_pages.first()).data(Qt::ToolTipRole).toString())
                << '\n';
            m_pages.removeFirst();
            next();
            return;
        }
        m_timeout.start();
        m_window.showPage(m_pages.first());
        Page *page = m_window.currentPage();
        page->showExample();
        connect(page, &Page::loadingChanged, this, &Photographer::settle);
        settle();
    }

    // Loading may go on in a second request (the items of a sale) that starts when the first has ended: the
    // picture is taken when nothing has begun for a few rounds of the event loop.
    void settle()
    {
        const int round = ++m_round;
        if (!m_window.currentPage()->loading())
            QTimer::singleShot(150, this, [this, round] {
                if (round == m_round && !m_window.currentPage()->loading())
                    shoot();
            });
    }

    void shoot()
    {
        m_timeout.stop();
        disconnect(m_window.currentPage(), &Page::loadingChanged, this, nullptr);
        const QString file = m_folder.filePath(m_pages.takeFirst() + u".png"_s);
        if (!m_window.grab().save(file, "PNG")) {
            end(complain(tr("%1 could not be written. Check the folder and the space on its disk.").arg(file),
                         Failed));
            return;
        }
        QTextStream(stdout) << file << '\n' << Qt::flush;
        next();
    }

    void end(int code)
    {
        m_result = code;
        m_timeout.stop();
        QCoreApplication::exit(code);
    }

    AppContext &m_app;
    MainWindow &m_window;
    const QDir m_folder;
    QStringList m_pages;
    const QString m_store;
    Request<QList<StoreSummary>> m_stores;
    QTimer m_timeout;
    int m_round = 0;
    bool m_started = false;
    int m_result = Failed;
};

} // namespace

int runScreenshots(AppContext &app, const QStringList &args)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Takes a picture of each page."_s);
    const QCommandLineOption out(u"out"_s, u"Folder for the pictures, made when it is not there."_s,
                                 u"DIR"_s);
    const QCommandLineOption size(u"size"_s, u"Size of the window."_s, u"WxH"_s, u"1440x900"_s);
    const QCommandLineOption themeOption(u"theme"_s, u"light or dark."_s, u"THEME"_s, u"light"_s);
    const QCommandLineOption page(u"page"_s, u"Only this page; may be given several times."_s, u"PAGE"_s);
    const QCommandLineOption store(
        u"store"_s, u"Id, name or place; the first active one is taken otherwise."_s, u"STORE"_s);
    const QCommandLineOption profile(u"profile"_s, u"Profile name or connection string."_s, u"NAME_OR_URI"_s);
    const QCommandLineOption verbose(u"verbose"_s, u"Log to standard error too."_s);
    parser.addOptions({out, size, themeOption, page, store, profile, verbose});
    parser.addOption({{u"h"_s, u"help"_s}, u"Show this help."_s}); // Qt's own brings --help-all
    // The parser takes the first argument for the program's name, and the command's may stand among the
    // options.
    QStringList options = args;
    options.removeOne(u"screenshots"_s);
    if (!parser.parse(QStringList{u"screenshots"_s} + options))
        return complain(parser.errorText(), Usage);
    if (parser.isSet(u"help"_s)) {
        QTextStream(stdout) << parser.helpText();
        return Finished;
    }
    if (!parser.positionalArguments().isEmpty())
        return complain(u"screenshots takes no argument “%1”."_s.arg(parser.positionalArguments().first()),
                        Usage);
    if (!parser.isSet(out))
        return complain(u"screenshots needs --out DIR."_s, Usage);
    static const QRegularExpression sizePattern(u"^(\\d{3,5})x(\\d{3,5})$"_s);
    const QRegularExpressionMatch match = sizePattern.match(parser.value(size));
    if (!match.hasMatch())
        return complain(u"--size must be WIDTHxHEIGHT, such as 1440x900."_s, Usage);
    const QString wantedTheme = parser.value(themeOption);
    if (wantedTheme != "light"_L1 && wantedTheme != "dark"_L1)
        return complain(u"--theme must be light or dark."_s, Usage);
    const QDir folder(parser.value(out));
    if (!folder.mkpath(u"."_s))
        return complain(u"The folder %1 cannot be made. Check its parent's rights."_s.arg(parser.value(out)),
                        Failed);

    auto *application = qobject_cast<QApplication *>(QCoreApplication::instance());
    if (!application)
        return complain(u"screenshots needs the window part of the program."_s, Failed);
    // Preferences of a moment: the user's own stay as they are.
    const QTemporaryDir scratch;
    Settings settings(scratch.filePath(u"settings.ini"_s));
    settings.set(settings::theme, wantedTheme);
    Theme theme(*application, settings);
    Prompt prompt;
    MainWindow window({app, theme, prompt}, allPages());
    QStringList pages = parser.values(page);
    for (const QString &id : std::as_const(pages))
        if (!window.registry().page(id))
            return complain(u"There is no page “%1”."_s.arg(id), Usage);
    if (pages.isEmpty())
        for (const PageInfo &info : window.registry().pages())
            pages.append(info.id);

    window.resize(match.captured(1).toInt(), match.captured(2).toInt());
    window.show();
    Photographer photographer(app, window, folder, pages, parser.value(store));
    QTimer::singleShot(0, &photographer, [&] {
        const QString target = parser.value(profile);
        window.connectTo(target.isEmpty() ? u"dbname="_s : target);
    });
    QApplication::exec();
    return photographer.result();
}

#include "screenshots.moc"
