#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What auditing costs a bulk insert: 100,000 customers in one statement, with the audit trigger and with it
# disabled, everything else the same, in alternating rounds on the same table. fsync is on.
#
#   bench_audit.sh   [CUSTOMERS=100000 ROUNDS=5]   as environment variables
set -Eeuo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
customers=${CUSTOMERS:-100000}
rounds=${ROUNDS:-5}

work=$(mktemp -d /tmp/bench.XXXXXX)
chmod 755 "$work"
trap '"$here/../support/cluster.sh" stop "$work/cluster"; rm -rf "$work"' EXIT
settings=$(CLUSTER_FSYNC=on "$here/../support/cluster.sh" start "$work/cluster" "shared_buffers = '1GB'" "max_wal_size = '8GB'" \
    "checkpoint_timeout = '1h'" "autovacuum = off" "jit = off")
eval "$settings"

createdb retail_db
"$here/../support/migrate.sh" retail_db
psql -X -q -d retail_db -c "INSERT INTO retail.stores (store_id, store_name) VALUES ('s1', 'Store')"

# Every round inserts and then removes its rows, untimed and unlogged, so that all start from the same table.
round() { # enable|disable
    psql -X -q -At -v ON_ERROR_STOP=1 -d retail_db <<SQL | awk '/^Time/ { print $2 }'
ALTER TABLE retail.customers $1 TRIGGER customers_audit_insert;
CHECKPOINT;
\\timing on
INSERT INTO retail.customers (store_id, first_name, last_name, email, phone, date_of_birth, gender, loyalty_tier)
SELECT 's1', 'First' || n, 'Last' || n, n || '@example.org', '555-' || n, DATE '1980-01-01' + n % 10000, 'Other', 'gold' FROM generate_series(1, $customers) n;
\\timing off
SET session_replication_role = replica;
TRUNCATE retail.customers, retail.sales_transactions, retail.sales_transaction_items;
TRUNCATE retail.audit_log;
SQL
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

round disable >/dev/null
for _ in $(seq "$rounds"); do
    round disable >>"$work/without"
    round enable >>"$work/with"
done
awk -v w="$(median <"$work/with")" -v o="$(median <"$work/without")" -v n="$customers" -v r="$rounds" 'BEGIN {
    printf "insert of %d customers   with audit %.0f ms   without %.0f ms   %.2f x   (at most 3.0 x; medians of %d alternating rounds)\n", n, w, o, w / o, r }'
