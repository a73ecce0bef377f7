-- SPDX-License-Identifier: GPL-3.0-or-later
-- The stores whose name the role that is taken may see; each is then tried.
SELECT store_id FROM retail.visible_stores() AS store_id ORDER BY store_id
