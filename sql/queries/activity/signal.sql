-- SPDX-License-Identifier: GPL-3.0-or-later
-- $1 process, $2 its start (NULL where it is not told), $3 whether the session ends. False when it is gone.
SELECT retail.signal_session($1::integer, $2::timestamptz, $3::boolean)
