-- SPDX-License-Identifier: GPL-3.0-or-later
RESET app.current_store_id
