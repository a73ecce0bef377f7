-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Empty the audit log
-- store: own
-- passes: refused
-- $1: own store
DELETE FROM retail.audit_log WHERE store_id = $1
