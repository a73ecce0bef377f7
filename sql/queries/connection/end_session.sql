-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 process. Ends a session that this program left behind, and no other: the number may belong to somebody else
-- by now, and behind a pooler it is the pooler's.
SELECT pg_terminate_backend(pid)
  FROM pg_stat_activity
 WHERE pid = $1
   AND pid <> pg_backend_pid()
   AND datname = current_database()
   AND usename = session_user
   AND application_name LIKE 'retail-admin%'
