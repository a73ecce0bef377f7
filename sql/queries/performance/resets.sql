-- SPDX-License-Identifier: GPL-3.0-or-later
-- Which statistics of this database were started anew by us, when and by whom; query_id 0: all.
SELECT r.query_id, r.reset_at, r.reset_by FROM retail.statement_resets() r
