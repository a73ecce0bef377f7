-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT store_id, store_name, embedding_model, is_active_model, products, up_to_date, stale, missing, newest
  FROM retail.embedding_health()
