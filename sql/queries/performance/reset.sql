-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 queryid, 0 for all of this database. Audited there.
SELECT retail.reset_statement_statistics($1::bigint)
