-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- A customer's erasure: the row goes, sales stay without their person, the audit log keeps what happened and
-- loses the values. The ids stay (an id alone names nobody), so that a restore of an older backup can erase
-- the same people again.

SET LOCAL ROLE retail_owner;

CREATE TABLE retail_sec.erased_customers (
    customer_id uuid PRIMARY KEY,
    reason      text NOT NULL CHECK (reason <> ''),
    erased_by   text NOT NULL DEFAULT session_user,
    erased_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE retail_sec.erased_customers IS 'Which customers were erased, by id alone; every restore applies this list. Kept for ever.';
COMMENT ON COLUMN retail_sec.erased_customers.customer_id IS 'The id the customer had.';
COMMENT ON COLUMN retail_sec.erased_customers.reason IS 'Why, in words that name nobody.';
COMMENT ON COLUMN retail_sec.erased_customers.erased_by IS 'The login that did it.';
COMMENT ON COLUMN retail_sec.erased_customers.erased_at IS 'When.';
COMMENT ON INDEX retail_sec.erased_customers_pkey IS 'A customer is erased once.';

CREATE FUNCTION retail_sec.erase(ids uuid[], why text) RETURNS jsonb
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
COMMENT ON FUNCTION retail_sec.erase(uuid[], text) IS 'Erases these customers from every table and from the values of the audit log; ids that are not there are only noted.';

CREATE FUNCTION retail.erase_customer(store varchar, customer uuid, reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    done jsonb;
BEGIN
    PERFORM FROM retail.customers c WHERE c.store_id = store AND c.customer_id = customer FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Store % has no customer %', quote_nullable(store), quote_nullable(customer::text) USING ERRCODE = 'no_data_found';
    END IF;
    done := retail_sec.erase(ARRAY[customer], reason);
    PERFORM retail_sec.audit_event('customers', 'erasure', store, customer, jsonb_build_object('reason', reason) || done);
    RETURN done;
END
$$;
COMMENT ON FUNCTION retail.erase_customer(varchar, uuid, text) IS
'Erases one customer of a store: the row goes, sales stay without their customer, notes and metadata, values in the audit log are redacted; the id stays on the list of the erased. Says how many rows changed. For the owner.';

CREATE FUNCTION retail.apply_erasures(ids uuid[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    every uuid[] := ARRAY(SELECT i FROM unnest(ids) i WHERE i IS NOT NULL UNION SELECT e.customer_id FROM retail_sec.erased_customers e);
    done jsonb;
BEGIN
    IF cardinality(every) = 0 THEN
        RETURN 0;
    END IF;
    done := retail_sec.erase(every, 'erased before this backup was restored');
    PERFORM retail_sec.audit_event('customers', 'erasures_applied', NULL, NULL, jsonb_build_object('listed', cardinality(every)) || done);
    RETURN (done ->> 'customers')::bigint;
END
$$;
COMMENT ON FUNCTION retail.apply_erasures(uuid[]) IS
'After a restore: erases whom this list or the database''s own names and the backup brought back; returns how many those were. For the owner.';

CREATE FUNCTION retail.list_erased_customers() RETURNS TABLE (customer_id uuid, erased_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT e.customer_id, e.erased_at FROM retail_sec.erased_customers e ORDER BY e.erased_at, e.customer_id $$;
COMMENT ON FUNCTION retail.list_erased_customers() IS 'The ids of erased customers, oldest first, for the list beside the backups. For the owner and ops.';

REVOKE ALL ON FUNCTION retail_sec.erase(uuid[], text), retail.erase_customer(varchar, uuid, text), retail.apply_erasures(uuid[]),
    retail.list_erased_customers() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retail.list_erased_customers() TO retail_ops;

RESET ROLE;
