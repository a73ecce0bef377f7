-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Read a file of the server
-- store: own
-- passes: refused
SELECT pg_read_file('postgresql.conf')
