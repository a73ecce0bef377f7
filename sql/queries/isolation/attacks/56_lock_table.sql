-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Lock a table against everybody
-- store: own
-- passes: refused
LOCK TABLE retail.stores IN ACCESS EXCLUSIVE MODE
