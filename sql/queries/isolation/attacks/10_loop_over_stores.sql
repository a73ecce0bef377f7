-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Go through all stores in one statement
-- store: none
-- passes: no row
-- $1: own store
-- $2: other store
SELECT
  FROM unnest(ARRAY[$1, $2]) store,
       LATERAL (SELECT set_config('app.current_store_id', store, true) AS chosen) setting,
       LATERAL (SELECT count(*) AS seen FROM retail.customers c WHERE c.store_id = setting.chosen) found
 WHERE store <> $1 AND found.seen > 0
