-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 beginning of article numbers, lower case, "s2-"; $2 end of e-mail addresses, "@s2.example.com"
SELECT EXISTS (SELECT FROM retail.products WHERE starts_with(lower(sku), $1::text))
    OR EXISTS (SELECT FROM retail.customers WHERE lower(email) LIKE '%' || $2::text)
