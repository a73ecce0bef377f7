-- SPDX-License-Identifier: GPL-3.0-or-later
-- The items of an access list. As text, because the type aclitem refuses roles that this server does not have.
--   $1 text  as pg_database.datacl prints it
SELECT i.item FROM unnest($1::text[]) i (item)
