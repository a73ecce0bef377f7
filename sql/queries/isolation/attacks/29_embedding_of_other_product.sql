-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Learn by an embedding whether another store’s product exists
-- store: own
-- passes: alike
-- $1: own store
-- $2: product
INSERT INTO retail.product_embeddings (product_id, store_id, embedding_text, embedding, embedding_model)
VALUES ($2, $1, 'isolation probe', array_fill(0.01::real, ARRAY[1536])::public.vector, 'isolation-probe')
