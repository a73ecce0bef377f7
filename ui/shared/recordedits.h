// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/services/browseservice.h"

#include <QHash>
#include <QMap>

/// Changes of a grid that are not saved yet, and those that were since its rows were read: the rows
/// themselves stay as they came. Each change can be undone until it is saved.
class RecordEdits final
{
public:
    using Value = std::optional<QString>; ///< as the database writes it; nullopt is NULL

    /// `read` is what the rows hold. Setting a value back to what it was is no change.
    void set(const QString &key, const QByteArray &column, const Value &read, const Value &value);
    /// Takes the newest step back; false when there is none.
    bool undo();
    void discard();

    bool isEmpty() const { return m_pending.isEmpty(); }
    int rows() const { return static_cast<int>(m_pending.size()); }
    int cells() const;
    bool pending(const QString &key, const QByteArray &column) const;
    /// What is to be shown instead of the value that was read, if anything.
    const Value *instead(const QString &key, const QByteArray &column) const;
    QList<RowEdit> toSave() const;

    /// The server took these: what the rows hold now. A cell that was changed again meanwhile stays pending.
    void saved(const QList<RowEdit> &sent);
    /// Theirs is what the row holds: `mine` is kept as a change of it, or given up.
    void resolve(const EditConflict &conflict, bool keepMine);
    /// The rows were read anew.
    void forgetSaved() { m_saved.clear(); }

private:
    struct Step
    {
        QString key;
        QByteArray column;
        std::optional<CellEdit> before; ///< none: there was no change yet
    };

    void put(const QString &key, const QByteArray &column, const std::optional<CellEdit> &edit);

    QMap<QString, QMap<QByteArray, CellEdit>> m_pending;
    QHash<QString, QHash<QByteArray, Value>> m_saved;
    QList<Step> m_steps;
};
