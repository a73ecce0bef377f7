-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 model
SELECT retail.set_active_embedding_model($1)
