-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Who may enter which store, decided in the database for the effective role: the role of SET ROLE if one
-- is set, else the login. Inside a SECURITY DEFINER function current_user is the owner for every caller
-- and session_user does not follow SET ROLE; the setting "role" does both right.

SET LOCAL ROLE retail_owner;

CREATE TABLE retail_sec.store_access (
    role_name  name NOT NULL,
    store_id   varchar(50) REFERENCES retail.stores (store_id),
    granted_by text NOT NULL DEFAULT session_user,
    granted_at timestamptz NOT NULL DEFAULT now(),
    -- An "all stores" row is found by the same equality as a named one: no OR, so no bitmap to build.
    store_key  varchar(50) GENERATED ALWAYS AS (coalesce(store_id, '')) STORED,
    PRIMARY KEY (store_key, role_name),
    -- DBAs see plans under the policies and never a row.
    CONSTRAINT never_a_dba CHECK (role_name <> 'retail_dba')
);
CREATE INDEX idx_store_access_store_id ON retail_sec.store_access (store_id);
COMMENT ON TABLE retail_sec.store_access IS 'Which role may enter which store. Change it through retail.grant_store_access() and retail.revoke_store_access().';
COMMENT ON COLUMN retail_sec.store_access.role_name IS 'A login or a group; its members inherit the right.';
COMMENT ON COLUMN retail_sec.store_access.store_id IS 'The store; NULL means every store, present and future.';
COMMENT ON COLUMN retail_sec.store_access.granted_by IS 'The login that granted it.';
COMMENT ON COLUMN retail_sec.store_access.granted_at IS 'When it was granted.';
COMMENT ON COLUMN retail_sec.store_access.store_key IS 'The store, empty for every store.';
COMMENT ON INDEX retail_sec.store_access_pkey IS 'A right is granted once; the check of every statement.';
COMMENT ON INDEX retail_sec.idx_store_access_store_id IS 'The check of the reference to stores.';
COMMENT ON CONSTRAINT never_a_dba ON retail_sec.store_access IS 'DBAs see plans, never a row of a store.';

-- An application that authorises its own users: the boundary between its stores is the application's.
INSERT INTO retail_sec.store_access (role_name, store_id) VALUES ('mcp_user', NULL);

CREATE FUNCTION retail.effective_role() RETURNS name
LANGUAGE sql STABLE PARALLEL RESTRICTED
RETURN CASE WHEN pg_catalog.current_setting('role') = 'none' THEN session_user
            ELSE pg_catalog.current_setting('role')::name END;
COMMENT ON FUNCTION retail.effective_role() IS 'The role of SET ROLE if one is set, else the login; the same inside SECURITY DEFINER functions.';

-- Runs in every store-scoped statement, so it is written for speed: one query of two look-ups by key.
-- Preparing a bitmap would cost more than both.
-- to_regrole() is NULL for a role that was dropped, where pg_has_role() by name would fail for everybody.
CREATE FUNCTION retail.current_store_id() RETURNS varchar(50)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_bitmapscan = off
AS $$
DECLARE
    chosen varchar := current_setting('app.current_store_id', true);
    who name := current_setting('role');
BEGIN
    -- RESET leaves an empty setting, not an absent one.
    IF chosen IS NULL OR chosen = '' THEN
        RETURN NULL;
    END IF;
    IF who = 'none' THEN
        who := session_user;
    END IF;
    PERFORM FROM retail.stores s JOIN retail_sec.store_access a ON a.store_key = ANY (ARRAY[chosen, ''])
      WHERE s.store_id = chosen AND s.is_active AND pg_has_role(who, to_regrole(quote_ident(a.role_name)), 'USAGE')
      LIMIT 1;
    -- A DBA enters no store, whatever else it was made a member of.
    IF FOUND AND NOT pg_has_role(who, 'retail_dba', 'MEMBER') THEN
        RETURN chosen;
    END IF;
    -- Owner, ops and superusers need no row.
    IF pg_has_role(who, 'retail_owner', 'USAGE') THEN
        RETURN (SELECT s.store_id FROM retail.stores s WHERE s.store_id = chosen AND s.is_active);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION retail.current_store_id() IS
'The chosen store (app.current_store_id) if it is active and the effective role may enter it, otherwise NULL: then no row is visible.';

CREATE FUNCTION retail.visible_stores() RETURNS SETOF varchar
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.store_id
      FROM retail.stores s
     WHERE pg_has_role(retail.effective_role(), 'retail_owner', 'USAGE')
        OR pg_has_role(retail.effective_role(), 'retail_dba', 'USAGE')
        OR EXISTS (SELECT FROM retail_sec.store_access a
                    WHERE (a.store_id = s.store_id OR a.store_id IS NULL)
                      AND pg_has_role(retail.effective_role(), to_regrole(quote_ident(a.role_name)), 'USAGE'))
$$;
COMMENT ON FUNCTION retail.visible_stores() IS
'The stores whose name and place the effective role may see, active or not: those of its store_access, all of them for owner, ops and DBA.';

-- Called once the setting is made, so that choosing a store and reading it ask the same question; an error
-- takes the setting back. One text for unknown, inactive and foreign: the answer does not tell them apart.
CREATE FUNCTION retail_sec.check_choice(store varchar) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF retail.current_store_id() IS NULL THEN
        -- An audit row would vanish with the caller's ROLLBACK; the server's log does not.
        RAISE LOG 'store context refused: store % for login % as role % from %',
            quote_nullable(left(store, 50)), session_user, current_setting('role'), coalesce(inet_client_addr()::text, 'local');
        RAISE EXCEPTION 'Invalid or inactive store: %', store USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;
COMMENT ON FUNCTION retail_sec.check_choice(varchar) IS 'Refuses a store that is unknown, inactive or not the effective role''s, with one and the same error, and notes the refusal in the server log.';

CREATE FUNCTION retail_sec.audit_metadata() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN jsonb_build_object('role', retail.effective_role(), 'client', inet_client_addr(),
                          'application', current_setting('application_name'), 'transaction', pg_current_xact_id()::text);
COMMENT ON FUNCTION retail_sec.audit_metadata() IS 'What every audit entry says about its origin.';

CREATE FUNCTION retail_sec.audit_event(
    event_table text, event_action text, event_store varchar, event_record uuid, details jsonb
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO retail.audit_log (table_name, action, user_name, store_id, record_id, metadata)
    VALUES (event_table, event_action, session_user, event_store, event_record,
            retail_sec.audit_metadata() || jsonb_build_object('timestamp', now()) || coalesce(details, '{}'))
$$;
COMMENT ON FUNCTION retail_sec.audit_event(text, text, varchar, uuid, jsonb) IS 'Appends an event, not a row change, to the audit log.';

CREATE FUNCTION retail.set_store_context(store_id_param varchar) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM set_config('app.current_store_id', store_id_param, false);
    PERFORM retail_sec.check_choice(store_id_param);
    PERFORM retail_sec.audit_event('security_context', 'store_context_set', store_id_param, NULL, NULL);
END
$$;
COMMENT ON FUNCTION retail.set_store_context(varchar) IS
'Chooses the store for the session, audited. Behind a pooler or in a shared session use use_store(): this setting stays until RESET or the session''s end.';

CREATE FUNCTION retail.use_store(store_id_param varchar) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- SET LOCAL rather than set_config(): a distributed engine forwards only the statement to its nodes.
    EXECUTE format('SET LOCAL app.current_store_id = %L', coalesce(store_id_param, ''));
    PERFORM retail_sec.check_choice(store_id_param);
END
$$;
COMMENT ON FUNCTION retail.use_store(varchar) IS
'Chooses the store until the end of the transaction, not audited; works in read-only transactions and on standbys.';

CREATE FUNCTION retail.grant_store_access(role_name name, store_id varchar DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    IF to_regrole(quote_ident(grant_store_access.role_name)) IS NULL THEN
        RAISE EXCEPTION 'Role % does not exist', quote_nullable(grant_store_access.role_name) USING ERRCODE = 'undefined_object';
    END IF;
    IF pg_has_role(grant_store_access.role_name, 'retail_dba', 'MEMBER')
       AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = grant_store_access.role_name) THEN
        RAISE EXCEPTION 'Role % is a DBA: DBAs enter no store', quote_ident(grant_store_access.role_name)
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO retail_sec.store_access (role_name, store_id)
    VALUES (grant_store_access.role_name, grant_store_access.store_id)
    ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION retail.grant_store_access(name, varchar) IS
'Lets a login or group enter a store (NULL: every store, present and future). Audited. For the owner.';

CREATE FUNCTION retail.revoke_store_access(role_name name, store_id varchar DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    DELETE FROM retail_sec.store_access a
     WHERE a.role_name = revoke_store_access.role_name
       AND a.store_id IS NOT DISTINCT FROM revoke_store_access.store_id;
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION retail.revoke_store_access(name, varchar) IS
'Takes a right away, from the next statement on, in open sessions too; says whether there was one. Audited. For the owner.';

CREATE FUNCTION retail.list_store_access() RETURNS TABLE (role_name name, store_id varchar, granted_by text, granted_at timestamptz, role_exists boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.role_name, a.store_id, a.granted_by, a.granted_at, to_regrole(quote_ident(a.role_name)) IS NOT NULL
      FROM retail_sec.store_access a
     ORDER BY a.role_name, a.store_id
$$;
COMMENT ON FUNCTION retail.list_store_access() IS 'Who may enter which store; a role that no longer exists is marked. For the owner.';

RESET ROLE;
