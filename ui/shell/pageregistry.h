// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/db/capabilities.h"
#include "ui/shared/uicontext.h"
#include "ui/shell/page.h"

#include <QAbstractListModel>
#include <QHash>

#include <functional>

/// Who uses a page; the headings of the side bar.
enum class PageGroup { Store, Database, Operations };

struct PageInfo
{
    QString id;    ///< in settings and on the command line: "products"
    QString title; ///< as in the side bar
    PageGroup group = PageGroup::Store;
    QString icon;
    std::function<Page *(const UiContext &, QWidget *parent)> create;
    /// Why this login cannot use the page; an empty text when it can, or no function when all can.
    std::function<QString(const Capabilities &)> unavailable = {};
};

/// Why this login can see no row of any store, or an empty text when it can.
QString rowsUnavailable(const Capabilities &capabilities);

/// The one list of pages, in the order of the side bar. In pages.cpp, the only file that knows them all.
QList<PageInfo> allPages();

/// The pages under their headings, for the side bar. Headings and what a login cannot use are disabled, the
/// latter with the reason as tooltip.
class PageRegistry final : public QAbstractListModel
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PageRegistry)

public:
    enum Role { IdRole = Qt::UserRole + 100, HeadingRole, IconRole };

    explicit PageRegistry(QList<PageInfo> pages, QObject *parent = nullptr);

    const QList<PageInfo> &pages() const { return m_pages; }
    const PageInfo *page(const QString &id) const;
    QModelIndex indexOf(const QString &id) const;
    bool usable(const QString &id) const;
    void setCapabilities(const Capabilities &capabilities);

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;

private:
    struct Row
    {
        int page = -1; // -1: a heading
        PageGroup group = PageGroup::Store;
    };

    const QList<PageInfo> m_pages;
    QList<Row> m_rows;
    QHash<QString, QString> m_reasons; // page id → why it cannot be used
};
