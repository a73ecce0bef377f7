-- SPDX-License-Identifier: GPL-3.0-or-later
-- Two loads at once would choose the same article numbers.
SELECT pg_advisory_xact_lock(hashtextextended('retail-admin sample-data', 0))
