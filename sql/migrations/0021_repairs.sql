-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- A date of birth that is possible in one time zone only blocked later sales of the customer and restores; a
-- lifetime value beyond its column refused the sale; a customer who moved with the sales to another store
-- counted them twice; details of an audit entry could replace its origin; an erasure left what had been set
-- aside at adoption.

SET LOCAL ROLE retail_owner;

-- Not CURRENT_DATE: a constraint is checked again with every change of the row, and in every restore.
ALTER TABLE retail.customers DROP CONSTRAINT possible_date_of_birth,
    ADD CONSTRAINT possible_date_of_birth CHECK (date_of_birth >= DATE '1850-01-01' AND isfinite(date_of_birth)),
    ALTER total_lifetime_value TYPE numeric(14,2);
COMMENT ON CONSTRAINT possible_date_of_birth ON retail.customers IS 'Nobody was born before 1850, nor at no time; that nobody was born tomorrow keep_customer() sees to.';

CREATE OR REPLACE FUNCTION retail.keep_customer() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Somewhere it is tomorrow already.
    IF NEW.date_of_birth > (now() AT TIME ZONE 'UTC')::date + 1
       AND (TG_OP = 'INSERT' OR NEW.date_of_birth IS DISTINCT FROM OLD.date_of_birth) THEN
        RAISE EXCEPTION 'The date of birth % is in the future', NEW.date_of_birth
            USING ERRCODE = 'check_violation', TABLE = 'customers', COLUMN = 'date_of_birth', CONSTRAINT = 'possible_date_of_birth';
    END IF;
    IF TG_OP = 'INSERT' THEN
        NEW.total_lifetime_value := 0;
        RETURN NEW;
    END IF;
    IF current_user = 'retail_owner' AND NEW.total_lifetime_value IS DISTINCT FROM OLD.total_lifetime_value THEN
        RETURN NEW;
    END IF;
    NEW.total_lifetime_value := OLD.total_lifetime_value;
    NEW.updated_at := now();
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION retail.keep_customer() IS 'Keeps updated_at, total_lifetime_value out of clients'' hands, and dates of birth out of the future.';

CREATE OR REPLACE FUNCTION retail.maintain_lifetime_value() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE retail.customers c
           SET total_lifetime_value = coalesce(c.total_lifetime_value, 0) + d.amount
          FROM (SELECT n.store_id, n.customer_id,
                       sum(CASE n.transaction_type WHEN 'return' THEN -n.total_amount ELSE n.total_amount END) AS amount
                  FROM new_rows n
                 WHERE n.customer_id IS NOT NULL
                 GROUP BY n.store_id, n.customer_id) d
         WHERE c.store_id = d.store_id AND c.customer_id = d.customer_id AND d.amount <> 0;
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE retail.customers c
           SET total_lifetime_value = coalesce(c.total_lifetime_value, 0) - d.amount
          FROM (SELECT o.store_id, o.customer_id,
                       sum(CASE o.transaction_type WHEN 'return' THEN -o.total_amount ELSE o.total_amount END) AS amount
                  FROM old_rows o
                 WHERE o.customer_id IS NOT NULL
                 GROUP BY o.store_id, o.customer_id) d
         WHERE c.store_id = d.store_id AND c.customer_id = d.customer_id AND d.amount <> 0;
    ELSE
        -- By the customer alone: one statement may move the customer and the sales to another store.
        UPDATE retail.customers c
           SET total_lifetime_value = coalesce(c.total_lifetime_value, 0) + d.amount
          FROM (SELECT x.customer_id, sum(x.amount) AS amount
                  FROM (SELECT n.customer_id,
                               CASE n.transaction_type WHEN 'return' THEN -n.total_amount ELSE n.total_amount END AS amount
                          FROM new_rows n
                        UNION ALL
                        SELECT o.customer_id,
                               CASE o.transaction_type WHEN 'return' THEN o.total_amount ELSE -o.total_amount END
                          FROM old_rows o) x
                 WHERE x.customer_id IS NOT NULL
                 GROUP BY x.customer_id) d
         WHERE c.customer_id = d.customer_id AND d.amount <> 0;
    END IF;
    RETURN NULL;
END
$$;

-- The origin last: where both name it, what the server knows holds.
CREATE OR REPLACE FUNCTION retail_sec.audit_event(
    event_table text, event_action text, event_store varchar, event_record uuid, details jsonb
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO retail.audit_log (table_name, action, user_name, store_id, record_id, metadata)
    VALUES (event_table, event_action, session_user, event_store, event_record,
            coalesce(details, '{}') || retail_sec.audit_metadata() || jsonb_build_object('timestamp', now()))
$$;

CREATE OR REPLACE FUNCTION retail.note_administration(action text, details jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF action IS NULL OR action NOT IN ('session_cancelled', 'session_terminated', 'setting_changed') THEN
        RAISE EXCEPTION 'No such action of administration: %', action USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF jsonb_typeof(details) <> 'object' THEN
        RAISE EXCEPTION 'The details of an action of administration are an object' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- As text: a column's size is told after its compression.
    IF octet_length(details::text) > 8000 THEN
        RAISE EXCEPTION 'The details of an action of administration are too long' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    PERFORM retail_sec.audit_event('administration', action, NULL, NULL, details);
END
$$;

CREATE OR REPLACE FUNCTION retail_sec.erase(ids uuid[], why text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_person CONSTANT text[] := ARRAY['first_name', 'last_name', 'email', 'phone', 'date_of_birth', 'gender', 'customer_since',
                                       'loyalty_tier', 'total_lifetime_value', 'created_at', 'updated_at'];
    of_sale CONSTANT text[] := ARRAY['customer_id', 'notes', 'metadata'];
    names CONSTANT text[] := (SELECT array_agg(i::text) FROM unnest(ids) i);
    record uuid;
    people bigint;
    sales bigint;
    entries bigint := 0;
BEGIN
    IF coalesce(cardinality(ids), 0) = 0 OR coalesce(why, '') = '' THEN
        RAISE EXCEPTION 'An erasure needs a customer and a reason' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO retail_sec.erased_customers (customer_id, reason) SELECT DISTINCT i, why FROM unnest(ids) i ON CONFLICT DO NOTHING;

    UPDATE retail.sales_transactions t SET customer_id = NULL, notes = NULL, metadata = NULL
      FROM retail.customers c
     WHERE c.customer_id = ANY (ids) AND t.store_id = c.store_id AND t.customer_id = c.customer_id;
    GET DIAGNOSTICS sales = ROW_COUNT;
    DELETE FROM retail.customers c WHERE c.customer_id = ANY (ids);
    GET DIAGNOSTICS people = ROW_COUNT;
    DELETE FROM retail_sec.quarantine q WHERE q.record_key = ANY (names) AND q.table_name LIKE '%customers';
    UPDATE retail_sec.quarantine q SET "row" = q."row" || '{"customer_id": null, "notes": null, "metadata": null}'
     WHERE q."row" ->> 'customer_id' = ANY (names);
    -- Entries of the audit log that adoption set aside name the person by the record, or inside the values.
    DELETE FROM retail_sec.quarantine q
     WHERE q.table_name LIKE '%audit_log'
       AND (q."row" ->> 'record_id' = ANY (names) OR q."row" #>> '{old_values,customer_id}' = ANY (names)
            OR q."row" #>> '{new_values,customer_id}' = ANY (names));

    -- Last, because the two statements above wrote the old values into the log.
    FOREACH record IN ARRAY ids LOOP
        IF EXISTS (SELECT FROM retail.audit_log a WHERE a.record_id = record AND (a.old_values ?| of_person OR a.new_values ?| of_person)) THEN
            entries := entries + retail.redact_audit(record, of_person, why);
        END IF;
    END LOOP;
    FOR record IN
        SELECT DISTINCT a.record_id FROM retail.audit_log a
         WHERE a.table_name = 'sales_transactions' AND a.record_id IS NOT NULL
           AND (a.old_values ->> 'customer_id' = ANY (names) OR a.new_values ->> 'customer_id' = ANY (names))
    LOOP
        entries := entries + retail.redact_audit(record, of_sale, why);
    END LOOP;
    RETURN jsonb_build_object('customers', people, 'sales', sales, 'audit_entries', entries);
END
$$;

RESET ROLE;
