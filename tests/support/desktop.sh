#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# desktop.sh PROGRAM [ARGUMENT…]: runs it on an X server and a session bus of its own, with the accessibility
# bus on, as a desktop with a screen reader has them.
set -Eeuo pipefail

folder=$(mktemp -d /tmp/retail-desktop.XXXXXX)
cleanup() {
    [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true
    rm -rf -- "$folder"
}
trap cleanup EXIT
mkfifo "$folder/display"
Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp 3<>"$folder/display" 2>/dev/null &
server=$!
read -r -t 20 display <"$folder/display" || {
    echo "Xvfb did not start: packaging/deps/install test" >&2
    exit 1
}
export DISPLAY=:$display QT_QPA_PLATFORM=xcb QT_LINUX_ACCESSIBILITY_ALWAYS_ON=1
export XDG_RUNTIME_DIR=$folder
dbus-run-session -- "$@"
