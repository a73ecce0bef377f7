#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A throw-away PostgreSQL cluster for tests and benchmarks.
#
#   cluster.sh start DIR [LINE ...]   makes and starts a cluster in DIR (must not exist or be empty);
#                                     each LINE goes to postgresql.conf. Prints export lines for eval.
#   cluster.sh stop DIR               stops it (by the pid in its own pid file) and removes DIR
#
# Unix socket only, no TCP. PostgreSQL refuses root: as root everything runs as the user postgres.
# CLUSTER_FSYNC=on keeps fsync (benchmarks); the default is off, nothing here outlives its test.
set -Eeuo pipefail

fail() { echo "cluster.sh: $*" >&2; exit 1; }

# The newest server that also has pgvector.
find_bindir() {
    local dir best=
    for dir in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V); do
        [ -x "$dir/initdb" ] || continue
        [ -e "$("$dir/pg_config" --sharedir 2>/dev/null || echo "/usr/share/postgresql/$(basename "$(dirname "$dir")")")/extension/vector.control" ] || continue
        best=$dir
    done
    [ -n "$best" ] || fail "no PostgreSQL server with pgvector under /usr/lib/postgresql"
    echo "$best"
}

as_server_user() {
    if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

start() {
    local dir=$1 bindir sock
    shift
    bindir=$(find_bindir)
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd)
    [ -z "$(ls -A "$dir")" ] || fail "$dir is not empty"
    # The socket folder is not under DIR: a socket's path may have 107 bytes, a build folder's name more.
    sock=$(mktemp -d /tmp/ra.XXXXXX)
    if [ "$(id -u)" = 0 ]; then chown postgres "$dir" "$sock"; fi
    chmod 0755 "$sock"
    as_server_user "$bindir/initdb" -D "$dir/data" --username=postgres --auth=trust \
        --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$dir.initdb.log" 2>&1 || { cat "$dir.initdb.log" >&2; fail "initdb failed"; }
    rm -f "$dir.initdb.log"
    {
        echo "listen_addresses = ''"
        echo "unix_socket_directories = '$sock'"
        echo "port = 5432"
        echo "shared_preload_libraries = 'pg_stat_statements'"
        echo "track_io_timing = on"
        echo "fsync = ${CLUSTER_FSYNC:-off}"
        echo "log_destination = 'stderr'"
        echo "logging_collector = off"
        printf '%s\n' "$@"
    } | as_server_user tee -a "$dir/data/postgresql.conf" >/dev/null
    as_server_user "$bindir/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -t 60 start >/dev/null ||
        { cat "$dir/server.log" >&2; fail "the server did not start"; }
    echo "export PGHOST='$sock' PGPORT=5432 PGUSER=postgres PGBINDIR='$bindir' CLUSTER_DIR='$dir' CLUSTER_LOG='$dir/server.log'"
}

stop() {
    local dir=$1 bindir sock
    [ -d "$dir/data" ] || return 0
    bindir=$(find_bindir)
    sock=$(sed -n '5p' "$dir/data/postmaster.pid" 2>/dev/null || true)
    as_server_user "$bindir/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
    case "$sock" in /tmp/ra.??????) rm -rf "$sock" ;; esac
    rm -rf "$dir"
}

case "${1:-}" in
    start) shift; [ $# -ge 1 ] || fail "start DIR"; start "$@" ;;
    stop) shift; [ $# -eq 1 ] || fail "stop DIR"; stop "$1" ;;
    *) fail "usage: cluster.sh start DIR [postgresql.conf line ...] | stop DIR" ;;
esac
