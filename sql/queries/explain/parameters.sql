-- SPDX-License-Identifier: GPL-3.0-or-later
-- The types that the server gave the parameters of the statement to be explained.
SELECT p.parameter_types::text[] FROM pg_prepared_statements p WHERE p.name = 'retail_admin_explain'
