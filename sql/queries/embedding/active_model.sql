-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT embedding_model FROM retail.active_embedding_model
