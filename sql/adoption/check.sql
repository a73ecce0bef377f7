-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Run before a database of the original design is adopted: one row for every row, column or object that
-- breaks a rule of our schema. Reads only. No row: adoption loses nothing and changes nothing it should not.
-- The migrator also runs it as CREATE TEMP TABLE adoption_violations ON COMMIT DROP AS <this>, from which
-- quarantine.sql works.
WITH design (table_name, column_names) AS (
    VALUES ('stores', '{store_id,store_name,store_location,store_type,region,created_at,updated_at,is_active}'::text[]),
           ('product_categories', '{category_id,category_name,parent_category_id,description,is_active}'),
           ('customers', '{customer_id,store_id,first_name,last_name,email,phone,date_of_birth,gender,customer_since,loyalty_tier,total_lifetime_value,created_at,updated_at}'),
           ('products', '{product_id,store_id,sku,product_name,product_description,category_id,brand,model,color,size,weight_kg,dimensions_cm,price,cost,current_stock,minimum_stock,maximum_stock,reorder_point,supplier_name,supplier_sku,is_active,is_featured,rating_average,rating_count,tags,metadata,created_at,updated_at}'),
           ('sales_transactions', '{transaction_id,store_id,customer_id,transaction_date,transaction_type,payment_method,subtotal,tax_amount,discount_amount,total_amount,cashier_id,register_id,receipt_number,notes,metadata,created_at}'),
           ('sales_transaction_items', '{item_id,transaction_id,product_id,quantity,unit_price,total_price,discount_amount,tax_amount,created_at,store_id}'),
           ('product_embeddings', '{embedding_id,product_id,store_id,embedding_text,embedding,embedding_model,created_at,updated_at}'),
           ('audit_log', '{log_id,table_name,action,user_name,store_id,record_id,old_values,new_values,metadata,created_at}')
), design_relation AS (
    SELECT d.table_name, c.oid FROM design d JOIN pg_class c ON c.relname = d.table_name AND c.relnamespace = 'retail'::regnamespace
)
SELECT 'stores'::text AS table_name, store_id::text AS record_key, 'empty store_id'::text AS rule, store_name::text AS detail
  FROM retail.stores WHERE store_id = ''
UNION ALL
SELECT 'product_categories', category_id::text, 'category is its own parent', category_name
  FROM retail.product_categories WHERE parent_category_id = category_id
UNION ALL
SELECT 'customers', customer_id::text, 'e-mail address without @', email
  FROM retail.customers WHERE email !~ '^[^@[:space:]]+@[^@[:space:]]+$'
UNION ALL
SELECT 'customers', customer_id::text, 'e-mail address twice in a store', email
  FROM (SELECT customer_id, email, row_number() OVER (PARTITION BY store_id, lower(email) ORDER BY created_at, customer_id) AS n
          FROM retail.customers) c WHERE n > 1
UNION ALL
SELECT 'customers', customer_id::text, 'unknown loyalty tier', loyalty_tier
  FROM retail.customers WHERE loyalty_tier NOT IN ('bronze', 'silver', 'gold', 'platinum')
UNION ALL
SELECT 'customers', customer_id::text, 'impossible date of birth', date_of_birth::text
  FROM retail.customers WHERE date_of_birth NOT BETWEEN DATE '1850-01-01' AND CURRENT_DATE
UNION ALL
SELECT 'products', product_id::text, 'negative price', price::text FROM retail.products WHERE price < 0
UNION ALL
SELECT 'products', product_id::text, 'negative cost', cost::text FROM retail.products WHERE cost < 0
UNION ALL
SELECT 'products', product_id::text, 'negative weight', weight_kg::text FROM retail.products WHERE weight_kg < 0
UNION ALL
SELECT 'products', product_id::text, 'negative stock', concat_ws(', ', current_stock, minimum_stock, maximum_stock, reorder_point)
  FROM retail.products WHERE least(current_stock, minimum_stock, maximum_stock, reorder_point) < 0
UNION ALL
SELECT 'products', product_id::text, 'rating not between 0 and 5', concat_ws(' of ', rating_average, rating_count)
  FROM retail.products WHERE rating_average NOT BETWEEN 0 AND 5 OR rating_count < 0
UNION ALL
SELECT 'sales_transactions', transaction_id::text, 'unknown transaction type', coalesce(transaction_type, 'null')
  FROM retail.sales_transactions WHERE transaction_type IS NULL OR transaction_type NOT IN ('sale', 'return', 'exchange')
UNION ALL
SELECT 'sales_transactions', transaction_id::text, 'no transaction date', receipt_number
  FROM retail.sales_transactions WHERE transaction_date IS NULL
UNION ALL
SELECT 'products', product_id::text, 'not a number', concat_ws(', ', price, cost, weight_kg)
  FROM retail.products WHERE 'NaN' = ANY (ARRAY[price, cost, weight_kg])
UNION ALL
SELECT 'sales_transactions', transaction_id::text, 'not a number', concat_ws(', ', subtotal, tax_amount, discount_amount, total_amount)
  FROM retail.sales_transactions WHERE 'NaN' = ANY (ARRAY[subtotal, tax_amount, discount_amount, total_amount])
UNION ALL
SELECT 'sales_transaction_items', item_id::text, 'not a number', concat_ws(', ', unit_price, total_price, discount_amount, tax_amount)
  FROM retail.sales_transaction_items WHERE 'NaN' = ANY (ARRAY[unit_price, total_price, discount_amount, tax_amount])
UNION ALL
SELECT 'sales_transactions', transaction_id::text, 'impossible date', transaction_date::text
  FROM retail.sales_transactions WHERE NOT isfinite(transaction_date)
UNION ALL
SELECT 'sales_transactions', transaction_id::text, 'negative amount', concat_ws(', ', subtotal, tax_amount, discount_amount, total_amount)
  FROM retail.sales_transactions WHERE least(subtotal, tax_amount, discount_amount, total_amount) < 0
UNION ALL
SELECT 'sales_transactions', t.transaction_id::text, 'customer of another store', format('%s in %s', c.store_id, t.store_id)
  FROM retail.sales_transactions t JOIN retail.customers c USING (customer_id) WHERE c.store_id <> t.store_id
UNION ALL
SELECT 'sales_transaction_items', item_id::text, 'negative amount', concat_ws(', ', discount_amount, tax_amount)
  FROM retail.sales_transaction_items WHERE least(discount_amount, tax_amount) < 0
UNION ALL
SELECT 'sales_transaction_items', i.item_id::text, 'product of another store', format('%s in %s', p.store_id, t.store_id)
  FROM retail.sales_transaction_items i JOIN retail.sales_transactions t USING (transaction_id) JOIN retail.products p USING (product_id)
 WHERE p.store_id <> t.store_id
UNION ALL
SELECT 'product_embeddings', e.embedding_id::text, 'product of another store', format('%s in %s', p.store_id, e.store_id)
  FROM retail.product_embeddings e JOIN retail.products p USING (product_id) WHERE p.store_id <> e.store_id
UNION ALL
SELECT 'product_embeddings', embedding_id::text, 'zero vector', embedding_model
  FROM retail.product_embeddings WHERE translate(embedding::text, '[]0,-', '') = ''
UNION ALL
-- 0008 sums them into a column of the design; 0021 made it wider later.
SELECT 'customers', customer_id::text, 'sales of 100,000,000 or more', sum(total_amount)::text
  FROM retail.sales_transactions
 WHERE customer_id IS NOT NULL AND total_amount BETWEEN 0 AND 99999999.99 AND transaction_type IN ('sale', 'return', 'exchange')
 GROUP BY customer_id HAVING sum(total_amount) >= 100000000
UNION ALL
SELECT 'audit_log', log_id::text, 'no time', action FROM retail.audit_log WHERE created_at IS NULL OR NOT isfinite(created_at)
UNION ALL
SELECT d.table_name, a.attname, 'column of its own', format_type(a.atttypid, a.atttypmod)
  FROM design d JOIN design_relation r USING (table_name)
  JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE a.attname <> ALL (d.column_names)
UNION ALL
SELECT c.relname, n.nspname || '.' || o.relname, 'view on a table of the design', NULL
  FROM design_relation d JOIN pg_class c ON c.oid = d.oid
  JOIN pg_depend p ON p.refclassid = 'pg_class'::regclass AND p.refobjid = d.oid AND p.classid = 'pg_rewrite'::regclass
  JOIN pg_rewrite w ON w.oid = p.objid JOIN pg_class o ON o.oid = w.ev_class JOIN pg_namespace n ON n.oid = o.relnamespace
 WHERE o.oid <> d.oid
 GROUP BY c.relname, n.nspname, o.relname
UNION ALL
SELECT c.relname, k.conrelid::regclass || ' ' || quote_ident(k.conname), 'reference from a table of its own', NULL
  FROM design_relation d JOIN pg_class c ON c.oid = d.oid JOIN pg_constraint k ON k.confrelid = d.oid AND k.contype = 'f'
 WHERE k.conrelid NOT IN (SELECT oid FROM design_relation)
UNION ALL
SELECT 'retail', c.oid::regclass::text, 'relation of its own in schema retail', c.relkind::text
  FROM pg_class c
 WHERE c.relnamespace = 'retail'::regnamespace AND c.relkind IN ('r', 'p', 'f', 'S', 'v', 'm')
   AND c.oid NOT IN (SELECT oid FROM design_relation) AND c.relname NOT IN ('slow_queries', 'table_stats', 'index_usage')
   AND NOT EXISTS (SELECT FROM pg_depend p WHERE p.classid = 'pg_class'::regclass AND p.objid = c.oid AND p.deptype IN ('a', 'i')
                      AND p.refclassid = 'pg_class'::regclass)
UNION ALL
SELECT 'retail', p.oid::regprocedure::text, 'function of its own in schema retail', NULL
  FROM pg_proc p
 WHERE p.pronamespace = 'retail'::regnamespace
   AND p.proname NOT IN ('search_products_by_similarity', 'set_store_context', 'audit_trigger', 'perform_maintenance')
UNION ALL
-- Found by the names and types of its arguments before the server's own, in every later session of the owner.
SELECT 'public', p.oid::regprocedure::text, 'function of an untrusted owner in schema public', pg_get_userbyid(p.proowner)
  FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner AND NOT r.rolsuper
 WHERE p.pronamespace = 'public'::regnamespace
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT 'public', o.oid::regoperator::text, 'operator of an untrusted owner in schema public', pg_get_userbyid(o.oprowner)
  FROM pg_operator o JOIN pg_roles r ON r.oid = o.oprowner AND NOT r.rolsuper
 WHERE o.oprnamespace = 'public'::regnamespace
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_operator'::regclass AND d.objid = o.oid AND d.deptype = 'e')
ORDER BY 1, 3, 2
