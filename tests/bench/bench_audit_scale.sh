#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Is the audit log fast at 100 million rows? Measures the questions its page asks at two sizes, 1 and 10
# million entries over twelve months and 20 stores, and carries the growth on: what a question reads is a
# page of one or two partitions' indexes, so its time should follow the logarithm of the size.
#
#   bench_audit_scale.sh   [SMALL=1000000 LARGE=10000000]   as environment variables
set -Eeuo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
small=${SMALL:-1000000}
large=${LARGE:-10000000}

work=$(mktemp -d /tmp/bench.XXXXXX)
chmod 755 "$work"
trap '"$here/../support/cluster.sh" stop "$work/cluster"; rm -rf "$work"' EXIT
settings=$("$here/../support/cluster.sh" start "$work/cluster" "shared_buffers = '1GB'" "maintenance_work_mem = '512MB'" \
    "max_wal_size = '16GB'" "checkpoint_timeout = '1h'" "random_page_cost = 1.1" "jit = off" "autovacuum = off")
eval "$settings"
createdb retail_db
"$here/../support/migrate.sh" retail_db
run() { psql -X -q -v ON_ERROR_STOP=1 -d retail_db "$@"; }
run -c "INSERT INTO retail.stores (store_id, store_name) SELECT 's' || n, 'Store ' || n FROM generate_series(1, 20) n;
        SELECT retail.ensure_audit_partitions(12, now() - interval '12 months');
        CREATE ROLE bench_manager LOGIN; GRANT retail_manager TO bench_manager; SELECT retail.grant_store_access('bench_manager', 's1')" >/dev/null

fill() { # FROM TO: entries of two customers' worth of text each, the first store has a quarter of them
    local from=$1 to=$2 step=500000
    while [ "$from" -lt "$to" ]; do
        run -c "INSERT INTO retail.audit_log (table_name, action, user_name, store_id, record_id, old_values, new_values, metadata, created_at)
            SELECT (ARRAY['customers', 'products', 'sales_transactions', 'sales_transaction_items'])[1 + n % 4], (ARRAY['INSERT', 'UPDATE', 'UPDATE', 'DELETE'])[1 + n / 4 % 4],
                   'user' || n % 50, CASE WHEN n % 4 = 0 THEN 's1' ELSE 's' || 2 + n % 19 END, md5((n / 5)::text)::uuid,
                   jsonb_build_object('price', n), jsonb_build_object('price', n + 1), jsonb_build_object('role', 'mcp_user', 'application', 'bench'),
                   now() - make_interval(secs => 360 * 86400.0 * (hashint4(n)::bigint + 2147483648) / 4294967296)
              FROM generate_series($from + 1, least($from + $step, $to)) n"
        from=$((from + step))
    done
    run -c "VACUUM ANALYZE retail.audit_log"
}

# Median of 15 runs, in ms, of what a manager sends.
ask() { # SQL
    local _
    { echo "SET app.current_store_id = 's1';"; printf '%s\n' '\o /dev/null' '\timing on'; for _ in $(seq 15); do echo "$1;"; done; } |
        psql -X -q -At -d retail_db -U bench_manager | awk '/^Time/ { print $2 }' | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
page="SELECT * FROM retail.audit_log WHERE store_id = 's1'"
order="ORDER BY created_at DESC, log_id DESC LIMIT 200"
declare -A question=(
    [1 newest page]="$page AND created_at <= now() $order"
    [2 page a year back]="$page AND (created_at, log_id) < (now() - interval '350 days', 'ffffffff-ffff-ffff-ffff-ffffffffffff') $order"
    [3 person, table, week]="$page AND user_name = 'user8' AND table_name = 'customers' AND created_at >= now() - interval '100 days' AND created_at < now() - interval '93 days' $order"
    [4 history of a row]="$page AND record_id = md5('1000')::uuid $order"
)
measure() {
    local name
    for name in "${!question[@]}"; do echo "$name|$(ask "${question[$name]}")"; done | sort >"$work/$1"
}

fill 0 "$small"
measure small
start=$SECONDS
fill "$small" "$large"
filled=$((SECONDS - start))
measure large
size=$(run -At -c "SELECT pg_size_pretty(sum(pg_total_relation_size(relid))) FROM pg_partition_tree('retail.audit_log')")
echo "audit log: $small and $large entries ($size; the difference took $filled s to write), estimate for ten times as many"
join -t'|' "$work/small" "$work/large" | while IFS='|' read -r name a b; do
    # The growth from small to large is a factor of ten; once more gives the estimate.
    awk -v n="${name#* }" -v a="$a" -v b="$b" 'BEGIN { printf "%-22s %9.2f ms %9.2f ms   estimated %9.2f ms\n", n, a, b, (b > a) ? b * b / a : b }'
done
