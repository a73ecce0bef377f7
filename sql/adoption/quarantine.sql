-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Moves what check.sql found (temporary table adoption_violations) out of the way, in the transaction of
-- the adoption: rows whole as JSON into retail_sec.quarantine, with the rows that depend on them; tables,
-- views and functions that are not of the design into schema retail_other, or, where they must go, their
-- definition. Nothing is lost.

-- No trigger of the old design may log or stop this; what depends on a row is moved below, not cascaded.
SET LOCAL session_replication_role = replica;
SET LOCAL client_min_messages = warning;

CREATE SCHEMA IF NOT EXISTS retail_sec;
CREATE TABLE IF NOT EXISTS retail_sec.quarantine (
    quarantine_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    table_name     text NOT NULL,
    record_key     text NOT NULL,
    rule           text NOT NULL,
    "row"          jsonb NOT NULL,
    quarantined_at timestamptz NOT NULL DEFAULT now()
);

-- A row that breaks two rules is moved once. Dependants follow from parent to child.
CREATE TEMP TABLE doomed ON COMMIT DROP AS
SELECT table_name, record_key, string_agg(rule, '; ' ORDER BY rule) AS rule
  FROM adoption_violations
 WHERE rule NOT IN ('column of its own', 'view on a table of the design', 'reference from a table of its own',
                    'relation of its own in schema retail', 'function of its own in schema retail', 'category is its own parent',
                    'function of an untrusted owner in schema public', 'operator of an untrusted owner in schema public')
 GROUP BY table_name, record_key;
CREATE UNIQUE INDEX ON doomed (table_name, record_key);

DO $$
DECLARE
    link record;
    gone record;
BEGIN
    FOR link IN
        SELECT * FROM (VALUES
            ('stores', 'store_id', 'customers', 'customer_id'), ('stores', 'store_id', 'products', 'product_id'),
            ('stores', 'store_id', 'sales_transactions', 'transaction_id'), ('stores', 'store_id', 'product_embeddings', 'embedding_id'),
            ('customers', 'customer_id', 'sales_transactions', 'transaction_id'),
            ('sales_transactions', 'transaction_id', 'sales_transaction_items', 'item_id'),
            ('products', 'product_id', 'sales_transaction_items', 'item_id'),
            ('products', 'product_id', 'product_embeddings', 'embedding_id')) v (parent, reference, child, child_key)
    LOOP
        EXECUTE format('INSERT INTO doomed SELECT %L, c.%I::text, %L FROM retail.%I c JOIN doomed d ON d.table_name = %L AND d.record_key = c.%I::text
                        ON CONFLICT DO NOTHING', link.child, link.child_key, 'depends on ' || link.parent, link.child, link.parent, link.reference);
    END LOOP;
    FOR gone IN
        SELECT * FROM (VALUES ('sales_transaction_items', 'item_id'), ('product_embeddings', 'embedding_id'), ('sales_transactions', 'transaction_id'),
                              ('products', 'product_id'), ('customers', 'customer_id'), ('audit_log', 'log_id'), ('stores', 'store_id')) v (name, key)
    LOOP
        EXECUTE format('WITH moved AS (DELETE FROM retail.%1$I t USING doomed d WHERE d.table_name = %1$L AND d.record_key = t.%2$I::text RETURNING t.*, d.rule AS broken_rule)
                        INSERT INTO retail_sec.quarantine (table_name, record_key, rule, "row")
                        SELECT %1$L, m.%2$I::text, m.broken_rule, to_jsonb(m) - ''broken_rule'' FROM moved m', gone.name, gone.key);
    END LOOP;
END
$$;

-- A category stays, products are in it; only the loop goes.
INSERT INTO retail_sec.quarantine (table_name, record_key, rule, "row")
SELECT 'product_categories', c.category_id::text, 'category is its own parent', to_jsonb(c)
  FROM retail.product_categories c WHERE c.parent_category_id = c.category_id;
UPDATE retail.product_categories SET parent_category_id = NULL WHERE parent_category_id = category_id;

DO $$
DECLARE
    found record;
    key_column text;
    target regclass;
BEGIN
    -- The values of a column of its own, row by row where there is one.
    FOR found IN SELECT * FROM adoption_violations WHERE rule = 'column of its own'
    LOOP
        SELECT a.attname INTO STRICT key_column
          FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
         WHERE i.indrelid = format('retail.%I', found.table_name)::regclass AND i.indisprimary;
        EXECUTE format('INSERT INTO retail_sec.quarantine (table_name, record_key, rule, "row")
                        SELECT %L, %I::text, %L, jsonb_build_object(%L, %I) FROM retail.%I WHERE %5$I IS NOT NULL',
                       found.table_name, key_column, 'column of its own', found.record_key, found.record_key, found.table_name);
    END LOOP;
    FOR found IN SELECT DISTINCT record_key FROM adoption_violations WHERE rule = 'view on a table of the design'
    LOOP
        target := to_regclass(found.record_key);
        CONTINUE WHEN target IS NULL;
        INSERT INTO retail_sec.quarantine (table_name, record_key, rule, "row")
        SELECT 'pg_views', c.oid::regclass::text, 'view on a table of the design',
               jsonb_build_object('definition', pg_get_viewdef(c.oid), 'materialized', c.relkind = 'm',
                                  'owner', pg_get_userbyid(c.relowner), 'privileges', c.relacl::text)
          FROM pg_class c
         WHERE c.oid = target
            OR c.oid IN (SELECT w.ev_class FROM pg_rewrite w JOIN pg_depend p ON p.classid = 'pg_rewrite'::regclass AND p.objid = w.oid
                          WHERE p.refobjid = target);
        EXECUTE format('DROP %s %s CASCADE', (SELECT CASE relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END FROM pg_class WHERE oid = target), target);
    END LOOP;
    FOR found IN
        SELECT k.conrelid::regclass AS relation, k.conname, pg_get_constraintdef(k.oid) AS definition, k.conrelid::regclass || ' ' || quote_ident(k.conname) AS record_key
          FROM adoption_violations v JOIN pg_constraint k ON k.conrelid::regclass || ' ' || quote_ident(k.conname) = v.record_key
         WHERE v.rule = 'reference from a table of its own'
    LOOP
        INSERT INTO retail_sec.quarantine (table_name, record_key, rule, "row")
        VALUES ('pg_constraint', found.record_key, 'reference from a table of its own', jsonb_build_object('definition', found.definition));
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.relation, found.conname);
    END LOOP;
    FOR found IN
        SELECT rule, record_key, detail FROM adoption_violations
         WHERE rule IN ('relation of its own in schema retail', 'function of its own in schema retail',
                        'function of an untrusted owner in schema public', 'operator of an untrusted owner in schema public')
    LOOP
        CREATE SCHEMA IF NOT EXISTS retail_other;
        IF found.rule LIKE 'function%' THEN
            EXECUTE format('ALTER ROUTINE %s SET SCHEMA retail_other', found.record_key);
        ELSIF found.rule LIKE 'operator%' THEN
            EXECUTE format('ALTER OPERATOR %s SET SCHEMA retail_other', found.record_key);
        ELSIF to_regclass(found.record_key) IS NOT NULL THEN
            EXECUTE format('ALTER %s %s SET SCHEMA retail_other',
                           CASE found.detail WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END,
                           found.record_key);
        END IF;
    END LOOP;
END
$$;

SET LOCAL session_replication_role = origin;
