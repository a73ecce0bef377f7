// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/core/result.h"
#include "ui/shared/uicontext.h"

#include <QWidget>

class EmptyState;
class ErrorPanel;
class QLabel;
class QStackedWidget;
class QVBoxLayout;

/// Somewhere to go in the window: a page by its id, and what it is to show, in the words of that page (a page
/// of rows takes filters as --filter writes them). Back and Forward walk over these.
struct Place
{
    QString page;
    QStringList words = {};

    bool operator==(const Place &) const = default;
};

/// A page of the window: a header (title, what is shown, actions) above its content. It asks for its data
/// when it is first seen, and again after contextChanged(); without a connection, or without a store where it
/// needs one, it asks nothing, says why and offers the next step. Pages know no sibling: they tell the shell
/// what the user wants.
class Page : public QWidget
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Page)

public:
    enum class Scope { Program, Database, Store };

    QString title() const { return m_title; }
    Scope scope() const { return m_scope; }

    /// F5: asks again. What is shown stays until the answer is there.
    void refresh();
    /// Another connection or store: what is shown goes at once, what is under way is cancelled.
    void contextChanged();
    bool loading() const { return m_loading; }

    /// F1: what the page shows and which keys it has.
    virtual QString help() const = 0;
    /// Ctrl+F. False where the page has none.
    virtual bool focusFilter() { return false; }
    /// What would be lost if the window closed now, as a sentence; empty when nothing would.
    virtual QString unsaved() const { return {}; }
    /// Ctrl+E: offers what is shown as a file. False where the page has nothing to export.
    virtual bool exportShown() { return false; }
    /// Shows what the words of a Place say; called before the page is shown.
    virtual void open(const QStringList &words) { Q_UNUSED(words) }
    /// What open() would need to come back to what is shown now.
    virtual QStringList words() const { return {}; }
    /// Pictures of a page that is empty until somebody asks something: it asks an example.
    virtual void showExample() {}

signals:
    void loadingChanged(bool loading);
    void connectRequested();
    void storePickerRequested();
    void storeRequested(const QString &storeId);
    /// The rows behind a figure, the customer of a sale: another page is to be shown.
    void placeRequested(const Place &place);

protected:
    Page(const UiContext &ui, const QString &title, Scope scope, QWidget *parent);

    virtual void load() = 0;
    virtual void clear() = 0;

    void setContent(QWidget *content);
    void addHeaderWidget(QWidget *widget);
    void setStatus(const QString &text); ///< at the right of the title: "1 – 200 of ≈ 12,400"
    void setLoading(bool loading);
    void showContent();
    void showEmpty(const QString &icon, const QString &title, const QString &reason);
    /// Instead of the content where there is none yet, else in a strip above it.
    void showError(const Error &error, bool insteadOfContent);
    /// Of an action: in the strip, and without "Try again", which would read and not act.
    void showFailure(const Error &error);

    void showEvent(QShowEvent *event) override;

    const UiContext m_ui;

private:
    void setCurrent(QWidget *widget);
    void loadIfNeeded();
    void applyTheme();

    const QString m_title;
    const Scope m_scope;
    bool m_stale = true;
    bool m_loading = false;
    enum class Step { None, Connect, PickStore } m_step = Step::None;
    QLabel *m_titleLabel;
    QLabel *m_status;
    QWidget *m_controls; // in the header, for the content
    QStackedWidget *m_stack;
    EmptyState *m_empty;
    ErrorPanel *m_error;
    ErrorPanel *m_strip;
};
