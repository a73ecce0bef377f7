-- SPDX-License-Identifier: GPL-3.0-or-later
-- The audit entry of a run. $1: details, jsonb; $2: whether every task was done.
SELECT retail.record_maintenance($1::jsonb, $2::boolean)
