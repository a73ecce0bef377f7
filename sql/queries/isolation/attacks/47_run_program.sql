-- SPDX-License-Identifier: GPL-3.0-or-later
-- attempt: Run a program on the server
-- store: own
-- passes: refused
COPY retail.customers TO PROGRAM 'true'
