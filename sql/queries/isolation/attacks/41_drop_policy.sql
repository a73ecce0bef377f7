-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Drop a policy
-- store: own
-- passes: refused
DROP POLICY IF EXISTS customers_store_isolation ON retail.customers
