-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Read who may enter which store
-- store: own
-- passes: refused
SELECT FROM retail_sec.store_access
