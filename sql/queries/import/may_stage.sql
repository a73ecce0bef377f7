-- SPDX-License-Identifier: GPL-3.0-or-later
-- May this login make the staging table, and what its database's owner has to run if not? The rights on a database are
-- not in its dump: right after a restore nobody but the owner has this one.
SELECT has_database_privilege(current_user, current_database(), 'TEMPORARY'),
       format('GRANT TEMPORARY ON DATABASE %I TO %I;', current_database(), current_user)
