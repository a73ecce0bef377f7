-- SPDX-License-Identifier: GPL-3.0-or-later
-- Settings that wait for a restart of the server. No parameters.
SELECT name, setting, unit FROM pg_settings WHERE pending_restart ORDER BY name
