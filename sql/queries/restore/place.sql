-- SPDX-License-Identifier: GPL-3.0-or-later
-- Where the server keeps its data, and which server it is. Needs pg_monitor.
SELECT current_setting('data_directory') AS folder,
       (SELECT c.system_identifier::text FROM pg_control_system() c) AS system_identifier
