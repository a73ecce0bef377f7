// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/appcontext.h"
#include "app/services/exportwriter.h"
#include "ui/browse/browsepage.h"
#include "ui/browse/viewsmenu.h"
#include "ui/shared/filterbar.h"
#include "ui/shared/filtertext.h"
#include "ui/shared/recordmodel.h"
#include "ui/shared/tableview.h"

#include <QHeaderView>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSignalBlocker>

using namespace Qt::StringLiterals;

// What BrowsePage takes away: files of its rows, and views to come back to.

bool BrowsePage::exportShown()
{
    if (!m_ui.app.stores.hasCurrent() || m_model->rowCount() == 0)
        return false;
    QStringList filters;
    for (const ColumnFilter &filter : m_filters->filters())
        filters.append(filterText(m_table, filter, m_model->zone()));
    const StoreSummary &store = m_ui.app.stores.current();
    const QString what = filters.isEmpty()
                             ? tr("All %1 of %2.").arg(m_table.title.toLower(), store.name)
                             : tr("The %1 of %2 that fit: %3.")
                                   .arg(m_table.title.toLower(), store.name, filters.join(u"; "_s));
    auto *dialog =
        new ExportDialog(m_ui.app.settings, what,
                         u"%1-%2-%3"_s.arg(store.storeId, m_table.title.toLower().replace(u' ', u'-'),
                                           QDate::currentDate().toString(Qt::ISODate)),
                         this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ExportDialog::chosen, this, &BrowsePage::exportTo);
    dialog->open();
    return true;
}

void BrowsePage::exportTo(const ExportDialog::Choice &choice)
{
    const StoreSummary &store = m_ui.app.stores.current();
    ExportRequest request;
    request.storeId = store.storeId;
    request.rows = m_model->question();
    if (choice.shownColumns)
        for (const int column : m_view->visibleColumns())
            request.columns.append(m_table.columns[column].name);
    request.style = choice.style;
    if (choice.header) {
        const QStringList filters = browsefilter::expressions(request.rows.filters);
        request.style.header = {{tr("table"), m_table.title},
                                {tr("store"), u"%1 (%2)"_s.arg(store.name, store.storeId)},
                                {tr("database"), exportSource(m_ui.app.pool.profile())},
                                {tr("filter"), filters.isEmpty() ? tr("none") : filters.join(u" and "_s)},
                                {tr("login"), m_ui.app.pool.capabilities().login},
                                {tr("time"), QDateTime::currentDateTimeUtc().toString(Qt::ISODate)}};
    }
    request.file = choice.file;
    request.replace = true; // the dialog said so
    m_ui.app.jobs.start(m_ui.app.exports.spec(request), m_ui.app.exports.exportRows(request));
}

QString BrowsePage::viewBody() const
{
    QJsonArray filters;
    for (const FilterBar::Chip &chip : m_filters->chips())
        filters.append(QJsonObject{{u"filter"_s, browsefilter::expression(chip.filter)}, {u"on"_s, chip.on}});
    const BrowseRequest question = m_model->question();
    const QJsonObject body{{u"filters"_s, filters},
                           {u"sort"_s, QString::fromUtf8(question.sort)},
                           {u"descending"_s, question.descending},
                           {u"columns"_s, QString::fromLatin1(m_view->columns().toBase64())}};
    return QString::fromUtf8(QJsonDocument(body).toJson(QJsonDocument::Compact));
}

void BrowsePage::showView(const QString &body)
{
    const QJsonObject view = QJsonDocument::fromJson(body.toUtf8()).object();
    QList<FilterBar::Chip> chips;
    for (const QJsonValue &each : view[u"filters"].toArray())
        // A filter of another version of this program may no longer be one.
        if (const Result<ColumnFilter> filter = browsefilter::parse(m_table, each[u"filter"].toString());
            filter)
            chips.append({*filter, each[u"on"].toBool()});
    m_model->setSort(m_table.column(view[u"sort"].toString().toUtf8()),
                     view[u"descending"].toBool() ? Qt::DescendingOrder : Qt::AscendingOrder);
    m_view->restoreColumns(QByteArray::fromBase64(view[u"columns"].toString().toLatin1()));
    m_view->setSortIndicator(m_model->sortColumn(), m_model->sortOrder());
    const QSignalBlocker blocker(m_filters);
    m_filters->setChips(chips);
    filtersChanged();
}
