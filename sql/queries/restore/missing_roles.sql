-- SPDX-License-Identifier: GPL-3.0-or-later
-- Those of some roles that the server does not have.
--   $1 text[]  names
SELECT n.name FROM unnest($1::text[]) n (name)
 WHERE NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = n.name)
 ORDER BY 1
