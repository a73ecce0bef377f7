// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shared/theme.h"

#include "app/core/settings.h"

#include <QApplication>
#include <QFile>
#include <QFontDatabase>
#include <QFontMetrics>
#include <QLineEdit>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QRegularExpression>
#include <QStyle>
#include <QStyleHints>
#include <QSvgRenderer>
#include <QWidget>

#include <cmath>

using namespace Qt::StringLiterals;

// Resources of a static library are registered by hand; the macro must stand outside any namespace.
static void registerResources()
{
    Q_INIT_RESOURCE(resources);
}

namespace {

QColor mix(const QColor &ground, const QColor &ink, double share)
{
    const auto channel = [share](int a, int b) { return static_cast<int>(std::lround(a + (b - a) * share)); };
    return {channel(ground.red(), ink.red()), channel(ground.green(), ink.green()),
            channel(ground.blue(), ink.blue())};
}

double luminance(const QColor &colour)
{
    const auto linear = [](double c) {
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
}

void derive(Tokens &t, double strength)
{
    t.grid = mix(t.surface, t.border, 0.6);
    t.hover = mix(t.surface, t.text, 0.06);
    t.selection = mix(t.surface, t.accent, strength);
    t.disabled = mix(t.surface, t.secondary, 0.65);
    t.scroll = mix(t.surface, t.secondary, 0.45);
    t.accentHover = mix(t.accent, t.text, 0.15);
    t.onBad = t.onAccent;
    t.accentSoft = mix(t.surface, t.accent, 0.10);
    t.goodSoft = mix(t.surface, t.good, 0.10);
    t.warningSoft = mix(t.surface, t.warning, 0.10);
    t.badSoft = mix(t.surface, t.bad, 0.10);
}

QPalette palette(const Tokens &t)
{
    QPalette p;
    p.setColor(QPalette::Window, t.window);
    p.setColor(QPalette::WindowText, t.text);
    p.setColor(QPalette::Base, t.surface);
    p.setColor(QPalette::AlternateBase, t.window);
    p.setColor(QPalette::Text, t.text);
    p.setColor(QPalette::Button, t.surface);
    p.setColor(QPalette::ButtonText, t.text);
    p.setColor(QPalette::BrightText, t.bad);
    p.setColor(QPalette::Highlight, t.accent);
    p.setColor(QPalette::HighlightedText, t.onAccent);
    p.setColor(QPalette::ToolTipBase, t.surface);
    p.setColor(QPalette::ToolTipText, t.text);
    p.setColor(QPalette::PlaceholderText, t.secondary);
    p.setColor(QPalette::Link, t.accent);
    p.setColor(QPalette::LinkVisited, t.accent);
    p.setColor(QPalette::Light, t.surface);
    p.setColor(QPalette::Midlight, t.border);
    p.setColor(QPalette::Mid, t.control);
    p.setColor(QPalette::Dark, t.control);
    p.setColor(QPalette::Shadow, t.border);
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, t.disabled);
    p.setColor(QPalette::Disabled, QPalette::Highlight, t.hover);
    p.setColor(QPalette::Disabled, QPalette::HighlightedText, t.disabled);
    return p;
}

/// Our own drawing, else the small one of the Breeze set, which is made of one colour.
QString iconFile(const QString &name)
{
    if (const QString own = u":/icons/%1.svg"_s.arg(name); QFile::exists(own))
        return own;
    const QStringList folders = QIcon::themeSearchPaths();
    for (const QString &folder : folders)
        for (const QLatin1StringView category : {"actions"_L1, "status"_L1, "places"_L1, "apps"_L1})
            for (const QLatin1StringView size : {"16"_L1, "22"_L1})
                if (const QString file = u"%1/breeze/%2/%3/%4.svg"_s.arg(folder, category, size, name);
                    QFile::exists(file))
                    return file;
    return {};
}

bool systemIsDark()
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    return QGuiApplication::styleHints()->colorScheme() == Qt::ColorScheme::Dark;
#else
    const QPalette standard = QGuiApplication::palette();
    return luminance(standard.color(QPalette::Window)) < luminance(standard.color(QPalette::WindowText));
#endif
}

} // namespace

Tokens Tokens::light()
{
    Tokens t{.window = 0xF6F7F9,
             .surface = 0xFFFFFF,
             .border = 0xDFE3E8,
             .text = 0x1A1E24,
             .secondary = 0x57606E,
             .accent = 0x2563C9,
             .onAccent = 0xFFFFFF,
             .good = 0x17744A,
             .warning = 0x9A5200,
             .bad = 0xB4232B,
             .control = 0x868F9B};
    derive(t, 0.12);
    return t;
}

Tokens Tokens::dark()
{
    Tokens t{.window = 0x15171B,
             .surface = 0x1D2025,
             .border = 0x30353D,
             .text = 0xE7EAF0,
             .secondary = 0x9BA4B3,
             .accent = 0x7AA9FF,
             .onAccent = 0x0E1420,
             .good = 0x5CC796,
             .warning = 0xF0A94B,
             .bad = 0xFF7F85,
             .control = 0x6C7686};
    derive(t, 0.18);
    return t;
}

Theme::Theme(QApplication &application, Settings &settings, QObject *parent)
    : QObject(parent)
    , m_application(application)
    , m_settings(settings)
    , m_systemDark(systemIsDark())
{
    const QString saved = settings.get(settings::theme);
    m_mode = saved == "light"_L1 ? Mode::Light : saved == "dark"_L1 ? Mode::Dark : Mode::System;
    m_zoom = qBound(70, settings.get(settings::zoomPercent), 200);

    registerResources();
    QStringList paths = QIcon::themeSearchPaths();
    if (!paths.contains(u"/usr/share/icons"_s))
        paths.append(u"/usr/share/icons"_s);
    QIcon::setThemeSearchPaths(paths);
    QIcon::setFallbackThemeName(u"breeze"_s);
    QApplication::setStyle(u"Fusion"_s);

#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    connect(QGuiApplication::styleHints(), &QStyleHints::colorSchemeChanged, this, [this] {
        m_systemDark = systemIsDark();
        if (m_mode == Mode::System)
            apply();
    });
#endif
    apply();
}

void Theme::setMode(Mode mode)
{
    m_mode = mode;
    m_settings.set(settings::theme, mode == Mode::Light  ? u"light"_s
                                    : mode == Mode::Dark ? u"dark"_s
                                                         : u"system"_s);
    apply();
}

void Theme::setZoomPercent(int percent)
{
    m_zoom = qBound(70, percent, 200);
    m_settings.set(settings::zoomPercent, m_zoom);
    apply();
}

void Theme::apply()
{
    m_dark = m_mode == Mode::Dark || (m_mode == Mode::System && m_systemDark);
    m_tokens = m_dark ? Tokens::dark() : Tokens::light();
    QIcon::setThemeName(m_dark ? u"breeze-dark"_s : u"breeze"_s);
    QApplication::setPalette(palette(m_tokens));
    QApplication::setFont(font(1.0));

    QFile file(u":/theme.qss"_s);
    QString sheet = file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
    static const QRegularExpression length(u"@\\{(\\d+)\\}"_s);
    for (QRegularExpressionMatch match; (match = length.match(sheet)).hasMatch();)
        sheet.replace(match.captured(0), QString::number(px(match.captured(1).toInt())) + u"px"_s);
    sheet.replace("@mode"_L1, m_dark ? "dark"_L1 : "light"_L1);
    // Longer names first, for some begin with others.
    const Tokens &t = m_tokens;
    const std::pair<QLatin1StringView, QColor> colours[] = {
        {"@accentHover"_L1, t.accentHover},
        {"@accentSoft"_L1, t.accentSoft},
        {"@warningSoft"_L1, t.warningSoft},
        {"@goodSoft"_L1, t.goodSoft},
        {"@badSoft"_L1, t.badSoft},
        {"@onAccent"_L1, t.onAccent},
        {"@onBad"_L1, t.onBad},
        {"@selection"_L1, t.selection},
        {"@secondary"_L1, t.secondary},
        {"@disabled"_L1, t.disabled},
        {"@surface"_L1, t.surface},
        {"@warning"_L1, t.warning},
        {"@control"_L1, t.control},
        {"@window"_L1, t.window},
        {"@border"_L1, t.border},
        {"@accent"_L1, t.accent},
        {"@scroll"_L1, t.scroll},
        {"@hover"_L1, t.hover},
        {"@grid"_L1, t.grid},
        {"@good"_L1, t.good},
        {"@text"_L1, t.text},
        {"@bad"_L1, t.bad},
    };
    for (const auto &[name, colour] : colours)
        sheet.replace(name, colour.name());
    m_application.setStyleSheet(sheet);
    // The picture of a clear button is taken once, when it is made. Gathered first: buttons go meanwhile.
    QList<QLineEdit *> cleared;
    for (QWidget *widget : QApplication::allWidgets())
        if (auto *edit = qobject_cast<QLineEdit *>(widget); edit && edit->isClearButtonEnabled())
            cleared.append(edit);
    for (QLineEdit *edit : std::as_const(cleared)) {
        edit->setClearButtonEnabled(false);
        edit->setClearButtonEnabled(true);
    }
    emit changed();
}

QColor Theme::colour(cell::Tone tone) const
{
    switch (tone) {
    case cell::Tone::Muted:
        return m_tokens.secondary;
    case cell::Tone::Good:
        return m_tokens.good;
    case cell::Tone::Warning:
        return m_tokens.warning;
    case cell::Tone::Bad:
        return m_tokens.bad;
    case cell::Tone::Accent:
        return m_tokens.accent;
    case cell::Tone::Normal:
        break;
    }
    return m_tokens.text;
}

int Theme::px(int length) const
{
    return static_cast<int>(std::lround(length * m_zoom / 100.0));
}

int Theme::rowHeight(bool compact) const
{
    // A script with tall letters must not be cut off.
    return std::max(px(compact ? 22 : 26), QFontMetrics(QApplication::font()).height() + px(compact ? 2 : 6));
}

QFont Theme::font(double scale, QFont::Weight weight) const
{
    // The system's font, never the application's, which is ours already and would grow with each call.
    QFont font = QFontDatabase::systemFont(QFontDatabase::GeneralFont);
    const double base = std::clamp(font.pointSizeF(), 10.0, 12.0);
    font.setPointSizeF(base * scale * m_zoom / 100.0);
    font.setWeight(weight);
    return font;
}

QFont Theme::fixedFont() const
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPointSizeF(this->font(0.95).pointSizeF());
    return font;
}

QPixmap Theme::pixmap(const QString &name, int size, const QColor &colour, qreal ratio) const
{
    const QString key = u"%1/%2/%3/%4"_s.arg(name).arg(size).arg(ratio).arg(colour.rgba());
    QPixmap tinted;
    if (QPixmapCache::find(key, &tinted))
        return tinted;
    // Drawn and tinted by hand: the mark's colour is then one of our tokens in either appearance, and it is
    // the same mark at any size, while a theme has other pictures for larger ones.
    const QSize device(qRound(size * ratio), qRound(size * ratio));
    tinted = QPixmap(device);
    tinted.fill(Qt::transparent);
    QPainter painter(&tinted);
    if (const QString file = iconFile(name); !file.isEmpty()) {
        QSvgRenderer(file).render(&painter, QRectF(QPointF(), device));
    } else if (const QIcon other = QIcon::fromTheme(name); !other.isNull()) {
        painter.drawPixmap(QRect(QPoint(), device), other.pixmap(device, 1.0));
    }
    painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
    painter.fillRect(tinted.rect(), colour);
    painter.end();
    tinted.setDevicePixelRatio(ratio);
    QPixmapCache::insert(key, tinted);
    return tinted;
}

QIcon Theme::icon(const QString &name) const
{
    QIcon icon;
    for (const qreal ratio : {1.0, 2.0}) {
        icon.addPixmap(pixmap(name, px(16), m_tokens.secondary, ratio));
        icon.addPixmap(pixmap(name, px(16), m_tokens.disabled, ratio), QIcon::Disabled);
    }
    return icon;
}

QColor Theme::storeColour(const Tokens &tokens, QStringView storeId)
{
    quint32 hash = 2166136261U; // FNV-1a: the same on every machine, unlike qHash
    for (const char byte : storeId.toUtf8())
        hash = (hash ^ static_cast<quint8>(byte)) * 16777619U;
    // Murmur's finaliser: names that differ in few letters get hues far apart.
    hash = (hash ^ (hash >> 16)) * 0x85ebca6bU;
    hash = (hash ^ (hash >> 13)) * 0xc2b2ae35U;
    hash ^= hash >> 16;
    const int hue = static_cast<int>((quint64{hash} * 24) >> 32) * 15;
    const bool darkGround = luminance(tokens.surface) < 0.2;
    for (int step = 0;; ++step) {
        const int lightness = darkGround ? 150 + step * 5 : 130 - step * 5;
        const QColor colour = QColor::fromHsl(hue, 150, std::clamp(lightness, 0, 255));
        if ((contrast(colour, tokens.surface) >= 3.2 && contrast(colour, tokens.window) >= 3.2) || step > 25)
            return colour;
    }
}

QColor Theme::seriesColour(const Tokens &tokens, int slot)
{
    // Blue, vermilion, bluish green, orange, reddish purple, sky blue, yellow: neighbours differ most.
    static constexpr QRgb palette[] = {0xFF0072B2, 0xFFD55E00, 0xFF009E73, 0xFFE69F00,
                                       0xFFCC79A7, 0xFF56B4E9, 0xFFF0E442};
    const QColor base(palette[static_cast<size_t>(std::max(slot, 0)) % std::size(palette)]);
    QColor colour = base;
    for (int step = 1; step <= 25 && contrast(colour, tokens.surface) < 3.0; ++step)
        colour = mix(base, tokens.text, step * 0.04);
    return colour;
}

double Theme::contrast(const QColor &a, const QColor &b)
{
    const double la = luminance(a);
    const double lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

void setStyleProperty(QWidget *widget, const char *name, const QVariant &value)
{
    if (widget->property(name) == value)
        return;
    widget->setProperty(name, value);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}
