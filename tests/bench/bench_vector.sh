#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Filtered vector search under store-size skew: 50,000 x 1536 vectors in 200 clusters, 20 stores of 0.1 %
# to 60 %. Prints for every store how it was searched, rows returned of those possible for k = 10, 20, 100,
# recall@20 against the exact answer, and the median time of the search and of the store's exact scan;
# then 200 searches with random filters.
# Then the same on uniform random vectors, for information.
#
#   bench_vector.sh   [VECTORS=50000 QUERIES=20 UNIFORM=1]   as environment variables; UNIFORM=0 leaves the last out
set -Eeuo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
vectors=${VECTORS:-50000}
queries=${QUERIES:-20}

work=$(mktemp -d /tmp/bench.XXXXXX)
chmod 755 "$work"
trap '"$here/../support/cluster.sh" stop "$work/cluster"; rm -rf "$work"' EXIT
settings=$("$here/../support/cluster.sh" start "$work/cluster" "shared_buffers = '1GB'" "maintenance_work_mem = '1GB'" \
    "max_wal_size = '4GB'" "random_page_cost = 1.1" "jit = off")
eval "$settings"

run() { psql -X -q -v ON_ERROR_STOP=1 -d "$1" "${@:2}"; }

measure() {
    local database=$1 clusters=$2
    createdb "$database"
    "$here/../support/migrate.sh" "$database"
    run "$database" -c "CREATE TABLE public.vectors (n integer, v public.vector(1536));
                        CREATE TABLE public.probes (n integer, v public.vector(1536))"
    perl "$here/vectors.pl" $((vectors + queries)) 1536 "$clusters" 42 | run "$database" -c "COPY public.vectors FROM STDIN (FORMAT binary)"
    # Held out: a query is a new text about a known thing, not a stored vector.
    run "$database" -c "WITH held AS (DELETE FROM public.vectors WHERE n > $vectors RETURNING *) INSERT INTO public.probes SELECT n - $vectors, v FROM held"
    run "$database" -f "$here/vector_load.sql"
    run "$database" -v queries="$queries" -f "$here/vector_measure.sql"
}

echo "== $vectors x 1536, 200 clusters"
measure clustered 200
[ "${UNIFORM:-1}" = 1 ] || exit 0
echo "== $vectors x 1536, uniform random directions (for information)"
measure uniform 0
