-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Rows. A database that was made from the original design's own SQL has its tables in retail_seed by now
-- (sql/adoption/adopt.sql): they move into the tables above, whose constraints check every one, and before
-- there are triggers that would log or change them. Elsewhere only the categories are new: they are
-- reference data of the design. Stores are tenants, so none is made up here.

DO $$
BEGIN
    IF to_regnamespace('retail_seed') IS NULL THEN
        INSERT INTO retail.product_categories (category_name, description) VALUES
            ('Electronics', 'Electronic devices and accessories'),
            ('Clothing', 'Apparel and fashion items'),
            ('Home & Garden', 'Home improvement and garden supplies'),
            ('Sports & Outdoors', 'Sports equipment and outdoor gear'),
            ('Books & Media', 'Books, movies, and digital media'),
            ('Health & Beauty', 'Health and beauty products'),
            ('Automotive', 'Car parts and automotive accessories');
        RETURN;
    END IF;
    INSERT INTO retail.stores (store_id, store_name, store_location, store_type, region, created_at, updated_at, is_active)
    SELECT store_id, store_name, store_location, store_type, region, created_at, updated_at, is_active FROM retail_seed.stores;
    INSERT INTO retail.product_categories (category_id, category_name, parent_category_id, description, is_active)
    SELECT category_id, category_name, parent_category_id, description, is_active FROM retail_seed.product_categories;
    PERFORM setval('retail.product_categories_category_id_seq', greatest(max(category_id), 1), max(category_id) IS NOT NULL)
       FROM retail.product_categories;
    INSERT INTO retail.customers (customer_id, store_id, first_name, last_name, email, phone, date_of_birth, gender, customer_since,
                                  loyalty_tier, total_lifetime_value, created_at, updated_at)
    SELECT customer_id, store_id, first_name, last_name, email, phone, date_of_birth, gender, customer_since,
           loyalty_tier, total_lifetime_value, created_at, updated_at FROM retail_seed.customers;
    INSERT INTO retail.products (product_id, store_id, sku, product_name, product_description, category_id, brand, model, color, size,
                                 weight_kg, dimensions_cm, price, cost, current_stock, minimum_stock, maximum_stock, reorder_point,
                                 supplier_name, supplier_sku, is_active, is_featured, rating_average, rating_count, tags, metadata,
                                 created_at, updated_at)
    SELECT product_id, store_id, sku, product_name, product_description, category_id, brand, model, color, size,
           weight_kg, dimensions_cm, price, cost, current_stock, minimum_stock, maximum_stock, reorder_point,
           supplier_name, supplier_sku, is_active, is_featured, rating_average, rating_count, tags, metadata,
           created_at, updated_at FROM retail_seed.products;
    INSERT INTO retail.sales_transactions (transaction_id, store_id, customer_id, transaction_date, transaction_type, payment_method,
                                           subtotal, tax_amount, discount_amount, total_amount, cashier_id, register_id,
                                           receipt_number, notes, metadata, created_at)
    SELECT transaction_id, store_id, customer_id, transaction_date, transaction_type, payment_method,
           subtotal, tax_amount, discount_amount, total_amount, cashier_id, register_id,
           receipt_number, notes, metadata, created_at FROM retail_seed.sales_transactions;
    INSERT INTO retail.sales_transaction_items (item_id, transaction_id, product_id, quantity, unit_price, total_price,
                                                discount_amount, tax_amount, created_at, store_id)
    SELECT i.item_id, i.transaction_id, i.product_id, i.quantity, i.unit_price, i.total_price,
           i.discount_amount, i.tax_amount, i.created_at, t.store_id
      FROM retail_seed.sales_transaction_items i JOIN retail_seed.sales_transactions t USING (transaction_id);
    INSERT INTO retail.product_embeddings (embedding_id, product_id, store_id, embedding_text, embedding, embedding_model, created_at, updated_at)
    SELECT embedding_id, product_id, store_id, embedding_text, embedding, embedding_model, created_at, updated_at
      FROM retail_seed.product_embeddings;
    INSERT INTO retail.audit_log (log_id, table_name, action, user_name, store_id, record_id, old_values, new_values, metadata, created_at)
    SELECT log_id, table_name, action, user_name, store_id, record_id, old_values, new_values, metadata, created_at
      FROM retail_seed.audit_log;
    -- They wait in the default partition until their months are made.
    PERFORM retail.ensure_audit_partitions();
    -- RESTRICT on purpose: what somebody built on the old tables is named in the error, not dropped.
    DROP TABLE retail_seed.sales_transaction_items, retail_seed.product_embeddings, retail_seed.sales_transactions,
               retail_seed.customers, retail_seed.products, retail_seed.product_categories, retail_seed.stores,
               retail_seed.audit_log;
    DROP SCHEMA retail_seed;
END
$$;
