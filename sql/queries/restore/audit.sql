-- SPDX-License-Identifier: GPL-3.0-or-later
-- Notes an act of ops staff in the audit log of the database.
--   $1 text   the act, "restored"
--   $2 text   store, or empty
--   $3 jsonb  its plan
SELECT retail_sec.audit_event('backup', $1, nullif($2, ''), NULL, $3::jsonb)
