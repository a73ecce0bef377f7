-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Roles, schemas and extensions come first: everything that follows is owned by retail_owner and names
-- these roles in its grants and policies. Roles belong to the cluster, so a second database finds them.

-- A second database of the cluster finds what is there; that is no news.
SET LOCAL client_min_messages = warning;

DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['retail_owner', 'retail_app', 'retail_manager', 'retail_dba', 'retail_ops']
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        END IF;
    END LOOP;
    -- No password: it cannot log in until the database's owner sets one.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mcp_user') THEN
        CREATE ROLE mcp_user LOGIN;
    END IF;
END
$$;

-- Attributes are not inherited: ops staff use them through SET ROLE (pg_dump --role=retail_ops).
ALTER ROLE retail_ops BYPASSRLS CREATEDB;

GRANT retail_app TO mcp_user;
GRANT pg_monitor, pg_signal_backend TO retail_dba;
GRANT pg_monitor, pg_signal_backend, pg_read_all_data, retail_owner TO retail_ops;

COMMENT ON ROLE retail_owner IS 'Owns schema retail and everything in it. Nobody logs in as it; owners reach it by membership.';
COMMENT ON ROLE retail_app IS 'Applications: read and write the five store tables within the chosen store.';
COMMENT ON ROLE mcp_user IS 'The application login of the original design, authorised for every store. Has no password until its owner sets one.';
COMMENT ON ROLE retail_manager IS 'Store managers: read their stores, edit stock, prices, texts and contact data. Each has a login of its own and rows in store_access.';
COMMENT ON ROLE retail_dba IS 'Database administrators: statistics, plans and activity, never a row of a store.';
COMMENT ON ROLE retail_ops IS 'Operations: backup, restore, maintenance. BYPASSRLS and CREATEDB count after SET ROLE retail_ops only.';

CREATE SCHEMA IF NOT EXISTS retail;
ALTER SCHEMA retail OWNER TO retail_owner;
COMMENT ON SCHEMA retail IS
'Multi-tenant retail data, one tenant a store. A row is visible where its store is the chosen one (app.current_store_id) and the effective role has a right to that store (store_access). What each role can and cannot do: CONTRIBUTING.md.';

CREATE SCHEMA IF NOT EXISTS retail_sec;
ALTER SCHEMA retail_sec OWNER TO retail_owner;
REVOKE ALL ON SCHEMA retail_sec FROM PUBLIC;
COMMENT ON SCHEMA retail_sec IS
'What decides about access: store_access, the migration ledger, quarantined and redacted records. Nobody but the owner may look inside.';

-- A schema in which anybody can create is a way to take over SECURITY DEFINER functions.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- In public, where the original design has them and clients look for the type vector.
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pgcrypto SCHEMA public;
CREATE EXTENSION IF NOT EXISTS vector SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gin SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
DO $$
BEGIN
    -- The schema works without it; doctor says how to add it later.
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements') THEN
        CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA public;
    END IF;
    IF (SELECT string_to_array(extversion, '.')::int[] < '{0,8}' FROM pg_extension WHERE extname = 'vector') THEN
        RAISE EXCEPTION 'pgvector 0.8 or later is needed (halfvec, iterative index scans)'
            USING HINT = 'Install it and run ALTER EXTENSION vector UPDATE.';
    END IF;
END
$$;

-- A large object of an application login makes every later pg_dump by ops fail, and is storage nobody counts.
REVOKE EXECUTE ON FUNCTION pg_catalog.lo_creat(integer) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION pg_catalog.lo_create(oid) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION pg_catalog.lo_from_bytea(oid, bytea) FROM PUBLIC;

-- The migrator made these two to have somewhere to write its first line.
ALTER TABLE retail_sec.schema_migrations OWNER TO retail_owner;
REVOKE ALL ON retail_sec.schema_migrations FROM PUBLIC;
-- Adoption of a database of the original design may have made this one already.
ALTER TABLE IF EXISTS retail_sec.quarantine OWNER TO retail_owner;
COMMENT ON TABLE retail_sec.schema_migrations IS 'The migrations this database has had, in order.';
COMMENT ON COLUMN retail_sec.schema_migrations.version IS 'Number of the migration file.';
COMMENT ON COLUMN retail_sec.schema_migrations.name IS 'Name of the migration file without its number.';
COMMENT ON COLUMN retail_sec.schema_migrations.checksum IS 'SHA-256 of the file when it was applied; a changed file is refused.';
COMMENT ON COLUMN retail_sec.schema_migrations.applied_at IS 'When it was applied.';
COMMENT ON COLUMN retail_sec.schema_migrations.applied_by IS 'The login that applied it.';
COMMENT ON INDEX retail_sec.schema_migrations_pkey IS 'One line a migration.';

SET LOCAL ROLE retail_owner;

CREATE FUNCTION retail.schema_version() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN (SELECT max(version) FROM retail_sec.schema_migrations);
COMMENT ON FUNCTION retail.schema_version() IS 'Number of the newest migration applied; a program compares it to its own.';

CREATE TABLE IF NOT EXISTS retail_sec.quarantine (
    quarantine_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    table_name     text NOT NULL,
    record_key     text NOT NULL,
    rule           text NOT NULL,
    "row"          jsonb NOT NULL,
    quarantined_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE retail_sec.quarantine IS 'Rows of an adopted database that break a rule of this schema, whole, with the rows that depended on them.';
COMMENT ON COLUMN retail_sec.quarantine.quarantine_id IS 'Order of arrival.';
COMMENT ON COLUMN retail_sec.quarantine.table_name IS 'Table the row was in.';
COMMENT ON COLUMN retail_sec.quarantine.record_key IS 'Its primary key as text.';
COMMENT ON COLUMN retail_sec.quarantine.rule IS 'The rule it breaks, or the row it depended on.';
COMMENT ON COLUMN retail_sec.quarantine."row" IS 'The whole row.';
COMMENT ON COLUMN retail_sec.quarantine.quarantined_at IS 'When it was moved here.';
COMMENT ON INDEX retail_sec.quarantine_pkey IS 'Order of arrival.';

RESET ROLE;
