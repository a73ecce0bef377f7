-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 statement time-out, $2 lock time-out, $3 application name, $4 plan_cache_mode, $5 role or none. Bare names of
-- tables are the retail schema's, as they are for the applications.
SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true),
       set_config('datestyle', 'ISO', true), set_config('application_name', $3, true),
       set_config('search_path', 'retail, public', true), set_config('plan_cache_mode', $4, true),
       set_config('role', $5, true)
