-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store. The service appends its conditions, the sort and the limit.
SELECT log_id, created_at, table_name, action, user_name, record_id, old_values, new_values, metadata
  FROM retail.audit_log
 WHERE store_id = $1
