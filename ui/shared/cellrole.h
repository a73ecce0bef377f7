// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <qnamespace.h>

/// What the models of this program tell beyond Qt's roles, so that a view needs to know no model.
namespace cell {

enum Role {
    Raw = Qt::UserRole + 1, ///< the value itself: what is sorted by and copied into a filter
    ToneRole,               ///< a Tone
    Sortable,               ///< header only: whether a click may sort
    Icon,                   ///< the name of an icon before the text
    StoreMark,              ///< a store's id: its colour before the text
    Key,                    ///< the primary key of the row
    Choices,                ///< the only values that an editor offers, if they are few
};

/// Meaning of a text, which the theme turns into a colour. Never the only sign of that meaning.
enum class Tone { Normal, Muted, Good, Warning, Bad, Accent };

} // namespace cell
