-- SPDX-License-Identifier: GPL-3.0-or-later
-- Size of tables and B-tree indexes, and what they would need if they were written anew (an estimate). No
-- parameters.
SELECT b.relation::bigint AS oid, b.actual_bytes, b.needed_bytes FROM retail.estimate_bloat() b
