#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# How long clients stall while the whole weekly plan of `retail-admin maintain run` goes through: pgbench changes
# customers, products and embeddings all the while, first alone, then with maintenance beside it. fsync is on.
#
#   RETAIL_ADMIN=build/release/retail-admin bench_maintenance.sh   [CLIENTS=4 RATE=200 SECONDS_ALONE=20 SECONDS_BESIDE=60
#       CUSTOMERS=20000 PRODUCTS=10000 TRANSACTIONS=50000]
set -Eeuo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$(realpath "${RETAIL_ADMIN:?RETAIL_ADMIN names the program}")
clients=${CLIENTS:-4}
rate=${RATE:-200}

work=$(mktemp -d /tmp/bench.XXXXXX)
chmod 755 "$work"
bench=
trap '[ -z "$bench" ] || kill "$bench" 2>/dev/null || true; "$here/../support/cluster.sh" stop "$work/cluster"; rm -rf "$work"' EXIT
settings=$(CLUSTER_FSYNC=on "$here/../support/cluster.sh" start "$work/cluster" "shared_buffers = '512MB'" "max_wal_size = '4GB'")
eval "$settings"
export XDG_DATA_HOME=$work/data XDG_CONFIG_HOME=$work/config XDG_STATE_HOME=$work/state
profile="postgresql:///retail_db?host=$PGHOST&port=$PGPORT&user=$PGUSER"

createdb retail_db
"$program" migrate --profile "$profile" >/dev/null
"$program" sample-data --profile "$profile" --customers "${CUSTOMERS:-20000}" --products "${PRODUCTS:-10000}" \
    --transactions "${TRANSACTIONS:-50000}" >/dev/null
"$program" embed --profile "$profile" --provider offline --activate >/dev/null

cat >"$work/write.sql" <<'SQL'
\set pick random(1, 1000000)
BEGIN;
UPDATE retail.customers SET phone = '555-' || :pick WHERE customer_id = (SELECT customer_id FROM retail.customers
    WHERE customer_id > md5(:pick::text)::uuid ORDER BY customer_id LIMIT 1);
UPDATE retail.products SET product_name = product_name || '' WHERE product_id = (SELECT product_id FROM retail.products
    WHERE product_id > md5(:pick::text)::uuid ORDER BY product_id LIMIT 1);
UPDATE retail.product_embeddings SET updated_at = now() WHERE embedding_id = (SELECT embedding_id FROM retail.product_embeddings
    WHERE embedding_id > md5(:pick::text)::uuid ORDER BY embedding_id LIMIT 1);
COMMIT;
SQL

measure() { # NAME SECONDS: transactions, longest and 99.9th percentile in ms
    (cd "$work" && exec pgbench -n -f write.sql -c "$clients" -R "$rate" -T "$2" -l --log-prefix="$1" retail_db >"$1.out" 2>&1) &
    bench=$!
}
figures() { # NAME FROM TO (seconds since the epoch)
    cat "$work/$1".[0-9]* | awk -v from="$2" -v to="$3" '$5 >= from && $5 <= to { print $3 / 1000 }' | sort -n |
        awk '{ v[NR] = $1 } END { printf "%d transactions, 99.9 %% within %.0f ms, longest %.0f ms\n", NR, v[int(NR * 0.999)], v[NR] }'
}

measure alone "${SECONDS_ALONE:-20}"
began=$(date +%s)
wait "$bench"
echo "alone:             $(figures alone "$began" "$(date +%s)")"

# pgbench writes its log when it ends by itself only, so it gets a time, and maintenance has to fit into it.
measure beside "${SECONDS_BESIDE:-60}"
sleep 2
began=$(date +%s)
# Named, because what has nothing to do would be left out.
tasks=$(printf 'analyze:retail.%s,' customers products sales_transactions sales_transaction_items product_embeddings)
tasks+=vacuum:retail.customers,vacuum:retail.products,reindex:retail.idx_products_text_search,reindex:retail.idx_product_embeddings_vector
"$program" maintain run --tasks "$tasks" --profile "$profile" >"$work/report" || { cat "$work/report"; exit 1; }
ended=$(date +%s)
kill -0 "$bench" || { echo "maintenance took longer than pgbench: give more SECONDS_BESIDE" >&2; exit 1; }
wait "$bench"
bench=
echo "with maintenance:  $(figures beside "$began" "$ended") (the longest must stay below 1000 ms)"
cat "$work/report"
if grep -q 'aborted\|ERROR' "$work"/*.out; then cat "$work"/*.out; exit 1; fi
