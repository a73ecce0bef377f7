-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Take the right to another store
-- store: own
-- passes: refused
-- $1: other store
-- $2: role
SELECT retail.grant_store_access($2, $1)
