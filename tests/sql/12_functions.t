#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# plpgsql_check over every function and every trigger.
: "${here:?run.sh runs this}" "${work:?}" "${support:?}"
# shellcheck source=tests/sql/tap.sh
. "$here/tap.sh"
as postgres 'CREATE EXTENSION IF NOT EXISTS plpgsql_check' >/dev/null
check "plpgsql_check finds nothing in functions" "" "$(as postgres "
    SELECT p.oid::regprocedure, c FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang, LATERAL plpgsql_check_function(p.oid) c
     WHERE l.lanname = 'plpgsql' AND p.pronamespace IN ('retail'::regnamespace, 'retail_sec'::regnamespace) AND p.prorettype <> 'trigger'::regtype")"
check "nor in triggers" "" "$(as postgres "
    SELECT DISTINCT p.oid::regprocedure, t.tgrelid::regclass, c FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid,
           LATERAL plpgsql_check_function(p.oid, t.tgrelid, oldtable => 'old_rows', newtable => 'new_rows') c
     WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND p.pronamespace IN ('retail'::regnamespace, 'retail_sec'::regnamespace)")"
check "it looked at something" t "$(as postgres "SELECT count(*) > 20 FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
     WHERE l.lanname = 'plpgsql' AND p.pronamespace IN ('retail'::regnamespace, 'retail_sec'::regnamespace)")"
as postgres 'DROP EXTENSION plpgsql_check' >/dev/null
done_testing
