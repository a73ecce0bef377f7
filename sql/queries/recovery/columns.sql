-- SPDX-License-Identifier: GPL-3.0-or-later
-- The columns of a table that are the clients' own: what triggers and defaults of the database compute is not
-- brought back, it follows.
--   $1 text  table of the schema retail
SELECT a.attname::text AS name,
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey)) AS key
  FROM pg_attribute a
 WHERE a.attrelid = to_regclass('retail.' || quote_ident($1)) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
   AND a.attname NOT IN ('updated_at', 'total_lifetime_value')
 ORDER BY a.attnum
