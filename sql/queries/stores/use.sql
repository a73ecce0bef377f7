-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store. Checks the choice without an audit row, where nothing can be written.
SELECT retail.use_store($1)
