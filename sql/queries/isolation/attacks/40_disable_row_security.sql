-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Switch row security of a table off
-- store: own
-- passes: refused
ALTER TABLE retail.customers DISABLE ROW LEVEL SECURITY
