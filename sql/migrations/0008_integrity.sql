-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Columns the database keeps itself: updated_at, the store of items and embeddings that a client left
-- out, a customer's lifetime value.

SET LOCAL ROLE retail_owner;

CREATE FUNCTION retail.touch_updated_at() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION retail.touch_updated_at() IS 'Keeps updated_at.';

CREATE TRIGGER stores_touch BEFORE UPDATE ON retail.stores
    FOR EACH ROW EXECUTE FUNCTION retail.touch_updated_at();
CREATE TRIGGER products_touch BEFORE UPDATE ON retail.products
    FOR EACH ROW EXECUTE FUNCTION retail.touch_updated_at();
CREATE TRIGGER product_embeddings_touch BEFORE UPDATE ON retail.product_embeddings
    FOR EACH ROW EXECUTE FUNCTION retail.touch_updated_at();
CREATE TRIGGER active_embedding_model_touch BEFORE UPDATE ON retail.active_embedding_model
    FOR EACH ROW EXECUTE FUNCTION retail.touch_updated_at();
COMMENT ON TRIGGER stores_touch ON retail.stores IS 'Keeps updated_at.';
COMMENT ON TRIGGER products_touch ON retail.products IS 'Keeps updated_at.';
COMMENT ON TRIGGER product_embeddings_touch ON retail.product_embeddings IS 'Keeps updated_at.';
COMMENT ON TRIGGER active_embedding_model_touch ON retail.active_embedding_model IS 'Keeps updated_at.';

-- The lifetime value is the database's: a new customer has bought nothing, and an update by a client
-- leaves it as it is. Only retail_owner itself writes it: maintain_lifetime_value() runs as it, and a
-- change of the derived value alone is no edit of the customer.
CREATE FUNCTION retail.keep_customer() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
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
COMMENT ON FUNCTION retail.keep_customer() IS 'Keeps updated_at, and total_lifetime_value out of clients'' hands.';

CREATE TRIGGER customers_keep BEFORE INSERT OR UPDATE ON retail.customers
    FOR EACH ROW EXECUTE FUNCTION retail.keep_customer();
COMMENT ON TRIGGER customers_keep ON retail.customers IS 'Keeps updated_at, and total_lifetime_value out of clients'' hands.';

-- Runs as the writer, under its policies: another store's transaction is not found, so a foreign and a
-- missing id leave the store empty and are refused alike.
CREATE FUNCTION retail.fill_item_store() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.store_id := (SELECT t.store_id FROM retail.sales_transactions t WHERE t.transaction_id = NEW.transaction_id);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION retail.fill_item_store() IS 'An item left without a store gets its transaction''s.';

CREATE FUNCTION retail.fill_embedding_store() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.store_id := (SELECT p.store_id FROM retail.products p WHERE p.product_id = NEW.product_id);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION retail.fill_embedding_store() IS 'An embedding left without a store gets its product''s.';

CREATE TRIGGER sales_transaction_items_fill_store BEFORE INSERT ON retail.sales_transaction_items
    FOR EACH ROW WHEN (NEW.store_id IS NULL) EXECUTE FUNCTION retail.fill_item_store();
CREATE TRIGGER product_embeddings_fill_store BEFORE INSERT ON retail.product_embeddings
    FOR EACH ROW WHEN (NEW.store_id IS NULL) EXECUTE FUNCTION retail.fill_embedding_store();
COMMENT ON TRIGGER sales_transaction_items_fill_store ON retail.sales_transaction_items IS 'An item left without a store gets its transaction''s.';
COMMENT ON TRIGGER product_embeddings_fill_store ON retail.product_embeddings IS 'An embedding left without a store gets its product''s.';

-- Adds differences instead of summing anew: right under concurrency, and its cost does not grow with a
-- customer's history. Returns are positive amounts that count down. Its plan is kept for the session, so
-- it must not be the hash join that suited a bulk load: always one look-up by key a customer.
CREATE FUNCTION retail.maintain_lifetime_value() RETURNS trigger
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
        UPDATE retail.customers c
           SET total_lifetime_value = coalesce(c.total_lifetime_value, 0) + d.amount
          FROM (SELECT x.store_id, x.customer_id, sum(x.amount) AS amount
                  FROM (SELECT n.store_id, n.customer_id,
                               CASE n.transaction_type WHEN 'return' THEN -n.total_amount ELSE n.total_amount END AS amount
                          FROM new_rows n
                        UNION ALL
                        SELECT o.store_id, o.customer_id,
                               CASE o.transaction_type WHEN 'return' THEN o.total_amount ELSE -o.total_amount END
                          FROM old_rows o) x
                 WHERE x.customer_id IS NOT NULL
                 GROUP BY x.store_id, x.customer_id) d
         WHERE c.store_id = d.store_id AND c.customer_id = d.customer_id AND d.amount <> 0;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION retail.maintain_lifetime_value() IS 'Keeps customers.total_lifetime_value: sales and exchanges less returns.';

CREATE TRIGGER sales_transactions_value_insert AFTER INSERT ON retail.sales_transactions
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION retail.maintain_lifetime_value();
CREATE TRIGGER sales_transactions_value_update AFTER UPDATE ON retail.sales_transactions
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION retail.maintain_lifetime_value();
CREATE TRIGGER sales_transactions_value_delete AFTER DELETE ON retail.sales_transactions
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION retail.maintain_lifetime_value();
COMMENT ON TRIGGER sales_transactions_value_insert ON retail.sales_transactions IS 'Keeps customers.total_lifetime_value.';
COMMENT ON TRIGGER sales_transactions_value_update ON retail.sales_transactions IS 'Keeps customers.total_lifetime_value.';
COMMENT ON TRIGGER sales_transactions_value_delete ON retail.sales_transactions IS 'Keeps customers.total_lifetime_value.';

-- Rows of an adopted database were there before these triggers.
UPDATE retail.customers c
   SET total_lifetime_value = coalesce(s.amount, 0)
  FROM retail.customers k
  LEFT JOIN (SELECT store_id, customer_id,
                    sum(CASE transaction_type WHEN 'return' THEN -total_amount ELSE total_amount END) AS amount
               FROM retail.sales_transactions
              GROUP BY store_id, customer_id) s USING (store_id, customer_id)
 WHERE c.customer_id = k.customer_id AND c.total_lifetime_value IS DISTINCT FROM coalesce(s.amount, 0);

RESET ROLE;
