-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT EXISTS (SELECT FROM retail.customers) OR EXISTS (SELECT FROM retail.products)
           OR EXISTS (SELECT FROM retail.sales_transactions), current_database()
