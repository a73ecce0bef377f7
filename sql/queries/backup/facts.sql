-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the database is, beside its tables: for the manifest. By to_jsonb, because the name of the ICU column
-- changed in PostgreSQL 17.
SELECT d.datname::text AS database,
       d.oid::bigint AS database_oid,
       pg_encoding_to_char(d.encoding)::text AS encoding,
       d.datcollate::text AS collate,
       d.datctype::text AS ctype,
       to_jsonb(d) ->> 'datlocprovider' AS locale_provider,
       coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', '') AS locale,
       pg_get_userbyid(d.datdba)::text AS owner,
       coalesce(d.datacl::text, '') AS acl,
       coalesce(shobj_description(d.oid, 'pg_database'), '') AS comment,
       pg_database_size(d.oid) AS bytes,
       current_setting('server_version') AS server_version,
       current_setting('server_version_num')::int AS server_version_num,
       (SELECT c.system_identifier::text FROM pg_control_system() c) AS system_identifier,
       pg_is_in_recovery() AS standby,
       pg_backend_pid() AS backend
  FROM pg_database d
 WHERE d.datname = current_database()
