-- SPDX-License-Identifier: GPL-3.0-or-later
-- What was written after a moment, by the audit log's account: a swap puts it aside.
--   $1 timestamptz  the moment
SELECT count(*) AS entries, max(created_at) AS newest
  FROM retail.audit_log
 WHERE created_at > $1::timestamptz
