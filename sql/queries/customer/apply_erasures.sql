-- SPDX-License-Identifier: GPL-3.0-or-later
-- Erases whom a restored backup brought back. $1: ids, uuid[].
SELECT retail.apply_erasures($1::uuid[]) AS erased
