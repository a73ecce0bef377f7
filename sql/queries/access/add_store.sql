-- SPDX-License-Identifier: GPL-3.0-or-later
-- A new store. $1: id, $2: name, $3: place, $4: type, $5: region; the last three may be NULL.
INSERT INTO retail.stores (store_id, store_name, store_location, store_type, region) VALUES ($1, $2, $3, $4, $5)
