-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Every grant in one place: what a role may do is read here, in which store it may do it in the policies.
-- Nothing is granted to PUBLIC but the schema's version, and nothing by default privileges.

SET LOCAL ROLE retail_owner;

DO $$
DECLARE
    routine regprocedure;
BEGIN
    FOR routine IN SELECT oid FROM pg_proc WHERE pronamespace IN ('retail'::regnamespace, 'retail_sec'::regnamespace)
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', routine);
    END LOOP;
END
$$;
REVOKE ALL ON TYPE retail_sec.product_filter FROM PUBLIC;

-- Any login may ask which version it meets; the schema's USAGE gives no right to anything in it.
GRANT USAGE ON SCHEMA retail TO PUBLIC;
GRANT EXECUTE ON FUNCTION retail.schema_version() TO PUBLIC;

-- Functions of the policies and of everybody who works in a store or looks at stores.
GRANT EXECUTE ON FUNCTION
    retail.effective_role(), retail.current_store_id(), retail.visible_stores(), retail.store_summary(), retail.embedding_coverage()
    TO retail_app, retail_manager, retail_dba, retail_ops;
GRANT EXECUTE ON FUNCTION
    retail.set_store_context(varchar), retail.use_store(varchar),
    retail.search_products(public.vector, text, integer, jsonb, varchar, float8),
    retail.search_products_by_similarity(public.vector, float8, integer),
    retail.measure_search(varchar, integer, integer, integer, varchar)
    TO retail_app, retail_manager, retail_dba, retail_ops;
GRANT SELECT ON retail.stores, retail.product_categories, retail.audit_log, retail.active_embedding_model
    TO retail_app, retail_manager, retail_dba;

GRANT SELECT, INSERT, UPDATE, DELETE ON
    retail.customers, retail.products, retail.sales_transactions, retail.sales_transaction_items, retail.product_embeddings
    TO retail_app;

-- By column, which also keeps a manager from LOCK TABLE in a mode that stops others.
GRANT SELECT ON
    retail.customers, retail.products, retail.sales_transactions, retail.sales_transaction_items, retail.product_embeddings
    TO retail_manager;
GRANT UPDATE (product_description, price, current_stock, is_active, is_featured, tags) ON retail.products TO retail_manager;
GRANT UPDATE (email, phone, loyalty_tier) ON retail.customers TO retail_manager;
GRANT INSERT (product_id, store_id, embedding_text, embedding, embedding_model),
      UPDATE (store_id, embedding_text, embedding, updated_at) ON retail.product_embeddings TO retail_manager;

-- Who writes a vector computes its index entry; without USAGE on retail_sec nobody can call it.
GRANT EXECUTE ON FUNCTION retail_sec.search_key(public.vector) TO retail_app, retail_manager;

-- To plan, not to read: no DBA has a store, so the policies leave nothing.
GRANT SELECT ON
    retail.customers, retail.products, retail.sales_transactions, retail.sales_transaction_items, retail.product_embeddings,
    retail.product_documents
    TO retail_dba;
GRANT SELECT ON retail.table_stats, retail.index_usage TO retail_dba, retail_ops;
GRANT EXECUTE ON FUNCTION retail.perform_maintenance(), retail.ensure_audit_partitions(integer, timestamptz)
    TO retail_dba, retail_ops;

RESET ROLE;
