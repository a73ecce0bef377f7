-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 store, $2 name, $3 place, $4 kind, $5 region, $6 since when. An existing store stays as it is.
INSERT INTO retail.stores (store_id, store_name, store_location, store_type, region, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6::timestamptz, $6::timestamptz)
ON CONFLICT (store_id) DO NOTHING
