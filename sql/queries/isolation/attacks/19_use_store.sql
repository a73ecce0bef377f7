-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Choose another store for one transaction (use_store)
-- store: own
-- passes: refused
-- $1: other store
SELECT retail.use_store($1)
