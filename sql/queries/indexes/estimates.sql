-- SPDX-License-Identifier: GPL-3.0-or-later
-- About how large each B-tree would be if it were built anew. No parameters; for DBAs, ops and the owner.
SELECT index_id::bigint AS index_id, expected_bytes FROM retail.index_size_estimates()
