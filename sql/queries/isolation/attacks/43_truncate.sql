-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Empty a table of all stores
-- store: own
-- passes: refused
TRUNCATE retail.customers CASCADE
