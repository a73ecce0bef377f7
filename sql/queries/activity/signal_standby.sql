-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 process, $2 its start (NULL where it is not told), $3 whether the session ends. For a standby, which can
-- note nothing in the audit log. No row when the session is gone.
SELECT CASE WHEN $3::boolean THEN pg_terminate_backend(a.pid) ELSE pg_cancel_backend(a.pid) END
  FROM pg_stat_activity a
 WHERE a.pid = $1::integer AND a.pid <> pg_backend_pid()
   AND (a.backend_start BETWEEN $2::timestamptz - interval '1 millisecond' AND $2::timestamptz + interval '1 millisecond'
        OR a.backend_start IS NULL AND $2::timestamptz IS NULL)
