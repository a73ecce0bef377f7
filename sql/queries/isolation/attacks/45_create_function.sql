-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Make a function in the retail schema
-- store: own
-- passes: refused
CREATE FUNCTION retail.isolation_probe() RETURNS integer LANGUAGE sql AS 'SELECT 1'
