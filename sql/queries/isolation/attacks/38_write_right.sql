-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Write the right to another store into its table
-- store: own
-- passes: refused
-- $1: other store
-- $2: role
INSERT INTO retail_sec.store_access (role_name, store_id) VALUES ($2, $1)
