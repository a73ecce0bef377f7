#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# run.sh          the SQL tests on a throw-away cluster: pgTAP, plpgsql_check, clients of the original design
#                 under their own logins, PgBouncer, adoption. Non-zero on any failure or skipped test.
# run.sh --seed   shows that the attack tests notice something: runs them on the original design as its users
#                 had to repair it, and fails if fewer than half of them fail there.
#
# RETAIL_ADMIN=PROGRAM migrates through the program, else psql follows its rules (support/migrate.sh).
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
support=$here/../support
work=$(mktemp -d /tmp/sqltest.XXXXXX)
chmod 755 "$work"
trap '"$support/cluster.sh" stop "$work/cluster"; rm -rf "$work"' EXIT
settings=$("$support/cluster.sh" start "$work/cluster" "log_min_messages = warning")
eval "$settings"
export work support here

run() { psql -X -q -v ON_ERROR_STOP=1 -d "$1" "${@:2}"; }

if [ "${1:-}" = --seed ]; then
    createdb seed_db
    run seed_db -f "$here/original_design.sql" >/dev/null
    run seed_db -f "$here/fixture.sql" >/dev/null 2>&1
    psql -X -At -d seed_db -f "$here/02_attacks.sql" >"$work/seed.tap" 2>/dev/null || true
    passed=$(grep -c '^ok' "$work/seed.tap" || true)
    failed=$(grep -c '^not ok' "$work/seed.tap" || true)
    grep '^not ok' "$work/seed.tap"
    echo "Attack tests on the original design: $failed succeed there as attacks, $passed were already refused"
    [ "$failed" -ge "$passed" ]
    exit
fi

createdb retail_db
"$support/migrate.sh" retail_db
"$support/migrate.sh" retail_db
run retail_db -f "$here/fixture.sql"

status=0
# Only --verbose tells what was skipped or is still to be done; of what passed nothing is printed.
pg_prove --verbose -d retail_db "$here"/[0-9][0-9]_*.sql >"$work/tap.log" 2>&1 || status=1
prove --verbose --exec bash "$here"/*.t >"$work/shell.log" 2>&1 || status=1
grep -hEv '^ *ok [^#]*$' "$work/tap.log" "$work/shell.log"
if grep -Eqi '^ *(not )?ok .*# *(skip|todo)|\.\. skipped: ' "$work/tap.log" "$work/shell.log"; then
    echo "a test was skipped, or is still to be done" >&2
    status=1
fi
exit $status
