# SPDX-License-Identifier: GPL-3.0-or-later
#
# TAP for the tests that need a shell: real logins, a pooler, whole databases.
count=0
failures=0

check() { # check NAME WANT HAVE
    count=$((count + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $count - $1"
    else
        failures=$((failures + 1))
        echo "not ok $count - $1"
        printf '#     want: %s\n#     have: %s\n' "${2//$'\n'/$'\n'#           }" "${3//$'\n'/$'\n'#           }"
    fi
}

done_testing() {
    echo "1..$count"
    [ "$failures" = 0 ]
}

# as LOGIN SQL...: what the login gets, one line a row; an error as its SQLSTATE
as() {
    local login=$1 sql
    shift
    for sql; do set -- "$@" -c "$sql"; shift; done
    psql -X -At -q -v VERBOSITY=sqlstate -d "${DB:-retail_db}" -U "$login" "$@" 2>&1 | sed 's/^ERROR:  //; s/^psql: error.*FATAL:  /FATAL /'
}
