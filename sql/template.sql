-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The database from which restores start, so that ops staff need no superuser: vector and
-- pg_stat_statements are not trusted extensions. The migrator runs this file as superuser inside
-- retail_template, after it has done, outside of any transaction:
--
--   CREATE DATABASE retail_template OWNER retail_owner TEMPLATE template0
--       ENCODING <of the retail database> LC_COLLATE <its> LC_CTYPE <its>;
--   REVOKE ALL ON DATABASE retail_template FROM PUBLIC;
--   ALTER DATABASE retail_template WITH IS_TEMPLATE true;
--
-- and repeats it on every migrate: a new server version brings new extension versions.

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION pg_catalog.lo_creat(integer) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION pg_catalog.lo_create(oid) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION pg_catalog.lo_from_bytea(oid, bytea) FROM PUBLIC;

DO $$
DECLARE
    extension text;
BEGIN
    FOREACH extension IN ARRAY ARRAY['uuid-ossp', 'pgcrypto', 'vector', 'btree_gin', 'pg_trgm', 'pg_stat_statements']
    LOOP
        IF EXISTS (SELECT FROM pg_available_extensions WHERE name = extension) THEN
            EXECUTE format('CREATE EXTENSION IF NOT EXISTS %I SCHEMA public', extension);
            EXECUTE format('ALTER EXTENSION %I UPDATE', extension);
        ELSIF extension <> 'pg_stat_statements' THEN
            RAISE EXCEPTION 'Extension % is not installed on this server', extension;
        END IF;
    END LOOP;
END
$$;

-- What migration 0014 grants: grants on functions of extensions are no part of what is restored.
DO $$
DECLARE
    routine regprocedure;
BEGIN
    FOR routine IN SELECT p.oid FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e'
                     JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'pg_stat_statements'
                    WHERE p.proname = 'pg_stat_statements_reset'
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO retail_owner', routine);
    END LOOP;
END
$$;
