-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Entries of one transaction share created_at, so it is their identity that tells which came first. It begins
-- with the microsecond in which the entry was made; and the indexes of the log grow at their end, where
-- identities at random touched a page of its own for each entry and index. UUID version 8 of RFC 9562: 60 bits
-- of microseconds since 1970, then random bits. An expression of built-in functions, because a dump of this
-- table alone has to be restorable.

SET LOCAL ROLE retail_owner;

ALTER TABLE retail.audit_log ALTER COLUMN log_id SET DEFAULT
    (overlay(lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000000)::bigint), 15, '0') PLACING '8' FROM 13 FOR 0)
     || substr(gen_random_uuid()::text, 20))::uuid;
COMMENT ON COLUMN retail.audit_log.log_id IS 'Identity of the entry; within a transaction it sorts as the entries were written.';

RESET ROLE;
