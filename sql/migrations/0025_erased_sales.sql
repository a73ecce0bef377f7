-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- An erasure left in what adoption had set aside the retailer's own columns of the customer's sales, and entries
-- of the audit log that name the sale and not the person.

SET LOCAL ROLE retail_owner;

CREATE OR REPLACE FUNCTION retail_sec.erase(ids uuid[], why text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_person CONSTANT text[] := ARRAY['first_name', 'last_name', 'email', 'phone', 'date_of_birth', 'gender', 'customer_since',
                                       'loyalty_tier', 'total_lifetime_value', 'created_at', 'updated_at'];
    of_sale CONSTANT text[] := ARRAY['customer_id', 'notes', 'metadata'];
    names CONSTANT text[] := (SELECT array_agg(i::text) FROM unnest(ids) i);
    -- What a sale or an item has beside these was a retailer's own.
    of_design CONSTANT text[] := ARRAY(SELECT a.attname::text FROM pg_attribute a
                                        WHERE a.attrelid IN ('retail.sales_transactions'::regclass, 'retail.sales_transaction_items'::regclass)
                                          AND a.attnum > 0 AND NOT a.attisdropped);
    sales_of text[];
    items_of text[];
    record uuid;
    people bigint;
    sales bigint;
    entries bigint := 0;
BEGIN
    IF coalesce(cardinality(ids), 0) = 0 OR coalesce(why, '') = '' THEN
        RAISE EXCEPTION 'An erasure needs a customer and a reason' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO retail_sec.erased_customers (customer_id, reason) SELECT DISTINCT i, why FROM unnest(ids) i ON CONFLICT DO NOTHING;

    -- Before they are unlinked: of what was set aside at adoption some names the sale alone.
    sales_of := ARRAY(SELECT t.transaction_id::text FROM retail.sales_transactions t WHERE t.customer_id = ANY (ids)
                      UNION SELECT q.record_key FROM retail_sec.quarantine q
                             WHERE q.table_name = 'sales_transactions' AND q."row" ->> 'customer_id' = ANY (names));
    items_of := ARRAY(SELECT q.record_key FROM retail_sec.quarantine q
                       WHERE q.table_name = 'sales_transaction_items'
                         AND (q."row" ->> 'transaction_id' = ANY (sales_of)
                              OR EXISTS (SELECT FROM retail.sales_transaction_items i
                                          WHERE i.item_id = q.record_key::uuid AND i.transaction_id::text = ANY (sales_of))));

    UPDATE retail.sales_transactions t SET customer_id = NULL, notes = NULL, metadata = NULL
      FROM retail.customers c
     WHERE c.customer_id = ANY (ids) AND t.store_id = c.store_id AND t.customer_id = c.customer_id;
    GET DIAGNOSTICS sales = ROW_COUNT;
    DELETE FROM retail.customers c WHERE c.customer_id = ANY (ids);
    GET DIAGNOSTICS people = ROW_COUNT;
    DELETE FROM retail_sec.quarantine q WHERE q.record_key = ANY (names) AND q.table_name LIKE '%customers';
    DELETE FROM retail_sec.quarantine q
     WHERE q.rule = 'column of its own'
       AND (q.table_name = 'sales_transactions' AND q.record_key = ANY (sales_of)
            OR q.table_name = 'sales_transaction_items' AND q.record_key = ANY (items_of));
    UPDATE retail_sec.quarantine q
       SET "row" = (SELECT coalesce(jsonb_object_agg(e.key, CASE WHEN e.key = ANY (of_sale) THEN 'null' ELSE e.value END), '{}')
                      FROM jsonb_each(q."row") e WHERE e.key = ANY (of_design))
     WHERE q.table_name = 'sales_transactions' AND q.record_key = ANY (sales_of)
        OR q.table_name = 'sales_transaction_items' AND q.record_key = ANY (items_of);
    -- Entries of the audit log that adoption set aside name the person by the record, or inside the values, or
    -- the sale.
    DELETE FROM retail_sec.quarantine q
     WHERE q.table_name LIKE '%audit_log'
       AND (q."row" ->> 'record_id' = ANY (names || sales_of || items_of)
            OR q."row" #>> '{old_values,customer_id}' = ANY (names) OR q."row" #>> '{new_values,customer_id}' = ANY (names)
            OR q."row" #>> '{old_values,transaction_id}' = ANY (sales_of) OR q."row" #>> '{new_values,transaction_id}' = ANY (sales_of));

    -- Last, because the two statements above wrote the old values into the log.
    FOREACH record IN ARRAY ids LOOP
        IF EXISTS (SELECT FROM retail.audit_log a WHERE a.record_id = record AND (a.old_values ?| of_person OR a.new_values ?| of_person)) THEN
            entries := entries + retail.redact_audit(record, of_person, why);
        END IF;
    END LOOP;
    FOR record IN
        SELECT DISTINCT a.record_id FROM retail.audit_log a
         WHERE a.table_name = 'sales_transactions' AND a.record_id IS NOT NULL
           AND (a.record_id = ANY (sales_of::uuid[]) AND (a.old_values ?| of_sale OR a.new_values ?| of_sale)
                OR a.old_values ->> 'customer_id' = ANY (names) OR a.new_values ->> 'customer_id' = ANY (names))
    LOOP
        entries := entries + retail.redact_audit(record, of_sale, why);
    END LOOP;
    RETURN jsonb_build_object('customers', people, 'sales', sales, 'audit_entries', entries);
END
$$;

RESET ROLE;
