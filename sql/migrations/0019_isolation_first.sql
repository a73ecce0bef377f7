-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Which row is of the store is asked before anything else of it. Comparisons that cannot leak an argument may
-- run before a policy, in the order of their cost, and a sub-select beside them runs only once they are true:
-- "email = 'x' AND email > (SELECT told())" called told() exactly when some store had x. So the policy's
-- first clause has a form to which the planner gives no cost, and among equals the policy comes first: the key
-- of a JSON object that holds the store, or the stores, of the check. The second clause names the store again
-- by what was chosen, checked by the first, because only an equality finds the indexes and their order.

SET LOCAL ROLE retail_owner;

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY '{customers, products, sales_transactions, sales_transaction_items, product_embeddings, product_documents, audit_log}'::text[] LOOP
        -- No store has an empty identity (store_id_not_empty): without a store the object fits no row.
        EXECUTE format($policy$ALTER POLICY %I ON retail.%I USING (
            ((SELECT jsonb_build_object(coalesce(retail.current_store_id(), ''), jsonb '{}')))[store_id] IS NOT NULL
            AND store_id = (SELECT current_setting('app.current_store_id', true)))$policy$, t || '_store_isolation', t);
    END LOOP;
END
$$;
ALTER POLICY stores_visible ON retail.stores USING (
    ((SELECT coalesce(jsonb_object_agg(v.store_id, jsonb '{}'), '{}') FROM retail.visible_stores() v (store_id)))[store_id] IS NOT NULL);

RESET ROLE;
