-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Read another store’s name and place
-- store: own, other
-- passes: no row
-- $1: other store
-- $2: role
-- A DBA is shown the names and counts of all stores by design.
SELECT FROM retail.stores WHERE store_id = $1
   AND NOT pg_has_role($2::name, 'retail_dba', 'MEMBER')
