-- SPDX-License-Identifier: GPL-3.0-or-later
-- How long each task took the last time it was done, and on how many bytes; for owner and ops, whom the audit
-- log shows entries of no store. No parameters.
SELECT DISTINCT ON (t.task ->> 'id')
       t.task ->> 'id' AS id, (t.task ->> 'ms')::bigint AS ms, (t.task ->> 'bytes_before')::bigint AS bytes,
       (t.task ->> 'outdated')::bigint AS outdated, a.created_at
  FROM retail.audit_log a
 CROSS JOIN LATERAL jsonb_array_elements(a.metadata -> 'tasks') t (task)
 WHERE a.store_id IS NULL AND a.action IN ('automated_maintenance_completed', 'maintenance_incomplete')
   AND a.table_name = 'maintenance' AND jsonb_typeof(a.metadata -> 'tasks') = 'array'
   AND a.created_at > now() - interval '400 days' AND t.task ->> 'state' = 'done'
 ORDER BY t.task ->> 'id', a.created_at DESC
