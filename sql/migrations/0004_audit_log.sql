-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The audit log, partitioned by month: old months leave by dropping a partition, a question about a week
-- reads one or two of them. A partitioned table's key must hold the partition column, hence
-- (log_id, created_at). Columns are the original design's.

SET LOCAL ROLE retail_owner;

CREATE TABLE retail.audit_log (
    log_id     uuid NOT NULL DEFAULT gen_random_uuid(),
    table_name varchar(100) NOT NULL,
    action     varchar(50) NOT NULL,
    user_name  varchar(100) NOT NULL DEFAULT session_user,
    store_id   varchar(50),
    record_id  uuid,
    old_values jsonb,
    new_values jsonb,
    metadata   jsonb,
    created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (log_id, created_at)
) PARTITION BY RANGE (created_at);
COMMENT ON TABLE retail.audit_log IS 'Who changed what, and who chose which store. Appended by triggers and functions only; UPDATE, DELETE and TRUNCATE are refused. See redact_audit() and drop_audit_before().';
COMMENT ON COLUMN retail.audit_log.log_id IS 'Identity of the entry.';
COMMENT ON COLUMN retail.audit_log.table_name IS 'Table that changed, or security_context, maintenance, audit_log for events.';
COMMENT ON COLUMN retail.audit_log.action IS 'INSERT, UPDATE, DELETE, store_context_set, automated_maintenance_completed, ...';
COMMENT ON COLUMN retail.audit_log.user_name IS 'The login (session_user); the effective role is in metadata.';
COMMENT ON COLUMN retail.audit_log.store_id IS 'Store of the row; NULL for what belongs to no store (owner and ops see these).';
COMMENT ON COLUMN retail.audit_log.record_id IS 'The row''s own uuid; where the key is no uuid it stands in metadata->''key''.';
COMMENT ON COLUMN retail.audit_log.old_values IS 'The whole row on DELETE, the changed columns on UPDATE. Never a vector.';
COMMENT ON COLUMN retail.audit_log.new_values IS 'The whole row on INSERT, the changed columns on UPDATE. Never a vector.';
COMMENT ON COLUMN retail.audit_log.metadata IS 'role (effective), client, application, transaction, and key or details of the event.';
COMMENT ON COLUMN retail.audit_log.created_at IS 'Start of the transaction; the partition column.';

CREATE INDEX idx_audit_log_created_at ON retail.audit_log (created_at, log_id);
CREATE INDEX idx_audit_log_store_id ON retail.audit_log (store_id, created_at, log_id);
CREATE INDEX idx_audit_log_table_name ON retail.audit_log (store_id, table_name, created_at, log_id);
CREATE INDEX idx_audit_log_action ON retail.audit_log (store_id, action, created_at, log_id);
CREATE INDEX idx_audit_log_user_name ON retail.audit_log (store_id, user_name, created_at, log_id);
CREATE INDEX idx_audit_log_record_id ON retail.audit_log (record_id, created_at) WHERE record_id IS NOT NULL;
COMMENT ON INDEX retail.audit_log_pkey IS 'Identity of an entry.';
COMMENT ON INDEX retail.idx_audit_log_created_at IS 'All stores by time (owner and ops).';
COMMENT ON INDEX retail.idx_audit_log_store_id IS 'A store''s log by time.';
COMMENT ON INDEX retail.idx_audit_log_table_name IS 'A store''s log of one table by time.';
COMMENT ON INDEX retail.idx_audit_log_action IS 'A store''s log of one action by time.';
COMMENT ON INDEX retail.idx_audit_log_user_name IS 'A store''s log of one login by time.';
COMMENT ON INDEX retail.idx_audit_log_record_id IS 'The history of one row.';

CREATE TABLE retail.audit_log_default PARTITION OF retail.audit_log DEFAULT;
COMMENT ON TABLE retail.audit_log_default IS 'Entries of a month that has no partition yet; ensure_audit_partitions() moves them.';

CREATE FUNCTION retail.audit_log_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- redact_audit() leaves its note in the same transaction before it touches an entry. What passes is exactly the
    -- change that the note tells of: this record, these columns, their values struck out and nothing else.
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - '{old_values,new_values}'::text[] = to_jsonb(OLD) - '{old_values,new_values}'::text[]
           AND EXISTS (SELECT FROM retail_sec.audit_redactions r
                        WHERE r.transaction_id = pg_current_xact_id_if_assigned() AND r.record_id = OLD.record_id
                          AND NEW.old_values IS NOT DISTINCT FROM retail_sec.redacted(OLD.old_values, r.redacted_columns)
                          AND NEW.new_values IS NOT DISTINCT FROM retail_sec.redacted(OLD.new_values, r.redacted_columns)) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'The audit log is append-only: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'Redaction: retail.redact_audit(). Retention: retail.drop_audit_before().';
END
$$;
COMMENT ON FUNCTION retail.audit_log_guard() IS 'Refuses UPDATE, DELETE and TRUNCATE of the audit log for everybody, its owner included.';

CREATE TABLE retail_sec.audit_redactions (
    redaction_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_id   xid8 NOT NULL DEFAULT pg_current_xact_id(),
    record_id        uuid NOT NULL,
    redacted_columns text[] NOT NULL,
    reason           text NOT NULL CHECK (reason <> ''),
    redacted_by      text NOT NULL DEFAULT session_user,
    redacted_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_audit_redactions_transaction ON retail_sec.audit_redactions (transaction_id);
COMMENT ON TABLE retail_sec.audit_redactions IS 'Which record''s values were removed from the audit log, by whom and why. Never what they were.';
COMMENT ON COLUMN retail_sec.audit_redactions.redaction_id IS 'Order of the redactions.';
COMMENT ON COLUMN retail_sec.audit_redactions.transaction_id IS 'The transaction in which the guard let the change pass.';
COMMENT ON COLUMN retail_sec.audit_redactions.record_id IS 'The record whose entries were redacted.';
COMMENT ON COLUMN retail_sec.audit_redactions.redacted_columns IS 'The columns whose values were replaced.';
COMMENT ON COLUMN retail_sec.audit_redactions.reason IS 'Why, in words.';
COMMENT ON COLUMN retail_sec.audit_redactions.redacted_by IS 'The login that did it.';
COMMENT ON COLUMN retail_sec.audit_redactions.redacted_at IS 'When.';
COMMENT ON INDEX retail_sec.audit_redactions_pkey IS 'Order of the redactions.';
COMMENT ON INDEX retail_sec.idx_audit_redactions_transaction IS 'The guard''s look-up.';

CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON retail.audit_log
    FOR EACH ROW EXECUTE FUNCTION retail.audit_log_guard();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON retail.audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION retail.audit_log_guard();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON retail.audit_log_default
    FOR EACH STATEMENT EXECUTE FUNCTION retail.audit_log_guard();
COMMENT ON TRIGGER audit_log_append_only ON retail.audit_log IS 'No entry is changed or removed.';
COMMENT ON TRIGGER audit_log_no_truncate ON retail.audit_log IS 'No entry is removed.';
COMMENT ON TRIGGER audit_log_no_truncate ON retail.audit_log_default IS 'No entry is removed; the parent''s trigger does not reach its partitions.';

-- Makes the months from AS_OF to MONTHS_AHEAD later, and those that entries wait for. Months are UTC's, whatever the session's zone.
CREATE FUNCTION retail.ensure_audit_partitions(
    months_ahead integer DEFAULT 12, as_of timestamptz DEFAULT now()
) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    first_month timestamptz := date_trunc('month', as_of);
    month_start timestamptz;
    month_end timestamptz;
    partition_name text;
    has_rows boolean;
    made integer := 0;
BEGIN
    IF months_ahead IS NULL OR months_ahead NOT BETWEEN 0 AND 120 THEN
        RAISE EXCEPTION 'months_ahead must be between 0 and 120' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Partitions without end would exhaust the locks of every query over the log.
    IF as_of IS NULL OR as_of NOT BETWEEN now() - interval '10 years' AND now() + interval '10 years' THEN
        RAISE EXCEPTION 'as_of must be within ten years of now' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- An array, because a table that a loop is reading cannot be detached.
    FOREACH month_start IN ARRAY (
        SELECT array_agg(m ORDER BY m)
          FROM (SELECT generate_series(first_month, first_month + make_interval(months => months_ahead), interval '1 month')
                UNION SELECT date_trunc('month', created_at) FROM retail.audit_log_default) w (m))
    LOOP
        month_end := month_start + interval '1 month';
        partition_name := 'audit_log_' || to_char(month_start, '"y"YYYY"m"MM');
        CONTINUE WHEN to_regclass('retail.' || partition_name) IS NOT NULL;
        EXECUTE format('CREATE TABLE retail.%I (LIKE retail.audit_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition_name);
        EXECUTE format('COMMENT ON TABLE retail.%I IS %L', partition_name,
                       'Audit entries of ' || to_char(month_start, 'YYYY-MM') || ' (UTC).');
        SELECT EXISTS (SELECT FROM retail.audit_log_default WHERE created_at >= month_start AND created_at < month_end)
          INTO has_rows;
        IF has_rows THEN
            -- A detached table has no guard, and the parent refuses a range that its default partition holds.
            ALTER TABLE retail.audit_log DETACH PARTITION retail.audit_log_default;
            EXECUTE format('WITH moved AS (DELETE FROM retail.audit_log_default WHERE created_at >= $1 AND created_at < $2 RETURNING *)
                            INSERT INTO retail.%I SELECT * FROM moved', partition_name) USING month_start, month_end;
        END IF;
        EXECUTE format('ALTER TABLE retail.audit_log ATTACH PARTITION retail.%I FOR VALUES FROM (%L) TO (%L)',
                       partition_name, month_start, month_end);
        IF has_rows THEN
            ALTER TABLE retail.audit_log ATTACH PARTITION retail.audit_log_default DEFAULT;
        END IF;
        EXECUTE format('CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON retail.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION retail.audit_log_guard()', partition_name);
        EXECUTE format('COMMENT ON TRIGGER audit_log_no_truncate ON retail.%I IS %L', partition_name, 'No entry is removed.');
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION retail.ensure_audit_partitions(integer, timestamptz) IS
'Makes the missing monthly partitions up to months_ahead after as_of, moves entries waiting in the default partition, returns how many were made.';

SELECT retail.ensure_audit_partitions();

RESET ROLE;
