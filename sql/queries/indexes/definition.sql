-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 indexes (array of oid). Their definitions as CREATE INDEX.
SELECT i.indexrelid::bigint AS index_id, pg_get_indexdef(i.indexrelid) AS definition
  FROM pg_index i
 WHERE i.indexrelid = ANY ($1::oid[])
