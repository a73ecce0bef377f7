#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Backup and restore by ops staff without a superuser, from the template database.
: "${here:?run.sh runs this}" "${work:?}" "${support:?}"
# shellcheck source=tests/sql/tap.sh
. "$here/tap.sh"

# What the migrator does around template.sql.
psql -X -q -d postgres <<'SQL' >/dev/null 2>&1
CREATE DATABASE retail_template OWNER retail_owner TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8';
REVOKE ALL ON DATABASE retail_template FROM PUBLIC;
ALTER DATABASE retail_template WITH IS_TEMPLATE true;
SQL
check "the template is made" 0 "$(psql -X -q -v ON_ERROR_STOP=1 -d retail_template -f "$here/../../sql/template.sql" >/dev/null 2>&1; echo $?)"
check "and made again" 0 "$(psql -X -q -v ON_ERROR_STOP=1 -d retail_template -f "$here/../../sql/template.sql" >/dev/null 2>&1; echo $?)"
check "nobody but its owner connects to it" 0 "$(psql -X -At -d retail_template -U mcp_user -c 'SELECT 1' 2>/dev/null | wc -l)"

check "ops dump everything" 0 "$("$PGBINDIR/pg_dump" -U t_ops --role=retail_ops -Fc -n retail -n retail_sec -f "$work/dump" retail_db 2>"$work/dump.err"; echo $?)"
"$PGBINDIR/pg_restore" -l "$work/dump" | grep -vE ' (EXTENSION|COMMENT - EXTENSION|DEFAULT ACL) | ACL pg_catalog ' >"$work/list"
check "ops make the database" 0 "$(psql -X -q -d postgres -U t_ops -v ON_ERROR_STOP=1 -c 'SET ROLE retail_ops' -c 'CREATE DATABASE restored OWNER retail_owner TEMPLATE retail_template' -c 'SET ROLE retail_owner' -c 'REVOKE ALL ON DATABASE restored FROM PUBLIC' 2>&1; echo $?)"
check "and restore it" 0 "$("$PGBINDIR/pg_restore" -U t_ops --no-owner --role=retail_owner --exit-on-error -L "$work/list" -d restored "$work/dump" 2>"$work/restore.err"; echo $?)"
counts() { DB=$1 as postgres 'SELECT (SELECT count(*) FROM retail.customers), (SELECT sum(total_lifetime_value) FROM retail.customers), (SELECT count(*) FROM retail.sales_transaction_items), (SELECT count(*) FROM retail.audit_log), (SELECT count(*) FROM retail.product_documents), (SELECT count(*) FROM retail_sec.store_access)'; }
check "every row is there" "$(counts retail_db)" "$(counts restored)"
schema_of() { "$PGBINDIR/pg_dump" -s -n retail -n retail_sec "$1" | grep -v '^.\(un\)\?restrict '; }
check "the schema is the same" "" "$(diff <(schema_of retail_db) <(schema_of restored) | head -20)"
check "the policies hold" 20 "$(psql -X -q -d postgres -c 'GRANT CONNECT ON DATABASE restored TO t_manager'; DB=restored as t_manager "BEGIN; SELECT retail.use_store('seattle'); SELECT count(*) FROM retail.customers WHERE email LIKE 'c%'; COMMIT" | sed '/^$/d')"
check "the doctor finds nothing" "" "$(DB=restored as postgres "$(cat "$here/../../sql/queries/doctor/checks.sql")" | grep -v '|ok|')"
done_testing
