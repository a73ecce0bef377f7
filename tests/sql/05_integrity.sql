-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What the data may never be, what the database keeps itself, and which upserts of clients work.
BEGIN;
SELECT plan(49);

-- ---- never ----
SELECT throws_ok(format('UPDATE retail.products SET %s WHERE sku = ''SKU-SEA-1''', v.change), '23514', NULL, 'products: ' || v.change)
  FROM (VALUES ('price = -5'), ('cost = -1'), ('current_stock = -100'), ('minimum_stock = -1'), ('weight_kg = -1'), ('rating_average = 9.99'), ('rating_average = -1'), ('rating_count = -1')) v (change);
SELECT throws_ok(format('UPDATE retail.customers SET %s WHERE email = ''c1@seattle.example''', v.change), '23514', NULL, 'customers: ' || v.change)
  FROM (VALUES ('loyalty_tier = ''diamond'''), ('date_of_birth = ''2999-01-01'''), ('email = ''not-an-email''')) v (change);
SELECT throws_ok(format('UPDATE retail.sales_transactions SET %s WHERE store_id = ''seattle''', v.change), '23514', NULL, 'sales: ' || v.change)
  FROM (VALUES ('transaction_type = ''bogus'''), ('subtotal = -1'), ('total_amount = -1'), ('tax_amount = -1'), ('discount_amount = -1')) v (change);
SELECT throws_ok(format('UPDATE retail.sales_transaction_items SET %s WHERE store_id = ''seattle''', v.change), '23514', NULL, 'items: ' || v.change)
  FROM (VALUES ('quantity = 0'), ('unit_price = -1'), ('total_price = -1'), ('discount_amount = -1')) v (change);
SELECT throws_ok($$UPDATE retail.product_embeddings SET embedding = array_fill(0, ARRAY[1536])::vector$$, '23514', NULL, 'an embedding is never zero');
SELECT throws_ok($$INSERT INTO retail.stores (store_id, store_name) VALUES ('', 'x')$$, '23514', NULL, 'a store''s id is never empty');
SELECT throws_ok($$INSERT INTO retail.customers (store_id, first_name, last_name, email) VALUES ('seattle', 'a', 'b', 'C1@SEATTLE.example')$$, '23505', NULL, 'an address is used once in a store, whatever its case');
SELECT lives_ok($$INSERT INTO retail.customers (store_id, first_name, last_name, email) VALUES ('bellevue', 'a', 'b', 'C1@SEATTLE.example')$$, 'and may be used in another');
SELECT throws_ok($$UPDATE retail.product_categories SET parent_category_id = category_id$$, '23514', NULL, 'a category is not its own parent');

-- ---- kept by the database ----
SELECT is((SELECT updated_at FROM retail.products WHERE sku = 'SKU-SEA-2') = now(), FALSE, 'updated_at is the insert''s');
UPDATE retail.products SET price = 3, updated_at = '1999-01-01' WHERE sku = 'SKU-SEA-2';
UPDATE retail.customers SET phone = '3' WHERE email = 'c2@seattle.example';
UPDATE retail.stores SET region = 'x' WHERE store_id = 'online';
SELECT is((SELECT updated_at FROM retail.products WHERE sku = 'SKU-SEA-2'), now(), 'an update sets updated_at, whatever the client says');
SELECT is((SELECT updated_at FROM retail.customers WHERE email = 'c2@seattle.example'), now(), 'also of customers');
SELECT is((SELECT updated_at FROM retail.stores WHERE store_id = 'online'), now(), 'also of stores');

CREATE FUNCTION pg_temp.wrong_values() RETURNS SETOF uuid LANGUAGE sql AS $$
    SELECT c.customer_id FROM retail.customers c
     WHERE c.total_lifetime_value IS DISTINCT FROM coalesce((
           SELECT sum(CASE t.transaction_type WHEN 'return' THEN -t.total_amount ELSE t.total_amount END)
             FROM retail.sales_transactions t WHERE t.customer_id = c.customer_id), 0) $$;
SELECT is_empty('SELECT pg_temp.wrong_values()', 'lifetime value: sales less returns');
SELECT ok((SELECT bool_or(total_lifetime_value < 216) FROM retail.customers), 'returns count down');
INSERT INTO retail.sales_transactions (store_id, customer_id, transaction_type, subtotal, total_amount)
SELECT 'seattle', fixture.id('customer', 'seattle', 1 + n % 3), (ARRAY['sale', 'return', 'exchange'])[1 + n % 3], n, n FROM generate_series(1, 50) n;
SELECT is_empty('SELECT pg_temp.wrong_values()', 'after many inserts in one statement');
UPDATE retail.sales_transactions SET total_amount = total_amount + 1, transaction_type = 'return' WHERE store_id = 'seattle' AND total_amount < 20;
UPDATE retail.sales_transactions SET customer_id = fixture.id('customer', 'seattle', 9) WHERE customer_id = fixture.id('customer', 'seattle', 8);
UPDATE retail.sales_transactions SET customer_id = NULL WHERE customer_id = fixture.id('customer', 'seattle', 7);
SELECT is_empty('SELECT pg_temp.wrong_values()', 'after updates of amount, type and customer');
DELETE FROM retail.sales_transactions WHERE store_id = 'seattle' AND total_amount < 30;
SELECT is_empty('SELECT pg_temp.wrong_values()', 'after deletes');
INSERT INTO retail.customers (store_id, first_name, last_name, email, total_lifetime_value) VALUES ('seattle', 'a', 'b', 'rich@seattle.example', 99999);
UPDATE retail.customers SET total_lifetime_value = 99999 WHERE email = 'c3@seattle.example';
SELECT is_empty('SELECT pg_temp.wrong_values()', 'what a client writes there is ignored');

INSERT INTO retail.sales_transaction_items (transaction_id, product_id, unit_price, total_price)
VALUES (fixture.id('sale', 'redmond', 1), fixture.id('product', 'redmond', 1), 1, 1);
SELECT is((SELECT string_agg(DISTINCT store_id, ',') FROM retail.sales_transaction_items WHERE created_at = now()), 'redmond', 'an item without a store gets its transaction''s');
INSERT INTO retail.product_embeddings (product_id, embedding_text, embedding, embedding_model) VALUES (fixture.id('product', 'redmond', 1), 'x', fixture.vector(1), 'other');
SELECT is((SELECT store_id::text FROM retail.product_embeddings WHERE embedding_model = 'other'), 'redmond', 'an embedding its product''s');
SELECT throws_ok(format('INSERT INTO retail.sales_transaction_items (transaction_id, product_id, store_id, unit_price, total_price) VALUES (%L, %L, %L, 1, 1)',
                        fixture.id('sale', 'redmond', 1), fixture.id('product', 'redmond', 1), 'seattle'), '23503', NULL, 'a wrong store is refused, for the owner too');

-- ---- what a customer's row cannot stop ----
SELECT lives_ok($$INSERT INTO retail.sales_transactions (store_id, customer_id, subtotal, total_amount)
    SELECT 'redmond', fixture.id('customer', 'redmond', 9), 60000000, 60000000 FROM generate_series(1, 3)$$, 'a customer may buy for more than a column of the design holds');
SELECT throws_ok($$UPDATE retail.customers SET date_of_birth = 'infinity' WHERE email = 'c4@redmond.example'$$, '23514', NULL, 'nobody is born at the end of time');
SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT lives_ok($$UPDATE retail.customers SET date_of_birth = CURRENT_DATE WHERE email = 'c4@redmond.example'$$, 'a date of birth is today''s where it is tomorrow');
SET LOCAL timezone = 'Pacific/Pago_Pago';
SELECT lives_ok($$INSERT INTO retail.sales_transactions (store_id, customer_id, subtotal, total_amount) VALUES ('redmond', fixture.id('customer', 'redmond', 4), 5, 5)$$, 'and its customer buys where it is yesterday');
RESET timezone;
INSERT INTO retail.customers (customer_id, store_id, first_name, last_name, email) VALUES (fixture.id('mover', 'seattle', 1), 'seattle', 'm', 'o', 'mover@seattle.example');
INSERT INTO retail.sales_transactions (store_id, customer_id, subtotal, total_amount) VALUES ('seattle', fixture.id('mover', 'seattle', 1), 100, 100);
SET LOCAL ROLE retail_owner;
WITH moved AS (UPDATE retail.customers SET store_id = 'redmond' WHERE customer_id = fixture.id('mover', 'seattle', 1) RETURNING 1)
UPDATE retail.sales_transactions SET store_id = 'redmond' WHERE customer_id = fixture.id('mover', 'seattle', 1);
RESET ROLE;
SELECT is((SELECT store_id || ' ' || total_lifetime_value FROM retail.customers WHERE email = 'mover@seattle.example'), 'redmond 100.00', 'who moves with the sales keeps their value');

SET LOCAL ROLE retail_owner;
WITH moved AS (UPDATE retail.customers SET store_id = 'bellevue' WHERE customer_id = fixture.id('mover', 'seattle', 1) RETURNING 1)
DELETE FROM retail.sales_transactions WHERE customer_id = fixture.id('mover', 'seattle', 1);
RESET ROLE;
SELECT is((SELECT store_id || ' ' || total_lifetime_value FROM retail.customers WHERE email = 'mover@seattle.example'), 'bellevue 0.00', 'who moves while the sales go has none left');
SELECT throws_ok($$UPDATE retail.customers SET customer_id = gen_random_uuid() WHERE email = 'mover@seattle.example'$$, '23514', NULL, 'a customer keeps its id');

-- ---- clients' upserts ----
SELECT lives_ok(format($$INSERT INTO retail.product_embeddings (product_id, store_id, embedding_text, embedding) VALUES (%L, 'seattle', 'again', fixture.vector(2))
    ON CONFLICT (product_id, embedding_model) DO UPDATE SET embedding = EXCLUDED.embedding, embedding_text = EXCLUDED.embedding_text, store_id = EXCLUDED.store_id, updated_at = now()$$,
    fixture.id('product', 'seattle', 1)), 'upsert ON CONFLICT (product_id, embedding_model)');
SELECT lives_ok($$INSERT INTO retail.stores (store_id, store_name) VALUES ('seattle', 'x') ON CONFLICT (store_id) DO NOTHING$$, 'upsert of a store');
SELECT lives_ok(format($$INSERT INTO retail.customers (customer_id, store_id, first_name, last_name, email) VALUES (%L, 'seattle', 'x', 'y', 'c1@seattle.example')
    ON CONFLICT (customer_id) DO UPDATE SET first_name = EXCLUDED.first_name$$, fixture.id('customer', 'seattle', 1)), 'upsert on a single-column key');
SELECT is((SELECT count(*)::int FROM retail.sales_transactions t JOIN retail.customers c USING (customer_id) WHERE t.store_id <> c.store_id), 0, 'joins on single-column ids stay within a store');

SELECT * FROM finish();
ROLLBACK;
