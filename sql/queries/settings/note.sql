-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 setting, $2 former value, $3 new value (NULL: taken back). Notes a change of a setting in the audit log.
SELECT retail.note_administration('setting_changed', jsonb_build_object('setting', $1::text, 'from', $2::text, 'to', $3::text))
