-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Add a store
-- store: own
-- passes: refused
INSERT INTO retail.stores (store_id, store_name) VALUES ('isolation-probe', 'isolation probe')
