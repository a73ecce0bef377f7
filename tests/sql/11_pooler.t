#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# PgBouncer in transaction mode with one server connection: the next client is really the next.
: "${here:?run.sh runs this}" "${work:?}" "${support:?}"
# shellcheck source=tests/sql/tap.sh
. "$here/tap.sh"

bouncer=$(command -v pgbouncer || echo /usr/sbin/pgbouncer)
pool=$(mktemp -d "$work/pool.XXXX")
sockets=$(mktemp -d /tmp/rb.XXXXXX)
cat >"$pool/pgbouncer.ini" <<INI
[databases]
manager = host=$PGHOST port=$PGPORT dbname=retail_db user=t_manager
application = host=$PGHOST port=$PGPORT dbname=retail_db user=mcp_user
[pgbouncer]
listen_addr =
unix_socket_dir = $sockets
listen_port = 6432
; "any" takes the user from the database's line, so there is a line for each login.
auth_type = any
pool_mode = transaction
default_pool_size = 1
server_reset_query =
logfile = $pool/log
pidfile = $pool/pid
INI
if [ "$(id -u)" = 0 ]; then
    chown -R postgres "$pool" "$sockets"
    runuser -u postgres -- "$bouncer" -d "$pool/pgbouncer.ini" >/dev/null 2>&1
else
    "$bouncer" -d "$pool/pgbouncer.ini" >/dev/null 2>&1
fi
trap 'kill "$(cat "$pool/pid" 2>/dev/null)" 2>/dev/null; rm -rf "$sockets"' EXIT
for _ in $(seq 50); do [ -S "$sockets/.s.PGSQL.6432" ] && break; sleep 0.1; done
pooled() { PGHOST=$sockets PGPORT=6432 DB=$1 as "${@:2}" | sed '/^$/d'; }

server=$(pooled manager t_manager 'SELECT pg_backend_pid()')
check "two clients share one server connection" "$server" "$(pooled manager t_manager 'SELECT pg_backend_pid()')"
check "a client reads its store in one transaction" 20 \
    "$(pooled manager t_manager "BEGIN; SELECT retail.use_store('seattle'); SELECT count(*) FROM retail.customers; COMMIT")"
check "the next client finds no store" 0 "$(pooled manager t_manager 'SELECT count(*) FROM retail.customers')"
check "the audited choice leaves nothing either" 0 \
    "$(pooled application mcp_user "BEGIN; SELECT retail.set_store_context('seattle'); RESET app.current_store_id; COMMIT" >/dev/null
       pooled application mcp_user 'SELECT count(*) FROM retail.customers')"
check "what is not defended: the original session-wide choice reaches the application's next client" 20 \
    "$(pooled application mcp_user "SELECT retail.set_store_context('redmond')" >/dev/null
       pooled application mcp_user 'SELECT count(*) FROM retail.customers')"
check "but never one who has no right to the store" 0 \
    "$(pooled manager t_manager "SET app.current_store_id = 'redmond'" >/dev/null
       pooled manager t_manager 'SELECT count(*) FROM retail.customers')"
done_testing
