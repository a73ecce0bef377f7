-- SPDX-License-Identifier: GPL-3.0-or-later
-- The databases of the server, with what a swap would end and carry over.
--   $1 text  the only one to tell of, or empty for all
SELECT d.datname::text AS name,
       d.oid::bigint AS oid,
       pg_encoding_to_char(d.encoding)::text AS encoding,
       d.datcollate::text AS collate,
       d.datctype::text AS ctype,
       pg_get_userbyid(d.datdba)::text AS owner,
       coalesce(d.datacl::text, '') AS acl,
       d.datallowconn AS allows_connections,
       coalesce(shobj_description(d.oid, 'pg_database'), '') AS comment,
       pg_database_size(d.oid) AS bytes,
       (SELECT count(*) FROM pg_stat_activity a WHERE a.datid = d.oid AND a.pid <> pg_backend_pid()) AS sessions,
       pg_has_role('retail_ops', d.datdba, 'USAGE') AS ours
  FROM pg_database d
 WHERE NOT d.datistemplate AND ($1 = '' OR d.datname = $1)
 ORDER BY 1
