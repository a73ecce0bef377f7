-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Hide data in a large object
-- store: own
-- passes: refused
SELECT lo_create(0)
