-- SPDX-License-Identifier: GPL-3.0-or-later
-- Is this still the server and database we were on? Asked after each reconnect.
SELECT c.system_identifier, d.oid::bigint AS database_oid
  FROM pg_control_system() c, pg_database d
 WHERE d.datname = current_database()
