-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store. Checks and audits the choice; the setting it leaves is reset in the same transaction.
SELECT retail.set_store_context($1)
