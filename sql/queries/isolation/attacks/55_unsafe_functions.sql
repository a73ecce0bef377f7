-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Call a function of the owner that follows the caller’s search_path
-- store: none
-- passes: no row
-- $1: role
SELECT p.proname
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname IN ('retail', 'public') AND p.prosecdef AND has_function_privilege($1::name, p.oid, 'EXECUTE')
   AND NOT EXISTS (SELECT FROM unnest(p.proconfig) setting WHERE setting LIKE 'search_path=%')
