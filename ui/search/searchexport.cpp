// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/appcontext.h"
#include "app/core/format.h"
#include "app/core/shellcommand.h"
#include "app/services/exportwriter.h"
#include "ui/search/searchbar.h"
#include "ui/search/searchpage.h"
#include "ui/search/searchresults.h"

#include <QJsonDocument>

using namespace Qt::StringLiterals;

// What SearchPage takes away: a file of its results.

bool SearchPage::exportShown()
{
    if (m_results->answer().hits.isEmpty())
        return false;
    const SearchRequest request = m_bar->request();
    const StoreSummary &store = m_ui.app.stores.current();
    const qsizetype shown = m_results->answer().hits.size();
    auto *dialog = new ExportDialog(
        m_ui.app.settings,
        shown == 1 ? tr("The product of %1 that is shown.").arg(store.name)
                   : tr("The %1 products of %2 that are shown.").arg(format::count(shown), store.name),
        u"%1-search-%2"_s.arg(store.storeId, QDate::currentDate().toString(Qt::ISODate)), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ExportDialog::chosen, this,
            [this, request](const ExportDialog::Choice &choice) { exportTo(choice, request); });
    dialog->open();
    return true;
}

void SearchPage::exportTo(const ExportDialog::Choice &choice, const SearchRequest &request)
{
    const StoreSummary &store = m_ui.app.stores.current();
    const SearchAnswer &answer = m_results->answer();
    ExportStyle style = choice.style;
    if (choice.header)
        style.header = {
            {tr("search"),
             request.like.isEmpty() ? request.text.left(500) : tr("similar to %1").arg(answer.likeName)},
            {tr("mode"), searchModeName(answer.mode)},
            {tr("filters"),
             QString::fromUtf8(QJsonDocument(SavedSearches::toJson(request)).toJson(QJsonDocument::Compact))},
            {tr("store"), u"%1 (%2)"_s.arg(store.name, store.storeId)},
            {tr("database"), exportSource(m_ui.app.pool.profile())},
            {tr("login"), m_ui.app.pool.capabilities().login},
            {tr("time"), QDateTime::currentDateTimeUtc().toString(Qt::ISODate)}};
    const ExportTable table = m_results->exported(choice.shownColumns);
    const Profile profile = m_ui.app.pool.profile();
    QStringList words{u"search"_s};
    words += request.like.isEmpty() ? QStringList{request.text} : QStringList{u"--like"_s, request.like};
    words += {u"--store"_s, store.storeId, u"--mode"_s, searchModeName(request.mode), u"--json"_s};
    m_ui.app.jobs.start(
        {u"export"_s, tr("Export a search"), u"%1 · %2"_s.arg(profile.name, store.storeId),
         shellCommand(words + profile.words())},
        [table, style, file = choice.file](JobContext &) -> Result<QString> {
            if (const Result<void> written = ExportService::write(table, style, file, true); !written)
                return written.error();
            return u"%1 written to %2."_s.arg(
                format::counted(table.rows.size(), u"product was"_s, u"products were"_s), file);
        });
}
