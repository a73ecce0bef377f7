#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Prints the path of azurite-blob, Microsoft's own emulator of Azure Blob, which the tests
# of uploads run against. Installs it with npm first where it is not there yet.
set -Eeuo pipefail

# The last one that runs with the Node of Debian 12; later ones want 20 or 22.
version=3.35.0
folder=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/retail-admin-tests/azurite-$version
program=$folder/node_modules/.bin/azurite-blob

if [ ! -x "$program" ]; then
    command -v npm >/dev/null || {
        echo "The tests of uploads need Azurite, and npm, which installs it, is missing: apt-get install npm" >&2
        exit 1
    }
    mkdir -p -- "$folder"
    # Two tests at once must not install into one folder.
    exec 9>"$folder/.lock"
    flock 9
    if [ ! -x "$program" ]; then
        # Without their install scripts: what those build (a key ring's library) is not needed.
        npm install --prefix "$folder" --no-audit --no-fund --ignore-scripts --loglevel=error \
            "azurite@$version" >&2 || {
            echo "Azurite $version could not be installed: npm must reach its registry once." >&2
            exit 1
        }
    fi
fi
printf '%s\n' "$program"
