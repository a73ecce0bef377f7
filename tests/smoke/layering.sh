#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The layers of the architecture go one way: app/ knows no widget and nothing of ui/; ui/ knows no libpq, no Qt Sql
# and no SQL. Usage: layering.sh SOURCE_FOLDER
set -Eeuo pipefail
cd "$1"
bad=0
deny() { # what, pattern, paths…
    local what=$1 pattern=$2
    shift 2
    if grep -rnE --include='*.h' --include='*.cpp' "$pattern" "$@"; then
        echo "layering: $what" >&2
        bad=1
    fi
}
deny 'app/ must not see the window' \
    '#include [<"](ui/|QtWidgets|QtGui|QtCharts|QWidget|QApplication|QGuiApplication|QMessageBox|QDialog|QPainter)' \
    app/appcontext.h app/appcontext.cpp app/core app/db app/local app/jobs app/services app/cli
deny 'ui/ must not see libpq or Qt Sql' '#include [<"](libpq|QSql|QtSql|app/db/(pgconnection|session\.h|migrator|sqlcatalog))' ui
deny 'ui/ must hold no SQL' '"(SELECT|INSERT|UPDATE|DELETE|BEGIN|WITH) [^"]*(FROM|INTO|SET|AS) ' ui
deny 'core/ stands alone' '#include "app/(db|local|jobs|services|cli)/' app/core
deny 'db/ stands on core/ alone' '#include "app/(local|jobs|services|cli)/' app/db
deny 'jobs/ knows no service' '#include "app/(services|cli)/' app/jobs app/local
deny 'services know no command line' '#include "app/cli/' app/services
exit "$bad"
