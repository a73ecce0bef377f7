#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# migrate.sh DATABASE: brings a database of the cluster at PGHOST to the newest schema, through the program
# where RETAIL_ADMIN names it, else through psql by the program's rules: one transaction a file, the ledger
# written in it. A database of the original design is adopted in one transaction, check first;
# QUARANTINE=1 moves rows that break a rule aside instead of stopping.
set -Eeuo pipefail

database=$1
sql=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../sql" && pwd)

if [ -n "${RETAIL_ADMIN:-}" ]; then
    exec "$RETAIL_ADMIN" migrate --profile "postgresql:///$database?host=$PGHOST&port=$PGPORT&user=$PGUSER" ${QUARANTINE:+--quarantine}
fi

# Nothing that somebody made in schema public is taken for the server's own.
export PGOPTIONS="-c search_path=pg_catalog,pg_temp ${PGOPTIONS:-}"
run() { psql -X -q -v ON_ERROR_STOP=1 -d "$database" "$@" >/dev/null; }

bootstrap="SET client_min_messages = warning;
CREATE SCHEMA IF NOT EXISTS retail_sec;
CREATE TABLE IF NOT EXISTS retail_sec.schema_migrations (
    version int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(), applied_by text NOT NULL DEFAULT session_user);"

migration() {
    local name=$1 base version
    base=$(basename "$name" .sql)
    version=$((10#${base%%_*}))
    cat "$name"
    echo "INSERT INTO retail_sec.schema_migrations (version, name, checksum) VALUES ($version, '${base#*_}', '$(sha256sum <"$name" | cut -d' ' -f1)');"
}

adopting=$(psql -X -At -d "$database" -c "SELECT to_regclass('retail.stores') IS NOT NULL AND to_regclass('retail_sec.schema_migrations') IS NULL")
if [ "$adopting" = t ]; then
    violations=$(psql -X -At -v ON_ERROR_STOP=1 -d "$database" -f "$sql/adoption/check.sql")
    if [ -n "$violations" ] && [ -z "${QUARANTINE:-}" ]; then
        printf '%s\n' "$violations"
        echo "migrate.sh: rows break a rule of the schema, nothing was changed" >&2
        exit 1
    fi
    {
        echo "BEGIN;"
        if [ -n "$violations" ]; then
            echo "CREATE TEMP TABLE adoption_violations ON COMMIT DROP AS"
            cat "$sql/adoption/check.sql"
            echo ";"
            cat "$sql/adoption/quarantine.sql"
        fi
        cat "$sql/adoption/adopt.sql"
        echo "$bootstrap"
        for file in "$sql"/migrations/*.sql; do migration "$file"; done
        echo "COMMIT;"
    } | run -f -
    exit
fi

run -c "$bootstrap"
for file in "$sql"/migrations/*.sql; do
    version=$((10#$(basename "$file" | cut -d_ -f1)))
    [ "$(psql -X -At -d "$database" -c "SELECT count(*) FROM retail_sec.schema_migrations WHERE version = $version")" = 0 ] || continue
    { echo "BEGIN;"; migration "$file"; echo "COMMIT;"; } | run -f - || { echo "migrate.sh: $(basename "$file") failed" >&2; exit 1; }
done
