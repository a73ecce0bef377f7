-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Data and logins of the tests. Written so that the original design's repaired SQL accepts it too: the
-- attack tests are shown to fail there (run.sh --seed).

SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;

INSERT INTO retail.stores (store_id, store_name, store_location, store_type, region, is_active) VALUES
    ('seattle', 'Zava Retail Seattle', 'Seattle, WA', 'flagship', 'west', TRUE),
    ('redmond', 'Zava Retail Redmond', 'Redmond, WA', 'standard', 'west', TRUE),
    ('bellevue', 'Zava Retail Bellevue', 'Bellevue, WA', 'standard', 'west', TRUE),
    ('online', 'Zava Retail Online', 'Digital', 'ecommerce', 'global', TRUE),
    ('closed', 'Zava Retail Closed', 'Tacoma, WA', 'standard', 'west', FALSE)
ON CONFLICT (store_id) DO NOTHING;

-- The same ids and numbers for every run: customer n of store s is 'c', the store's digit, n, and so on.
CREATE SCHEMA IF NOT EXISTS fixture;
GRANT USAGE ON SCHEMA fixture TO PUBLIC;
CREATE OR REPLACE FUNCTION fixture.id(kind text, store text, n integer) RETURNS uuid
LANGUAGE sql IMMUTABLE AS $$ SELECT md5(kind || ':' || store || ':' || n)::uuid $$;
-- Unit vectors, near to each other for neighbouring n.
CREATE OR REPLACE FUNCTION fixture.vector(n integer) RETURNS public.vector
LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg(CASE WHEN i <= 64 THEN cos(i * (1 + n / 50.0)) ELSE 0 END ORDER BY i)::real[]::public.vector
      FROM generate_series(1, 1536) i
$$;

INSERT INTO retail.customers (customer_id, store_id, first_name, last_name, email, phone, date_of_birth, gender, loyalty_tier)
SELECT fixture.id('customer', s, n), s, 'First' || n, 'Last' || n, format('c%s@%s.example', n, s), '555-' || n,
       DATE '1980-01-01' + n, 'Other', (ARRAY['bronze', 'silver', 'gold', 'platinum'])[1 + n % 4]
  FROM unnest(ARRAY['seattle', 'redmond', 'bellevue', 'online', 'closed']) s, generate_series(1, 20) n;

INSERT INTO retail.products (product_id, store_id, sku, product_name, product_description, category_id, brand, price, cost,
                             current_stock, minimum_stock, reorder_point, supplier_name, rating_average, rating_count, tags, metadata, is_active)
SELECT fixture.id('product', s, n), s, format('SKU-%s-%s', upper(left(s, 3)), n), format('%s lamp %s', initcap(s), n),
       'A secret description of ' || s, 1 + n % 3, 'Brand' || n % 4, 10 + n, 5 + n, n, 2, 10, 'Supplier of ' || s,
       3 + (n % 20) / 10.0, n, ARRAY['tag' || n % 3, s], jsonb_build_object('n', n), n <> 30
  FROM unnest(ARRAY['seattle', 'redmond', 'bellevue', 'online', 'closed']) s, generate_series(1, 30) n;

INSERT INTO retail.sales_transactions (transaction_id, store_id, customer_id, transaction_type, payment_method, subtotal, tax_amount, total_amount)
SELECT fixture.id('sale', s, n), s, fixture.id('customer', s, 1 + n % 20), CASE WHEN n % 10 = 0 THEN 'return' ELSE 'sale' END,
       'cash', 100, 8, 108
  FROM unnest(ARRAY['seattle', 'redmond', 'bellevue', 'online', 'closed']) s, generate_series(1, 40) n;

INSERT INTO retail.sales_transaction_items (item_id, transaction_id, product_id, quantity, unit_price, total_price)
SELECT fixture.id('item', s, n), fixture.id('sale', s, n), fixture.id('product', s, 1 + n % 30), 1, 100, 100
  FROM unnest(ARRAY['seattle', 'redmond', 'bellevue', 'online', 'closed']) s, generate_series(1, 40) n;

INSERT INTO retail.product_embeddings (embedding_id, product_id, store_id, embedding_text, embedding)
SELECT fixture.id('embedding', s, n), fixture.id('product', s, n), s, 'secret text of ' || s, fixture.vector(n)
  FROM unnest(ARRAY['seattle', 'redmond', 'bellevue', 'online', 'closed']) s, generate_series(1, 30) n;

-- Which rows a role sees is decided by its login, so every login is its own role. Superuser-made, no password.
DO $$
DECLARE
    login record;
BEGIN
    FOR login IN SELECT * FROM (VALUES ('t_manager', 'retail_manager'), ('t_manager_redmond', 'retail_manager'),
                                       ('t_dba', 'retail_dba'), ('t_ops', 'retail_ops'), ('t_owner', 'retail_owner'),
                                       ('t_stranger', NULL)) v (name, parent)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login.name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', login.name);
        END IF;
        -- The original design knows no such groups: there everybody is mcp_user.
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = login.parent) THEN
            EXECUTE format('GRANT %I TO %I', login.parent, login.name);
        ELSIF login.name LIKE 't_manager%' THEN
            EXECUTE format('GRANT mcp_user TO %I', login.name);
        END IF;
    END LOOP;
    IF to_regprocedure('retail.grant_store_access(name, varchar)') IS NOT NULL THEN
        PERFORM retail.grant_store_access('t_manager', 'seattle');
        PERFORM retail.grant_store_access('t_manager_redmond', 'redmond');
        GRANT t_manager, t_manager_redmond TO retail_owner;
    END IF;
END
$$;

-- Runs a statement as LOGIN with STORE chosen through the door (how = 'door'), by SET ('set') or not at
-- all (NULL store), always undoes it, and says what came of it: 'rows N' or 'SQLSTATE message'.
CREATE OR REPLACE FUNCTION fixture.attempt(login name, store text, statement text, how text DEFAULT 'door') RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
    answer text;
BEGIN
    BEGIN
        EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', login);
        IF store IS NOT NULL AND how = 'door' THEN
            PERFORM retail.set_store_context(store);
        ELSIF store IS NOT NULL THEN
            PERFORM set_config('app.current_store_id', store, true);
        END IF;
        EXECUTE statement;
        GET DIAGNOSTICS n = ROW_COUNT;
        answer := 'rows ' || n;
        RAISE EXCEPTION 'undo' USING ERRCODE = 'TT000';
    EXCEPTION
        WHEN SQLSTATE 'TT000' THEN NULL;
        WHEN OTHERS THEN answer := SQLSTATE || ' ' || SQLERRM;
    END;
    RETURN answer;
END
$$;

-- The same for a query of one value: its text, or 'SQLSTATE message'.
CREATE OR REPLACE FUNCTION fixture.value(login name, store text, query text, how text DEFAULT 'door') RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    BEGIN
        EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', login);
        IF store IS NOT NULL AND how = 'door' THEN
            PERFORM retail.set_store_context(store);
        ELSIF store IS NOT NULL THEN
            PERFORM set_config('app.current_store_id', store, true);
        END IF;
        EXECUTE query INTO answer;
        RAISE EXCEPTION 'undo' USING ERRCODE = 'TT000';
    EXCEPTION
        WHEN SQLSTATE 'TT000' THEN NULL;
        WHEN OTHERS THEN answer := SQLSTATE || ' ' || SQLERRM;
    END;
    RETURN answer;
END
$$;
