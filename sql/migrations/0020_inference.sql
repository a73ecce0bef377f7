-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What plans would tell of other stores. ANALYZE keeps values of index expressions too, and EXPLAIN's estimates
-- answer to whoever asks for them one by one (see 0002). And a plan that a setting of the caller has printed
-- holds what a definer function looked for: vectors, names.

SET LOCAL ROLE retail_owner;

ALTER INDEX retail.idx_customers_email ALTER COLUMN 2 SET STATISTICS 0;
ALTER INDEX retail.idx_products_sku ALTER COLUMN 2 SET STATISTICS 0;
ALTER INDEX retail.idx_product_embeddings_vector ALTER COLUMN 1 SET STATISTICS 0;
ALTER TABLE retail.products ALTER tags SET STATISTICS 0;
ALTER TABLE retail.sales_transactions ALTER cashier_id SET STATISTICS 0;
ALTER TABLE retail.stores ALTER store_name SET STATISTICS 0, ALTER store_location SET STATISTICS 0;

ALTER FUNCTION retail.measure_index(varchar, integer, integer, integer[], varchar) SET client_min_messages = notice;
ALTER FUNCTION retail.measure_modes(varchar, integer, integer, varchar) SET client_min_messages = notice;
ALTER FUNCTION retail.measure_search(varchar, integer, integer, integer, varchar) SET client_min_messages = notice;
ALTER FUNCTION retail.explain_search(varchar, integer, integer, varchar) SET client_min_messages = notice;

CREATE OR REPLACE FUNCTION retail_sec.check_measure(store varchar, samples integer, k integer) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF store IS NULL OR store NOT IN (SELECT retail.visible_stores()) THEN
        RAISE EXCEPTION 'Invalid or inactive store: %', store USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF samples IS NULL OR k IS NULL OR samples NOT BETWEEN 1 AND 1000 OR k NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION 'samples, k and ef_search must be between 1 and 1000' USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;

RESET ROLE;

-- A target of 0 collects no more; what was collected stays until it is removed. The catalogue is the superuser's.
DELETE FROM pg_statistic s
 USING pg_attribute a
 WHERE a.attrelid = s.starelid AND a.attnum = s.staattnum AND a.attstattarget = 0
   AND s.starelid IN (SELECT oid FROM pg_class WHERE relnamespace IN ('retail'::regnamespace, 'retail_sec'::regnamespace));
