-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Make a table that others would find first
-- store: own
-- passes: refused
CREATE TABLE public.isolation_probe ()
