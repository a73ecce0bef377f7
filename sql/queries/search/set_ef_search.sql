-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 ef_search
SELECT retail.set_ef_search($1)
