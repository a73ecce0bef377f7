#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Attacks that need a real login: options of the connection, COPY, other sessions, what a pooled session
# leaves behind, and what the server's log keeps.
: "${here:?run.sh runs this}" "${work:?}" "${support:?}"
# shellcheck source=tests/sql/tap.sh
. "$here/tap.sh"

check "the store by PGOPTIONS opens no other store" 0 \
    "$(PGOPTIONS='-c app.current_store_id=redmond' as t_manager 'SELECT count(*) FROM retail.customers')"
check "the own store by PGOPTIONS does" 20 \
    "$(PGOPTIONS='-c app.current_store_id=seattle' as t_manager 'SELECT count(*) FROM retail.customers')"
check "COPY TO is filtered" 20 \
    "$(as t_manager "SET app.current_store_id = 'seattle'" 'COPY retail.customers TO STDOUT' | wc -l)"
check "COPY TO of another store is empty" 0 \
    "$(as t_manager "SET app.current_store_id = 'redmond'" 'COPY retail.customers TO STDOUT' | wc -l)"
check "COPY TO of the audit log is filtered" 0 \
    "$(as t_manager "SET app.current_store_id = 'seattle'" 'COPY retail.audit_log TO STDOUT' | grep -c redmond)"
check "COPY FROM is refused" 42501 "$(as t_manager 'COPY retail.customers FROM STDIN' </dev/null)"
check "COPY FROM is refused for the application" 0A000 "$(as mcp_user 'COPY retail.customers FROM STDIN' </dev/null)"
check "COPY TO PROGRAM is refused" 42501 "$(as mcp_user "COPY retail.stores TO PROGRAM 'cat'")"
check "COPY FROM a file is refused" 42501 "$(as t_manager "CREATE TEMP TABLE x (l text)" "COPY x FROM '/etc/passwd'")"
check "pg_dump as the application fails instead of making an empty backup" 1 \
    "$("$PGBINDIR/pg_dump" -U mcp_user -t retail.customers retail_db >/dev/null 2>&1; echo $?)"
check "pg_dump as ops, under its role, works" 0 \
    "$("$PGBINDIR/pg_dump" -U t_ops --role=retail_ops -n retail -n retail_sec -f "$work/ops.dump" retail_db 2>/dev/null; echo $?)"
check "and has every store" 5 \
    "$(grep -oE '@(seattle|redmond|bellevue|online|closed).example' "$work/ops.dump" | sort -u | wc -l)"

# ---- other sessions ----
psql -X -q -d retail_db -U t_manager_redmond -c "SELECT pg_sleep(20) /* redmond secret */" >/dev/null 2>&1 &
other=$!
for _ in $(seq 50); do
    pid=$(psql -X -At -d retail_db -c "SELECT pid FROM pg_stat_activity WHERE usename = 't_manager_redmond' AND state = 'active'")
    [ -n "$pid" ] && break
    sleep 0.1
done
check "manager does not read another manager's statement" "<insufficient privilege>" "$(as t_manager "SELECT query FROM pg_stat_activity WHERE pid = $pid")"
check "manager cannot cancel it" 42501 "$(as t_manager "SELECT pg_cancel_backend($pid)")"
check "manager cannot end it" 42501 "$(as t_manager "SELECT pg_terminate_backend($pid)")"
check "dba can" t "$(as t_dba "SELECT pg_terminate_backend($pid)")"
wait "$other" 2>/dev/null
check "manager does not read others' statements in pg_stat_statements" 0 \
    "$(as t_manager "SELECT count(*) FROM pg_stat_statements WHERE query LIKE '%redmond secret%' AND query NOT LIKE '%pg_stat_statements%'")"
check "and cannot reset them" 42501 "$(as t_manager 'SELECT pg_stat_statements_reset()')"

# ---- sessions that stay open ----
check "the audited choice leaves nothing on the connection" "" \
    "$(as t_manager "BEGIN; SELECT retail.set_store_context('seattle'); RESET app.current_store_id; COMMIT" "SELECT current_setting('app.current_store_id', true)")"
check "and is in the audit log" 1 \
    "$(as postgres "SELECT least(count(*), 1) FROM retail.audit_log WHERE action = 'store_context_set' AND user_name = 't_manager' AND store_id = 'seattle'")"
check "use_store ends with the transaction" $'20\n0' \
    "$(as t_manager "BEGIN; SELECT retail.use_store('seattle'); SELECT count(*) FROM retail.customers; COMMIT" 'SELECT count(*) FROM retail.customers' | sed '/^$/d')"
check "use_store works in a read-only transaction" 20 \
    "$(as t_manager "BEGIN READ ONLY; SELECT retail.use_store('seattle'); SELECT count(*) FROM retail.customers; COMMIT" | sed '/^$/d')"
check "clients read the setting back" seattle \
    "$(as mcp_user "SELECT retail.set_store_context('seattle')" "SELECT current_setting('app.current_store_id', true)" | sed '/^$/d')"
noted() { grep -c "store context refused: store 'bellevue' for login t_manager" "$CLUSTER_LOG"; }
before=$(noted)
check "a refusal is rolled back, its note stays" $((before + 1)) \
    "$(as t_manager "BEGIN" "SELECT retail.set_store_context('bellevue')" "ROLLBACK" >/dev/null; noted)"
check "an unprivileged login learns the schema's version" "$(as postgres 'SELECT max(version) FROM retail_sec.schema_migrations')" "$(as t_stranger 'SELECT retail.schema_version()')"
check "and nothing else" 42501 "$(as t_stranger 'SELECT * FROM retail.stores')"
done_testing
