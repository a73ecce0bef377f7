-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What the dashboards of a DBA need beyond the catalogues: estimates from statistics that policies hide, and
-- a trace of what a DBA does to others' sessions and to the server's settings.

SET LOCAL ROLE retail_owner;

-- pg_stats hides tables with row level security from everybody but their owner; this gives sizes only, no
-- value. The size of a B-tree that was built anew: entries of 8 bytes, a null bitmap where there are nulls,
-- the columns' average widths, and 4 for the line pointer, in pages of which the fill factor is used; equal
-- keys share an entry (deduplication) and cost 6 bytes each. Upper levels are less than a hundredth and left
-- out. An index without statistics on a column of varying length is not in the answer.
CREATE FUNCTION retail.index_size_estimates() RETURNS TABLE (index_id oid, expected_bytes bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH known AS MATERIALIZED (
        SELECT schemaname, tablename, attname, null_frac, avg_width, n_distinct FROM pg_stats WHERE NOT inherited
    ), keys AS (
        SELECT i.indexrelid, i.indisunique, c.reltuples, k.ord <= i.indnkeyatts AS is_key,
               coalesce(substring(array_to_string(c.reloptions, ' ') FROM 'fillfactor=(\d+)')::int, 90) AS fill,
               coalesce(s.null_frac, 0) AS nulls,
               coalesce(s.avg_width, CASE WHEN a.attlen > 0 THEN a.attlen END) AS width,
               CASE WHEN s.n_distinct > 0 THEN s.n_distinct ELSE -coalesce(s.n_distinct, -1) * greatest(c.reltuples, 1) END AS different
          FROM pg_index i
          JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i' AND c.reltuples > 0
          JOIN pg_am m ON m.oid = c.relam AND m.amname = 'btree'
          JOIN pg_class t ON t.oid = i.indrelid
          JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
         CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, ord)
          JOIN pg_attribute a ON a.attrelid = CASE k.attnum WHEN 0 THEN i.indexrelid ELSE i.indrelid END
                             AND a.attnum = CASE k.attnum WHEN 0 THEN k.ord ELSE k.attnum END
          LEFT JOIN known s ON s.schemaname = n.nspname AND s.attname = a.attname
                           AND s.tablename = CASE k.attnum WHEN 0 THEN c.relname ELSE t.relname END
         WHERE i.indisvalid
    ), entries AS (
        SELECT indexrelid, indisunique, reltuples, fill,
               4 + 8 * ceil(((CASE WHEN max(nulls) > 0 THEN 16 ELSE 8 END) + sum((1 - nulls) * width)) / 8.0) AS bytes,
               least(reltuples, exp(sum(ln(greatest(different, 1))) FILTER (WHERE is_key))) AS different
          FROM keys
         GROUP BY indexrelid, indisunique, reltuples, fill
        HAVING bool_and(width IS NOT NULL)
    ), page AS (SELECT current_setting('block_size')::int AS size)
    SELECT e.indexrelid,
           (p.size * (1 + ceil(least(e.reltuples * e.bytes,
                                     CASE WHEN NOT e.indisunique THEN e.different * e.bytes + e.reltuples * 6 END)
                               / ((p.size - 40) * e.fill / 100.0))))::bigint
      FROM entries e CROSS JOIN page p
$$;
COMMENT ON FUNCTION retail.index_size_estimates() IS
'About how large each B-tree would be if it were built anew; sizes only, so DBAs may ask although policies hide the statistics from them.';

CREATE FUNCTION retail.login_stores() RETURNS TABLE (login name, store_id varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.rolname, min(a.store_id)
      FROM pg_roles r
      JOIN retail_sec.store_access a ON pg_has_role(r.oid, to_regrole(quote_ident(a.role_name)), 'USAGE')
     WHERE r.rolcanlogin AND NOT r.rolsuper AND NOT pg_has_role(r.oid, 'retail_owner', 'USAGE')
     GROUP BY r.rolname
    HAVING count(DISTINCT a.store_key) = 1 AND bool_and(a.store_id IS NOT NULL)
       AND min(a.store_id) IN (SELECT retail.visible_stores())
$$;
COMMENT ON FUNCTION retail.login_stores() IS
'Logins that may enter one store only, so that a session of theirs is known to be in it.';

-- Only named actions, and the login in the row is the caller's own.
CREATE FUNCTION retail.note_administration(action text, details jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF action IS NULL OR action NOT IN ('session_cancelled', 'session_terminated', 'setting_changed') THEN
        RAISE EXCEPTION 'No such action of administration: %', action USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF pg_column_size(details) > 8000 THEN
        RAISE EXCEPTION 'The details of an action of administration are too long' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    PERFORM retail_sec.audit_event('administration', action, NULL, NULL, details);
END
$$;
COMMENT ON FUNCTION retail.note_administration(text, jsonb) IS
'Notes in the audit log what a DBA did that no table shows: sessions cancelled and terminated, settings changed.';

-- With the caller's rights, because the server's own check is the right one. The text of the statement is not
-- noted: it may hold a customer's data. The start of the session is compared, since a number is given again; to a
-- millisecond, which is what clients keep of it.
CREATE FUNCTION retail.signal_session(process integer, started timestamptz, terminate boolean) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target pg_stat_activity;
BEGIN
    SELECT * INTO target FROM pg_stat_activity a
     WHERE a.pid = process AND a.pid <> pg_backend_pid()
       AND (a.backend_start BETWEEN started - interval '1 millisecond' AND started + interval '1 millisecond'
            OR a.backend_start IS NULL AND started IS NULL);
    IF NOT FOUND THEN
        RETURN FALSE;
    END IF;
    PERFORM retail.note_administration(
        CASE WHEN terminate THEN 'session_terminated' ELSE 'session_cancelled' END,
        jsonb_build_object('process', process, 'login', target.usename, 'database', target.datname,
                           'application', left(target.application_name, 100), 'client', target.client_addr,
                           'state', target.state, 'query_id', target.query_id::text,
                           'transaction_start', target.xact_start));
    RETURN CASE WHEN terminate THEN pg_terminate_backend(process) ELSE pg_cancel_backend(process) END;
END
$$;
COMMENT ON FUNCTION retail.signal_session(integer, timestamptz, boolean) IS
'Cancels the statement of a session, or ends the session, and notes it in the audit log; false when it is gone. With the rights of the caller.';

REVOKE ALL ON FUNCTION retail.index_size_estimates(), retail.login_stores(), retail.note_administration(text, jsonb),
    retail.signal_session(integer, timestamptz, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retail.index_size_estimates(), retail.login_stores(), retail.note_administration(text, jsonb),
    retail.signal_session(integer, timestamptz, boolean) TO retail_dba, retail_ops;

RESET ROLE;
