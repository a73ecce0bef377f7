# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What the scripts in packaging/ share. Sourced, never run.

# The repository; used by the scripts that source this file.
# shellcheck disable=SC2034
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

# A bare system has no locale, and Qt wants UTF-8. A locale that was chosen stays: the
# window follows it.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-C}}} in C | POSIX) export LC_ALL=C.UTF-8 ;; esac
# Without the first line ccache misses whatever uses a precompiled header; with the second
# results can be shared between clones, because paths are counted from the clone.
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
export CCACHE_BASEDIR=$root

say() { printf '%s\n' "$@"; }

# fail WHAT-HAPPENED WHAT-TO-DO
fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

# Runs a command as root: directly, or through sudo.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        env "$@"
    elif command -v sudo >/dev/null; then
        sudo env "$@"
    else
        fail "This needs root, and sudo is not installed: $*" \
            "Run it as root, then start this again."
    fi
}

# Prints debian-12, debian-13, ubuntu-24.04 or whatever else this system calls itself.
system_id() {
    local id version
    id=$(. /etc/os-release 2>/dev/null && printf '%s' "${ID:-unknown}")
    version=$(. /etc/os-release 2>/dev/null && printf '%s' "${VERSION_ID:-}")
    printf '%s-%s' "${id:-unknown}" "$version"
}

# Prints the PostgreSQL version of the distribution; empty on a system we do not know.
distribution_pg() {
    case $(system_id) in
    debian-12) printf 15 ;;
    ubuntu-24.04) printf 16 ;;
    debian-13) printf 17 ;;
    esac
}

# begin_log NAME: opens build/NAME.log, which step writes to.
begin_log() {
    log=$root/build/$1.log
    { mkdir -p "$root/build" && true >"$log"; } 2>/dev/null ||
        fail "The folder $root/build cannot be written to." \
            "Clone the repository to a folder of your own, or change the owner of that one."
}

# step NAME REMEDY COMMAND…: runs a program with its output in the log and prints one
# line with the time it took; on failure the end of the log and the remedy. On a
# terminal the last line of the log is shown meanwhile.
step() {
    local name=$1 remedy=$2 began=$SECONDS code=0 watcher=
    shift 2
    printf '%-26s' "$name"
    printf '\n== %s: %s\n' "$name" "$*" >>"$log"
    if [ -t 1 ]; then
        show_last_line "$name" &
        watcher=$!
    fi
    "$@" >>"$log" 2>&1 </dev/null || code=$?
    if [ -n "$watcher" ]; then
        kill "$watcher" 2>/dev/null || true
        wait "$watcher" 2>/dev/null || true
        printf '\r\033[K%-26s' "$name"
    fi
    if [ "$code" -ne 0 ]; then
        printf 'failed after %d s\n\n' $((SECONDS - began))
        tail -n 25 -- "$log" >&2
        printf '\n%s\n' "$name failed (exit code $code). $remedy" \
            "Everything that was printed is in $log" >&2
        exit 1
    fi
    printf 'done in %d s\n' $((SECONDS - began))
}

# Ends by itself when the script is gone, for example after Ctrl+C.
show_last_line() {
    while kill -0 $$ 2>/dev/null; do
        printf '\r\033[K%-26s%s' "$1" "$(tail -n 1 -- "$log" | tr -d '\r\033' | cut -c1-52)"
        sleep 0.5
    done
}

# install_what_is_missing SCRIPT LIST…: packages and pgvector, quietly if they are there.
install_what_is_missing() {
    local script=$1 again="Read the message above, then start this again." missing
    shift
    missing=$("$root/packaging/deps/install" --missing "$@")
    if [ -z "$missing" ] && [ -n "$(distribution_pg)" ]; then
        missing=$("$root/packaging/pgvector/install" --missing)
    fi
    [ -n "$missing" ] || return 0
    # On a system without apt the list itself is the message.
    [ -n "$(distribution_pg)" ] || exec "$root/packaging/deps/install" "$@"
    prepare_root "$script"
    step "Packages" "$again" "$root/packaging/deps/install" "$@"
    step "pgvector" "$again" "$root/packaging/pgvector/install"
}

# Asks for sudo's password once, in the foreground, before a step that needs root.
prepare_root() {
    [ "$(id -u)" -ne 0 ] || return 0
    as_root true || fail "Packages have to be installed, and sudo refused." \
        "Become root, or ask someone who may, then start $1 again."
}

# build PRESET [OPTION…]: configures and builds. The options are cmake's.
build() {
    local preset=$1
    shift
    # Where that has been done before as well: presets and options change.
    step "Configure ($preset)" "Remove $root/build/$preset and start this again." \
        cmake --preset "$preset" "$@"
    step "Build ($preset)" "Read the compiler's message above." \
        cmake --build "$root/build/$preset"
}

# run_ctest PRESET [ARGUMENT…]: ctest, its closing lines last. A test that was skipped, as
# a whole or in one of its functions, and a test run without tests are failures.
run_ctest() {
    local preset=$1 code=0 record skipped
    shift
    record=$root/build/$preset/Testing/Temporary/LastTest.log
    rm -f -- "$record"
    ctest --preset "$preset" --no-tests=error --output-on-failure "$@" </dev/null 2>&1 |
        tee "$root/build/$preset/ctest.txt" || code=$?
    skipped=$(grep -hE '\*\*\*(Skipped|Not Run)|\(Disabled\)' "$root/build/$preset/ctest.txt" || true
        grep -hE '^SKIP +:' "$record" 2>/dev/null || true) # tests/sql/run.sh looks after its own
    [ -z "$skipped" ] ||
        fail "Tests were skipped, which counts as a failure here:" "$skipped" \
            "Read why in $record"
    return $code
}
