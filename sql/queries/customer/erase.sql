-- SPDX-License-Identifier: GPL-3.0-or-later
-- Erases one customer. $1: store, $2: customer_id, $3: the reason.
SELECT (e ->> 'customers')::bigint AS customers, (e ->> 'sales')::bigint AS sales, (e ->> 'audit_entries')::bigint AS audit_entries
  FROM retail.erase_customer($1, $2::uuid, $3) e
