-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Forge an audit entry
-- store: own
-- passes: refused
-- $1: own store
INSERT INTO retail.audit_log (table_name, action, user_name, store_id) VALUES ('customers', 'UPDATE', 'somebody else', $1)
