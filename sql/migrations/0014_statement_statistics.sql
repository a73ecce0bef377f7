-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Starting statement statistics anew, by DBAs, for this database alone, and audited. The extension itself
-- remembers only a reset of everything, so what we reset is noted: a figure has to say since when it counts.

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

SET LOCAL ROLE retail_owner;

CREATE TABLE retail_sec.statement_resets (
    query_id bigint PRIMARY KEY,
    reset_at timestamptz NOT NULL DEFAULT now(),
    reset_by name NOT NULL DEFAULT session_user,
    system_identifier bigint NOT NULL
);
COMMENT ON TABLE retail_sec.statement_resets IS 'When statement statistics of this database were last started anew.';
COMMENT ON COLUMN retail_sec.statement_resets.query_id IS 'Statement of pg_stat_statements; 0 for all of this database.';
COMMENT ON COLUMN retail_sec.statement_resets.reset_at IS 'When.';
COMMENT ON COLUMN retail_sec.statement_resets.reset_by IS 'The login that asked for it.';
COMMENT ON COLUMN retail_sec.statement_resets.system_identifier IS 'The server: a restored copy has other statistics.';
COMMENT ON INDEX retail_sec.statement_resets_pkey IS 'One row a statement.';

CREATE FUNCTION retail.reset_statement_statistics(query_id bigint DEFAULT 0) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    home name := (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                   WHERE e.extname = 'pg_stat_statements');
BEGIN
    IF home IS NULL THEN
        RAISE EXCEPTION 'There are no statement statistics: the extension pg_stat_statements is not installed'
            USING ERRCODE = 'undefined_object', HINT = 'CREATE EXTENSION pg_stat_statements;';
    END IF;
    EXECUTE format('SELECT %I.pg_stat_statements_reset(0, d.oid, $1) FROM pg_database d WHERE d.datname = current_database()', home)
      USING coalesce(query_id, 0);
    DELETE FROM retail_sec.statement_resets r WHERE coalesce(query_id, 0) IN (0, r.query_id);
    INSERT INTO retail_sec.statement_resets (query_id, system_identifier)
    SELECT coalesce(query_id, 0), c.system_identifier FROM pg_control_system() c;
    PERFORM retail_sec.audit_event('statement_statistics', 'statement_statistics_reset', NULL, NULL,
                                   jsonb_build_object('query_id', nullif(query_id, 0)::text));
    RETURN now();
END
$$;
COMMENT ON FUNCTION retail.reset_statement_statistics(bigint) IS
'Starts the statistics of one statement of this database anew, or of all for 0; audited. For DBAs and ops.';

CREATE FUNCTION retail.statement_resets() RETURNS TABLE (query_id bigint, reset_at timestamptz, reset_by name)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.query_id, r.reset_at, r.reset_by
      FROM retail_sec.statement_resets r, pg_control_system() c
     WHERE r.system_identifier = c.system_identifier
$$;
COMMENT ON FUNCTION retail.statement_resets() IS
'When statement statistics of this database were started anew on this server, and by whom; query_id 0 stands for all. For DBAs and ops.';

REVOKE ALL ON FUNCTION retail.reset_statement_statistics(bigint), retail.statement_resets() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retail.reset_statement_statistics(bigint), retail.statement_resets() TO retail_dba, retail_ops;

RESET ROLE;
