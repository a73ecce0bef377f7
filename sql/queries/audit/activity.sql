-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store, $2 unit of date_trunc, $3 time zone. The service puts its conditions before the grouping.
SELECT date_trunc($2::text, created_at AT TIME ZONE $3::text) AS period, action, count(*) AS entries
  FROM retail.audit_log
 WHERE store_id = $1
 GROUP BY 1, 2
 ORDER BY 1, 2
