-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 table. The columns that the effective role may update.
SELECT attname
  FROM pg_catalog.pg_attribute
 WHERE attrelid = to_regclass('retail.' || quote_ident($1)) AND attnum > 0 AND NOT attisdropped
   AND has_column_privilege(attrelid, attnum, 'UPDATE')
 ORDER BY attnum
