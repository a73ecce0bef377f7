-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Change what it owns (judged by membership of the owner)
-- store: none
-- passes: no row
-- $1: role
SELECT c.relname
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname IN ('retail', 'retail_sec') AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
   AND pg_has_role($1::name, c.relowner, 'MEMBER')
