-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Choose another store (set_store_context)
-- store: own
-- passes: refused
-- $1: other store
SELECT retail.set_store_context($1)
