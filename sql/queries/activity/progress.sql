-- SPDX-License-Identifier: GPL-3.0-or-later
-- What reports how far it is: vacuum, analyze, index builds, cluster, copy, base backups. No parameters. done
-- and total are in `unit`; total is NULL or 0 where it is not known.
SELECT p.pid, p.kind, p.object, p.phase, p.done, p.total, p.unit, a.usename AS login, a.xact_start AS started, a.backend_type
  FROM (SELECT pid, 'vacuum' AS kind, datid, relid, NULL::text AS object, phase,
               CASE phase WHEN 'vacuuming heap' THEN heap_blks_vacuumed ELSE heap_blks_scanned END AS done, heap_blks_total AS total, 'blocks' AS unit
          FROM pg_stat_progress_vacuum
        UNION ALL
        SELECT pid, 'analyze', datid, relid, NULL, phase, sample_blks_scanned, sample_blks_total, 'blocks' FROM pg_stat_progress_analyze
        UNION ALL
        SELECT pid, lower(command), datid, relid, NULL, phase,
               CASE WHEN tuples_total > 0 THEN tuples_done WHEN lockers_total > 0 AND phase LIKE 'waiting%' THEN lockers_done ELSE blocks_done END,
               CASE WHEN tuples_total > 0 THEN tuples_total WHEN lockers_total > 0 AND phase LIKE 'waiting%' THEN lockers_total ELSE blocks_total END,
               CASE WHEN tuples_total > 0 THEN 'rows' WHEN lockers_total > 0 AND phase LIKE 'waiting%' THEN 'transactions' ELSE 'blocks' END
          FROM pg_stat_progress_create_index
        UNION ALL
        SELECT pid, lower(command), datid, relid, NULL, phase, heap_blks_scanned, heap_blks_total, 'blocks' FROM pg_stat_progress_cluster
        UNION ALL
        SELECT pid, lower(command), datid, relid, NULL, lower(type), bytes_processed, bytes_total, 'bytes' FROM pg_stat_progress_copy
        UNION ALL
        SELECT pid, 'base backup', NULL, NULL, 'whole server', phase, backup_streamed, backup_total, 'bytes' FROM pg_stat_progress_basebackup) raw
 CROSS JOIN LATERAL (
       SELECT raw.pid, raw.kind, raw.phase, raw.done, raw.total, raw.unit,
              coalesce(raw.object,
                       -- A number of another database is not one of ours.
                       CASE WHEN raw.datid = (SELECT oid FROM pg_database WHERE datname = current_database())
                            THEN (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = raw.relid)
                            ELSE (SELECT 'in database ' || d.datname FROM pg_database d WHERE d.oid = raw.datid) END) AS object) p
  LEFT JOIN pg_stat_activity a ON a.pid = p.pid
 ORDER BY a.xact_start, p.pid
