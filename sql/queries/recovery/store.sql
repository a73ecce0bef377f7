-- SPDX-License-Identifier: GPL-3.0-or-later
-- A store by its id or name.
--   $1 text  id or name
SELECT s.store_id, s.store_name
  FROM retail.stores s
 WHERE s.store_id = $1 OR s.store_name = $1
 ORDER BY s.store_id = $1 DESC
 LIMIT 1
