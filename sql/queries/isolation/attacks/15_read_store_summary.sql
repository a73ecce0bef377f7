-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Read another store’s counts and sales
-- store: own, other
-- passes: no row
-- $1: other store
-- $2: role
-- A DBA is shown the names and counts of all stores by design.
SELECT FROM retail.store_summary() WHERE store_id = $1
   AND NOT pg_has_role($2::name, 'retail_dba', 'MEMBER')
