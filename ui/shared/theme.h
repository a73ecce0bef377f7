// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shared/cellrole.h"

#include <QColor>
#include <QFont>
#include <QIcon>
#include <QObject>

class QApplication;
class QLabel;
class QWidget;
class Settings;

/// The colours of one appearance. All colours of the program are here; a test computes their contrasts.
struct Tokens
{
    QColor window, surface, border, text, secondary, accent, onAccent, good, warning, bad;
    // Derived from those above:
    QColor control = {}; ///< outline of what can be used, ≥ 3 : 1
    QColor grid = {};    ///< lines between rows
    QColor hover = {}, selection = {}, disabled = {}, scroll = {}, accentHover = {}, onBad = {};
    QColor accentSoft = {}, goodSoft = {}, warningSoft = {}, badSoft = {}; ///< grounds of banners

    static Tokens light();
    static Tokens dark();
};

/// The look of the program: Fusion, a palette, one style sheet, the zoom. Made once per application; what
/// needs a colour or a length asks here and repaints on changed().
class Theme final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Theme)

public:
    enum class Mode { System, Light, Dark };

    Theme(QApplication &application, Settings &settings, QObject *parent = nullptr);

    Mode mode() const { return m_mode; }
    void setMode(Mode mode);
    int zoomPercent() const { return m_zoom; }
    void setZoomPercent(int percent); ///< 70 to 200
    bool dark() const { return m_dark; }

    const Tokens &tokens() const { return m_tokens; }
    QColor colour(cell::Tone tone) const;
    int px(int length) const; ///< a length of the design at the present zoom
    int rowHeight(bool compact = false) const;
    QFont font(double scale, QFont::Weight weight = QFont::Normal) const;
    QFont fixedFont() const;

    /// A monochrome icon of the Breeze set in the given colour.
    QPixmap pixmap(const QString &name, int size, const QColor &colour, qreal ratio) const;
    QIcon icon(const QString &name) const;

    /// A hue that belongs to this id, as a mark on window and surface (≥ 3 : 1).
    QColor storeColour(QStringView storeId) const { return storeColour(m_tokens, storeId); }
    static QColor storeColour(const Tokens &tokens, QStringView storeId);

    /// The colour of a chart's series: Okabe and Ito's palette, which the colour-blind can tell apart (2008),
    /// each made darker or lighter until it is ≥ 3 : 1 on the surface.
    QColor seriesColour(int slot) const { return seriesColour(m_tokens, slot); }
    static QColor seriesColour(const Tokens &tokens, int slot);

    /// WCAG 2.1 contrast ratio, 1 to 21.
    static double contrast(const QColor &a, const QColor &b);

signals:
    void changed();

private:
    void apply();

    QApplication &m_application;
    Settings &m_settings;
    Mode m_mode = Mode::System;
    int m_zoom = 100;
    bool m_systemDark = false;
    bool m_dark = false;
    Tokens m_tokens;
};

/// Sets a dynamic property that the style sheet looks at and has the widget polished again.
void setStyleProperty(QWidget *widget, const char *name, const QVariant &value);
