#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# How long the window takes from exec to its first rows on the sandbox, and how much memory it then holds. The window
# runs under Xvfb; the first start warms the caches and is not counted.
#
#   bench_start.sh PROGRAM [PROFILE] [ROUNDS]
set -Eeuo pipefail
program=$1 profile=${2:-sandbox-manager} rounds=${3:-7}

work=$(mktemp -d)
display_pid=''
trap '[ -z "$display_pid" ] || kill "$display_pid"; rm -rf "$work"' EXIT
Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp 3>"$work/display" 2>/dev/null &
display_pid=$!
until [ -s "$work/display" ]; do sleep 0.05; done
DISPLAY=:$(cat "$work/display")
export DISPLAY

times=() memory=()
for ((round = 0; round <= rounds; ++round)); do
    mkfifo "$work/said"
    began=$(date +%s%N)
    "$program" --profile "$profile" --verbose 2>"$work/said" &
    window=$!
    while read -r line; do
        case $line in *'page loaded:'*) break ;; esac
    done <"$work/said"
    elapsed=$((($(date +%s%N) - began) / 1000000))
    # Let the events of the first paint pass before the memory is read.
    sleep 1
    resident=$(awk '/^VmRSS/ {print int($2 / 1024)}' "/proc/$window/status")
    kill "$window"
    wait "$window" || true
    rm "$work/said"
    [ "$round" = 0 ] || { times+=("$elapsed") && memory+=("$resident"); }
done
median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }
echo "window to first rows   median $(median "${times[@]}") ms of $rounds starts (target 1000): ${times[*]}"
echo "resident memory        median $(median "${memory[@]}") MB (target 120): ${memory[*]}"
