#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A database of the original design becomes ours without losing a row; rows that break a rule stop it, or
# are set aside.
: "${here:?run.sh runs this}" "${work:?}" "${support:?}"
# shellcheck source=tests/sql/tap.sh
. "$here/tap.sh"

original() {
    createdb "$1"
    psql -X -q -v ON_ERROR_STOP=1 -d "$1" -f "$here/original_design.sql" >/dev/null
    psql -X -q -d "$1" -f "$here/fixture.sql" >/dev/null 2>&1
}
# Names and months may differ by the day, not the schema: everything but the random restrict key.
schema_of() { "$PGBINDIR/pg_dump" -s -n retail -n retail_sec -n public "$1" | grep -v '^.\(un\)\?restrict '; }
content_of() {
    local table
    for table in stores product_categories customers products sales_transactions sales_transaction_items product_embeddings; do
        DB=$1 as postgres "SELECT '$table', count(*), md5(string_agg((to_jsonb(t) - 'total_lifetime_value' - 'store_id' - 'updated_at')::text, '' ORDER BY (to_jsonb(t) - 'total_lifetime_value' - 'store_id' - 'updated_at')::text)) FROM retail.$table t"
    done
    DB=$1 as postgres "SELECT 'audit_log', count(*), md5(string_agg(to_jsonb(a)::text, '' ORDER BY log_id)) FROM retail.audit_log a WHERE metadata IS NULL OR NOT metadata @> '{\"reason\": \"adoption\"}'"
}
migrate() { "$support/migrate.sh" "$1" >"$work/migrate.out" 2>"$work/migrate.err"; echo $?; }

# ---- clean ----
original clean_db
psql -X -q -d clean_db -c "UPDATE retail.audit_log SET created_at = created_at - interval '14 months' WHERE table_name = 'products';
    ALTER TABLE retail.customers DISABLE TRIGGER USER; UPDATE retail.customers SET total_lifetime_value = 77 WHERE email = 'c1@online.example'"
content_of clean_db >"$work/before"
check "a clean database is adopted" 0 "$(migrate clean_db)"
content_of clean_db >"$work/after"
check "no row is lost or changed" "$(cat "$work/before")" "$(cat "$work/after")"
createdb fresh_db
"$support/migrate.sh" fresh_db >/dev/null 2>&1
psql -X -q -d fresh_db -f "$here/fixture.sql" >/dev/null 2>&1
schema_of fresh_db >"$work/plain.schema"
# The adopted one has a month more, that of its old entries.
old_month=$(psql -X -At -d clean_db -c "SELECT to_char((now() - interval '14 months') AT TIME ZONE 'UTC', '\"y\"YYYY\"m\"MM')")
psql -X -q -d fresh_db -c "BEGIN; INSERT INTO retail.audit_log (table_name, action, created_at) VALUES ('x', 'x', now() - interval '14 months'); SELECT retail.ensure_audit_partitions(); COMMIT" >/dev/null
check "the old entries have their month" 150 "$(DB=clean_db as postgres "SELECT count(*) FROM retail.audit_log_$old_month")"
schema_of clean_db >"$work/adopted.schema"
schema_of fresh_db >"$work/fresh.schema"
check "the schema is that of a fresh database" "" "$(diff "$work/fresh.schema" "$work/adopted.schema" | head -20)"
check "a lifetime value that a client had kept is noted" "77.00" "$(DB=clean_db as postgres "SELECT old_values ->> 'total_lifetime_value' FROM retail.audit_log WHERE metadata @> '{\"reason\": \"adoption\"}' AND store_id = 'online'")"
check "and is now that of the sales" "-216.00" "$(DB=clean_db as postgres "SELECT total_lifetime_value FROM retail.customers WHERE email = 'c1@online.example'")"
check "the next category gets the next number" 8 "$(DB=clean_db as postgres "INSERT INTO retail.product_categories (category_name) VALUES ('New') RETURNING category_id")"
check "a second run changes nothing" 0 "$(migrate clean_db)"

# ---- dirty ----
original dirty_db
psql -X -q -v ON_ERROR_STOP=1 -d dirty_db <<'SQL'
ALTER TABLE retail.products ADD COLUMN shelf text;
UPDATE retail.products SET shelf = 'A7' WHERE sku = 'SKU-SEA-9';
CREATE VIEW retail.vip AS SELECT * FROM retail.customers WHERE loyalty_tier = 'gold';
CREATE TABLE retail.gift_cards (code text PRIMARY KEY, customer_id uuid REFERENCES retail.customers);
INSERT INTO retail.gift_cards VALUES ('G1', fixture.id('customer', 'seattle', 5));
CREATE FUNCTION retail.helper() RETURNS integer LANGUAGE sql AS 'SELECT 1';
UPDATE retail.products SET price = -5 WHERE sku = 'SKU-SEA-1';
UPDATE retail.products SET rating_average = 9.99, cost = -1 WHERE sku = 'SKU-SEA-2';
UPDATE retail.products SET current_stock = -100 WHERE sku = 'SKU-RED-1';
UPDATE retail.customers SET loyalty_tier = 'diamond' WHERE email = 'c1@seattle.example';
UPDATE retail.customers SET date_of_birth = '2999-01-01' WHERE email = 'c2@seattle.example';
UPDATE retail.customers SET email = 'not-an-email' WHERE email = 'c3@seattle.example';
INSERT INTO retail.customers (store_id, first_name, last_name, email) VALUES ('seattle', 'a', 'b', 'C4@SEATTLE.example');
UPDATE retail.sales_transactions SET transaction_type = 'bogus' WHERE transaction_id = fixture.id('sale', 'redmond', 2);
UPDATE retail.sales_transactions SET subtotal = -1, total_amount = 999 WHERE transaction_id = fixture.id('sale', 'redmond', 3);
UPDATE retail.sales_transactions SET customer_id = fixture.id('customer', 'online', 1) WHERE transaction_id = fixture.id('sale', 'redmond', 4);
UPDATE retail.sales_transaction_items SET product_id = fixture.id('product', 'online', 1) WHERE item_id = fixture.id('item', 'redmond', 5);
UPDATE retail.product_embeddings SET store_id = 'online' WHERE embedding_id = fixture.id('embedding', 'redmond', 6);
UPDATE retail.product_embeddings SET embedding = array_fill(0, ARRAY[1536])::vector WHERE embedding_id = fixture.id('embedding', 'redmond', 7);
UPDATE retail.product_categories SET parent_category_id = category_id WHERE category_id = 7;
UPDATE retail.sales_transactions SET total_amount = 60000000 WHERE customer_id = fixture.id('customer', 'bellevue', 9);
-- An operator that fits varchar better than the server's own: whoever compares with it runs mcp_user's function.
GRANT CREATE ON SCHEMA public TO mcp_user;
SET ROLE mcp_user;
CREATE FUNCTION public.ne(a varchar, b varchar) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        EXECUTE 'ALTER ROLE mcp_user SUPERUSER';
    END IF;
    RETURN a::text <> b::text;
END
$$;
CREATE OPERATOR public.<> (FUNCTION = public.ne, LEFTARG = varchar, RIGHTARG = varchar);
RESET ROLE;
REVOKE CREATE ON SCHEMA public FROM mcp_user;
SQL
content_of dirty_db >"$work/before"
check "rows that break a rule stop the adoption" 1 "$(migrate dirty_db)"
check "each is listed by table, key and rule" 24 "$(grep -c '|' "$work/migrate.out")"
for rule in 'negative price' 'negative cost' 'rating not between' 'negative stock' 'unknown loyalty tier' 'impossible date' 'without @' 'twice in a store' 'unknown transaction type' \
    'negative amount' 'customer of another store' 'product of another store' 'zero vector' 'its own parent' 'column of its own' 'view on a table' 'reference from a table' 'function of its own' \
    'sales of 100,000,000' 'function of an untrusted owner' 'operator of an untrusted owner'; do
    check "listed: $rule" 1 "$(grep -c "$rule" "$work/migrate.out" | awk '{print ($1 > 0)}')"
done
check "and nothing is changed" "$(cat "$work/before")" "$(content_of dirty_db)"
check "not even a schema is made" 0 "$(DB=dirty_db as postgres "SELECT count(*) FROM pg_namespace WHERE nspname = 'retail_sec'")"
check "with quarantine it is adopted" 0 "$(QUARANTINE=1 migrate dirty_db)"
check "rows moved plus rows kept are the rows there were" "$(awk -F'|' '$1 != "product_categories" && $1 != "audit_log" {n += $2} END {print n}' "$work/before")" \
    "$(content_of dirty_db | awk -F'|' '$1 != "product_categories" && $1 != "audit_log" {n += $2} END {print n}' | { read -r kept; moved=$(DB=dirty_db as postgres "SELECT count(*) FROM retail_sec.quarantine WHERE table_name NOT LIKE 'pg\\_%' AND rule NOT IN ('column of its own', 'category is its own parent')"); echo $((kept + moved)); })"
check "no audit entry is lost" "$(grep audit_log "$work/before")" "$(content_of dirty_db | grep audit_log)"
check "a row that breaks two rules is moved once, whole" "negative cost; rating not between 0 and 5|-1.00|9.99" \
    "$(DB=dirty_db as postgres "SELECT rule, \"row\" ->> 'cost', \"row\" ->> 'rating_average' FROM retail_sec.quarantine WHERE \"row\" ->> 'sku' = 'SKU-SEA-2'")"
check "a customer's sales go with the customer" "depends on customers" \
    "$(DB=dirty_db as postgres "SELECT DISTINCT rule FROM retail_sec.quarantine WHERE table_name = 'sales_transactions' AND \"row\" ->> 'customer_id' = fixture.id('customer', 'seattle', 1)::text")"
check "values of a column of its own are kept" A7 "$(DB=dirty_db as postgres "SELECT \"row\" ->> 'shelf' FROM retail_sec.quarantine WHERE rule = 'column of its own'")"
check "a view's definition is kept" 1 "$(DB=dirty_db as postgres "SELECT count(*) FROM retail_sec.quarantine WHERE table_name = 'pg_views' AND \"row\" ->> 'definition' LIKE '%gold%'")"
check "a table of its own moves with its rows" G1 "$(DB=dirty_db as postgres 'SELECT code FROM retail_other.gift_cards')"
check "what mcp_user had planted made it no superuser" f "$(DB=dirty_db as postgres "SELECT rolsuper FROM pg_roles WHERE rolname = 'mcp_user'")"
check "and is out of the way" 'retail_other.<>(character varying,character varying)' "$(DB=dirty_db as postgres "SELECT o.oid::regoperator FROM pg_operator o JOIN pg_roles r ON r.oid = o.oprowner WHERE r.rolname = 'mcp_user'")"
check "the quarantined schema is that of a fresh database" "" "$(schema_of dirty_db | diff "$work/plain.schema" - | head -20)"
done_testing
