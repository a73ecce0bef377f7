-- SPDX-License-Identifier: GPL-3.0-or-later
-- Logins that may enter one store only, with it. No parameters; for DBAs, ops and the owner.
SELECT login, store_id FROM retail.login_stores()
