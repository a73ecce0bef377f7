#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Statements of clients written against the original design, under their own login: its data generator,
# its store context, its search, its upserts, its maintenance line.
: "${here:?run.sh runs this}" "${work:?}" "${support:?}"
# shellcheck source=tests/sql/tap.sh
. "$here/tap.sh"

check "the generator's statements run, items without a store" "1|1|seattle" "$(as mcp_user "SELECT retail.set_store_context('seattle')" "
    WITH customer AS (
        INSERT INTO retail.customers (store_id, first_name, last_name, email, phone, date_of_birth, gender, customer_since, loyalty_tier)
        VALUES ('seattle', 'Ada', 'Byron', 'ada@example.org', '1', '1980-01-01', 'Female', '2020-01-01', 'gold') RETURNING customer_id)
    SELECT customer_id FROM customer" >"$work/customer"
    customer=$(grep -E '^[0-9a-f-]{36}$' "$work/customer")
    product=$(as mcp_user "SELECT retail.set_store_context('seattle')" "
        INSERT INTO retail.products (store_id, sku, product_name, product_description, category_id, brand, model, color, size, weight_kg, price, cost,
            current_stock, minimum_stock, reorder_point, supplier_name, is_featured, rating_average, rating_count, tags)
        VALUES ('seattle', 'SON-1', 'Sony Smart TV', 'text', 1, 'Sony', 'Model 1', 'Blue', 'XL', 2.5, 499.99, 300.00, 5, 20, 10, 'X', true, 4.2, 9, '{new,sale}')
        RETURNING product_id" | grep -E '^[0-9a-f-]{36}$')
    sale=$(as mcp_user "SELECT retail.set_store_context('seattle')" "
        INSERT INTO retail.sales_transactions (store_id, customer_id, transaction_date, transaction_type, payment_method, subtotal, tax_amount,
            discount_amount, total_amount, cashier_id, register_id, receipt_number)
        VALUES ('seattle', '$customer', now(), 'sale', 'cash', 449.991, 35.99928, 50.0, 485.99028, 'CASHIER1', 'REG1', 'RCP1') RETURNING transaction_id" | grep -E '^[0-9a-f-]{36}$')
    as mcp_user "SELECT retail.set_store_context('seattle')" "
        INSERT INTO retail.sales_transaction_items (transaction_id, product_id, quantity, unit_price, total_price, discount_amount)
        VALUES ('$sale', '$product', 1, 499.99, 449.991, 50.0)" >/dev/null
    as postgres "SELECT count(DISTINCT t.transaction_id), count(*), min(i.store_id) FROM retail.sales_transaction_items i JOIN retail.sales_transactions t USING (transaction_id) WHERE t.transaction_id = '$sale'")"
check "the generator runs as the owner without a store, too" t "$(as t_owner "
    INSERT INTO retail.customers (store_id, first_name, last_name, email) VALUES ('online', 'a', 'b', 'own@example.org') RETURNING customer_id IS NOT NULL")"
check "once a session the store, then bare tables" "20" "$(as mcp_user "SELECT retail.set_store_context('redmond')" "SET search_path = retail, public" 'SELECT count(*) FROM customers' | sed '/^$/d')"
check "an unknown store's error has the known words" 1 \
    "$(psql -X -At -d retail_db -U mcp_user -c "SELECT retail.set_store_context('nope')" 2>&1 | grep -c 'Invalid or inactive store: nope')"
check "a row for another store than the chosen one is an error" 42501 "$(as mcp_user "SELECT retail.set_store_context('seattle')" "
    INSERT INTO retail.customers (store_id, first_name, last_name, email) VALUES ('redmond', 'a', 'b', 'x@y')" | sed '/^$/d')"
check "an embedding is upserted" 2 "$(for text in one two; do as mcp_user "SELECT retail.set_store_context('seattle')" "
    INSERT INTO retail.product_embeddings (product_id, store_id, embedding_text, embedding, embedding_model)
    SELECT product_id, store_id, '$text', fixture.vector(3), 'text-embedding-3-small' FROM retail.products WHERE sku = 'SON-1'
    ON CONFLICT (product_id, embedding_model) DO UPDATE SET embedding_text = EXCLUDED.embedding_text, embedding = EXCLUDED.embedding, updated_at = CURRENT_TIMESTAMP
    RETURNING 1" | sed '/^$/d'; done | wc -l)"
check "the search of the original takes its three arguments" "Sony Smart TV" "$(as mcp_user "SELECT retail.set_store_context('seattle')" "
    SELECT product_name FROM retail.search_products_by_similarity(fixture.vector(3)::vector(1536), 0.7, 5) WHERE product_name LIKE 'Sony%'" | sed '/^$/d')"
check "stores are upserted by their owner" "" "$(as t_owner "
    INSERT INTO retail.stores (store_id, store_name, store_location, store_type, region) VALUES ('seattle', 'Zava Retail Seattle', 'Seattle, WA', 'flagship', 'west') ON CONFLICT (store_id) DO NOTHING")"
check "perform_maintenance() as in the original's cron line" "" "$(as t_ops 'SELECT retail.perform_maintenance()' | sed '/^$/d')"
done_testing
