// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/appcontext.h"
#include "app/core/format.h"
#include "ui/browse/browsepage.h"
#include "ui/shared/filterbar.h"
#include "ui/shared/recordmodel.h"

#include <QToolButton>

using namespace Qt::StringLiterals;

// What a BrowsePage says of itself: how much is shown, what is not saved, its keys.

void BrowsePage::updateStatus()
{
    const int rows = m_model->rowCount();
    m_countButton->setVisible(m_counting ||
                              (m_counted && !m_count.exact && rows > 0 && !m_model->complete()));
    m_countButton->setText(m_counting ? tr("Stop &counting") : tr("&Count"));
    if (rows == 0) {
        setStatus(m_model->loading() ? tr("Loading…") : QString());
        return;
    }
    const QString range = m_model->offset() >= 0 ? u"%1 – %2"_s.arg(format::count(m_model->offset() + 1),
                                                                    format::count(m_model->offset() + rows))
                          : m_model->atEnd()     ? tr("last %1").arg(format::count(rows))
                                                 : tr("%1 rows").arg(format::count(rows));
    QString status = range;
    if (m_model->atEnd() && m_model->offset() >= 0)
        status = tr("%1 of %2").arg(range, format::count(m_model->offset() + rows));
    else if (m_counted)
        status =
            tr("%1 of %2")
                .arg(range, m_count.exact ? format::count(m_count.rows) : format::estimate(m_count.rows));
    if (!m_filters->filters().isEmpty())
        status = tr("%1, filtered").arg(status);
    setStatus(status);
}

QString BrowsePage::unsaved() const
{
    QStringList all;
    const auto add = [&](const QString &store, int cells) {
        if (cells > 0)
            all += cells == 1 ? tr("%1 in %2: 1 change is not saved.").arg(m_table.title, store)
                              : tr("%1 in %2: %3 changes are not saved.")
                                    .arg(m_table.title, store, format::count(cells));
    };
    add(m_ui.app.stores.current().storeId, m_model->edits().cells());
    for (auto it = m_aside.cbegin(); it != m_aside.cend(); ++it)
        add(it.key().section(u'|', -2, -2), it->cells()); // see load()
    return all.join(u' ');
}

QString BrowsePage::help() const
{
    return tr("The %1 of the chosen store. Rows are read as you scroll, Ctrl+End goes to the last ones. "
              "Click a "
              "heading to sort; headings without an index cannot be sorted by and say so. Right-click a "
              "heading "
              "to choose columns. Ctrl+F adds a filter, Ctrl+Shift+F one for the current value; a click on a "
              "filter switches it off. Go to shows the rows that belong to the selected one, Alt+Left goes "
              "back. "
              "Ctrl+C copies the selected rows, Ctrl+Shift+C the current value, Ctrl+E exports all. F2 "
              "changes a "
              "value where your login may; nothing is sent before Ctrl+S.")
        .arg(m_table.title.toLower());
}
