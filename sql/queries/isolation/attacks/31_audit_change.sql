-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Rewrite the audit log
-- store: own
-- passes: refused
-- $1: own store
UPDATE retail.audit_log SET user_name = 'somebody else' WHERE store_id = $1
