-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- An erasure reaches what adoption set aside, also what names the sale alone.
BEGIN;
SELECT plan(6);
CREATE TEMP TABLE sale AS
SELECT t.transaction_id, t.customer_id, (SELECT i.item_id FROM retail.sales_transaction_items i WHERE i.transaction_id = t.transaction_id LIMIT 1) AS item_id
  FROM retail.sales_transactions t WHERE t.store_id = 'seattle' AND t.customer_id IS NOT NULL ORDER BY 1 LIMIT 1;
INSERT INTO retail_sec.quarantine (table_name, record_key, rule, "row")
SELECT v.table_name, v.record_key, v.rule, v."row"::jsonb
  FROM sale s, LATERAL (VALUES
       ('sales_transactions', s.transaction_id::text, 'column of its own', '{"delivery": "to Vera"}'),
       ('sales_transaction_items', s.item_id::text, 'column of its own', '{"engraving": "for Vera"}'),
       ('sales_transactions', '11111111-0000-4000-8000-000000000000', 'negative amount',
        format('{"transaction_id": "11111111-0000-4000-8000-000000000000", "customer_id": "%s", "notes": "Vera", "delivery": "to Vera", "total_amount": -1}', s.customer_id)),
       ('sales_transactions', '11111111-0000-4000-8000-000000000000', 'column of its own', '{"delivery": "to Vera"}'),
       ('sales_transaction_items', '21111111-0000-4000-8000-000000000000', 'depends on sales_transactions',
        '{"transaction_id": "11111111-0000-4000-8000-000000000000", "quantity": 3, "engraving": "for Vera"}'),
       ('audit_log', '31111111-0000-4000-8000-000000000000', 'no time', format('{"record_id": "%s", "new_values": {"notes": "Vera"}}', s.transaction_id)),
       ('audit_log', '41111111-0000-4000-8000-000000000000', 'no time',
        '{"record_id": "11111111-0000-4000-8000-000000000000", "old_values": {"notes": "Vera"}}'),
       ('sales_transactions', '51111111-0000-4000-8000-000000000000', 'column of its own', '{"delivery": "to Ida"}'),
       ('stores', 'elsewhere', 'unknown type', '{"store_name": "Ida''s"}')) v (table_name, record_key, rule, "row");
INSERT INTO retail.audit_log (table_name, action, store_id, record_id, new_values)
VALUES ('sales_transactions', 'UPDATE', 'seattle', '11111111-0000-4000-8000-000000000000', '{"notes": "Vera"}');
SELECT lives_ok($$SELECT retail.erase_customer('seattle', customer_id, 'asked for') FROM sale$$, 'the customer is erased');
SELECT is_empty($$SELECT * FROM retail_sec.quarantine q WHERE q."row"::text LIKE '%Vera%'$$, 'nothing that was set aside names the person');
SELECT is_empty($$SELECT * FROM retail.audit_log a WHERE a.new_values::text LIKE '%Vera%'$$, 'nor does the log of a sale that was set aside');
SELECT results_eq($$SELECT q."row" FROM retail_sec.quarantine q WHERE q.rule = 'negative amount'$$,
    $$VALUES ('{"transaction_id": "11111111-0000-4000-8000-000000000000", "customer_id": null, "notes": null, "total_amount": -1}'::jsonb)$$, 'the sale itself stays');
SELECT results_eq($$SELECT q."row" -> 'quantity' FROM retail_sec.quarantine q WHERE q.table_name = 'sales_transaction_items'$$, $$VALUES ('3'::jsonb)$$, 'and its items');
SELECT is((SELECT count(*)::int FROM retail_sec.quarantine q WHERE q."row"::text LIKE '%Ida%'), 2, 'so does what is another''s');
SELECT * FROM finish();
ROLLBACK;
