-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Add a policy that lets everything through
-- store: own
-- passes: refused
CREATE POLICY isolation_probe ON retail.customers USING (true)
