#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What row level security costs: a read by primary key and a page of 200 rows, as a store's login under the
# policies and as the owner, who is not bound by them. Both are prepared statements that name the store,
# inside an open transaction with the store chosen, in one session each, in alternating rounds.
#
#   bench_isolation.sh   [CUSTOMERS=200000 ROUNDS=25]   as environment variables
set -Eeuo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
customers=${CUSTOMERS:-200000}
rounds=${ROUNDS:-25}

work=$(mktemp -d /tmp/bench.XXXXXX)
chmod 755 "$work"
trap '"$here/../support/cluster.sh" stop "$work/cluster"; rm -rf "$work"' EXIT
settings=$("$here/../support/cluster.sh" start "$work/cluster" "shared_buffers = '512MB'" "random_page_cost = 1.1" "jit = off")
eval "$settings"

createdb retail_db
"$here/../support/migrate.sh" retail_db
psql -X -q -v ON_ERROR_STOP=1 -d retail_db >/dev/null <<SQL
INSERT INTO retail.stores (store_id, store_name) SELECT 's' || n, 'Store ' || n FROM generate_series(1, 4) n;
SET session_replication_role = replica;
INSERT INTO retail.customers (customer_id, store_id, first_name, last_name, email, phone)
SELECT md5(n::text)::uuid, 's' || 1 + n % 4, 'First' || n, 'Last' || n, n || '@example.org', '555-' || n FROM generate_series(1, $customers) n;
CREATE ROLE bench_manager LOGIN;
GRANT retail_manager TO bench_manager;
SELECT retail.grant_store_access('bench_manager', 's1');
CREATE ROLE bench_owner LOGIN;
GRANT retail_owner TO bench_owner;
VACUUM ANALYZE retail.customers;
SQL

# One script is one transaction of 200 executions; pgbench reports each statement's own latency.
key() {
    echo "BEGIN;"
    echo "SELECT retail.use_store('s1');"
    local _
    for _ in $(seq 200); do
        echo "\\set n random(1, $customers / 4 - 1) * 4"
        # Sent with its uuid as text: pgbench has no uuid, and both sides pay for the same cast.
        echo "SELECT * FROM retail.customers WHERE store_id = 's1' AND customer_id = md5(:n::text)::uuid;"
    done
    echo "COMMIT;"
}
page() {
    echo "BEGIN;"
    echo "SELECT retail.use_store('s1');"
    local _
    for _ in $(seq 20); do
        echo "\\set n random(10000, 99999)"
        echo "SELECT * FROM retail.customers WHERE store_id = 's1' AND (last_name, first_name, customer_id) > ('Last' || :n, '', '00000000-0000-0000-0000-000000000000') ORDER BY last_name, first_name, customer_id LIMIT 200;"
    done
    echo "COMMIT;"
}
key >"$work/key.sql"
page >"$work/page.sql"

# Microseconds a SELECT on customers, averaged over one session's run. The generic plan is what a prepared
# statement comes to after five executions; these runs are too short to leave that to chance.
measure() { # LOGIN SCRIPT TRANSACTIONS
    PGOPTIONS="-c plan_cache_mode=force_generic_plan" pgbench -n -M prepared -r -t "$3" -f "$work/$2.sql" -U "$1" retail_db 2>/dev/null |
        awk '/FROM retail.customers/ { sum += $1; n++ } END { printf "%.2f\n", 1000 * sum / n }'
}
quartile() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 3) / 4)] }'; }

for script in key page; do
    transactions=20
    measure bench_manager $script 3 >/dev/null
    measure bench_owner $script 3 >/dev/null
    for _ in $(seq "$rounds"); do
        measure bench_owner $script $transactions >>"$work/$script.without"
        measure bench_manager $script $transactions >>"$work/$script.with"
    done
    case $script in key) label="read by primary key" target="at most 1.50 x and 25 us more" ;; page) label="page of 200 rows" target="at most 1.10 x" ;; esac
    # Other work on the machine only ever adds time, so the lower quartile of many rounds is compared.
    awk -v l="$label" -v w="$(quartile <"$work/$script.with")" -v o="$(quartile <"$work/$script.without")" -v t="$target" -v r="$rounds" 'BEGIN {
        printf "%-20s with policies %8.2f us   without %8.2f us   %.2f x, %+.2f us   (%s; lower quartiles of %d alternating rounds)\n", l, w, o, w / o, w - o, t, r }'
done
