-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What is missing, broken or outdated in the connected database: one row a check and object, no parameters.
-- status: ok, missing, broken, outdated. remedy: the statement or command that mends it, NULL where all is
-- well. Reads catalogues only, so any login may run it; it needs the schema to exist (the program looks
-- for that first). Checks of roles and of the template need no rights of their own.
WITH audited (relation, name) AS (
    VALUES ('retail.customers', 'customers'), ('retail.products', 'products'), ('retail.sales_transactions', 'sales_transactions'),
           ('retail.sales_transaction_items', 'sales_transaction_items'), ('retail.product_embeddings', 'product_embeddings'),
           ('retail.stores', 'stores'), ('retail_sec.store_access', 'store_access')
), relations AS (
    -- By the catalogue, because a name in retail_sec cannot be resolved without USAGE.
    SELECT c.oid, n.nspname || '.' || c.relname AS relation, c.relrowsecurity
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname IN ('retail', 'retail_sec') AND c.relkind IN ('r', 'p')
), functions AS (
    SELECT p.*, format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS signature
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN ('retail', 'retail_sec')
)
SELECT 'extension'::text AS check_name, w.name::text AS object,
       CASE WHEN e.extname IS NULL THEN 'missing' WHEN e.extversion <> a.default_version THEN 'outdated' ELSE 'ok' END AS status,
       CASE WHEN e.extname IS NULL AND a.name IS NULL THEN 'not installed on the server'
            WHEN e.extname IS NULL THEN 'not created in this database'
            WHEN e.extversion <> a.default_version THEN format('%s here, %s on the server', e.extversion, a.default_version)
            ELSE e.extversion END AS detail,
       CASE WHEN e.extname IS NULL AND a.name IS NULL THEN 'install its package on the server'
            WHEN e.extname IS NULL THEN format('CREATE EXTENSION %I SCHEMA public', w.name)
            -- Our view stands in the way of the extension's own, and a new reset function has no grants.
            WHEN e.extversion <> a.default_version AND w.name = 'pg_stat_statements'
            THEN format('DROP VIEW IF EXISTS retail.slow_queries; ALTER EXTENSION pg_stat_statements UPDATE; SELECT retail.create_slow_queries_view(); '
                        'GRANT EXECUTE ON FUNCTION %s.pg_stat_statements_reset TO retail_owner', e.extnamespace::regnamespace)
            WHEN e.extversion <> a.default_version THEN format('ALTER EXTENSION %I UPDATE', w.name) END AS remedy
  FROM unnest(ARRAY['uuid-ossp', 'pgcrypto', 'vector', 'btree_gin', 'pg_trgm', 'pg_stat_statements']) w (name)
  LEFT JOIN pg_extension e ON e.extname = w.name LEFT JOIN pg_available_extensions a ON a.name = w.name
UNION ALL
SELECT 'preload', 'pg_stat_statements', CASE WHEN p.loaded THEN 'ok' ELSE 'missing' END,
       CASE WHEN p.loaded THEN 'loaded' ELSE 'slow_queries cannot be read: not in shared_preload_libraries' END,
       CASE WHEN NOT p.loaded THEN 'ALTER SYSTEM SET shared_preload_libraries = ''pg_stat_statements'', then restart the server' END
  FROM (SELECT EXISTS (SELECT FROM pg_settings WHERE name = 'pg_stat_statements.max') AS loaded) p
UNION ALL
SELECT 'role', w.name, CASE WHEN r.rolname IS NULL THEN 'missing' WHEN w.problem IS NOT NULL THEN 'broken' ELSE 'ok' END,
       CASE WHEN r.rolname IS NULL THEN 'does not exist' ELSE w.problem END,
       CASE WHEN r.rolname IS NULL OR w.problem IS NOT NULL THEN w.remedy END
  FROM (SELECT v.name, v.remedy, (SELECT v.problem FROM pg_roles r WHERE r.rolname = v.name AND CASE v.name
                   WHEN 'retail_ops' THEN NOT (r.rolbypassrls AND r.rolcreatedb) OR r.rolcanlogin OR r.rolsuper
                   WHEN 'mcp_user' THEN r.rolsuper OR r.rolbypassrls OR r.rolcreaterole
                   ELSE r.rolcanlogin OR r.rolsuper OR r.rolbypassrls END) AS problem
          FROM (VALUES ('retail_owner', 'may log in, or is more than an owner', 'ALTER ROLE retail_owner NOLOGIN NOSUPERUSER NOBYPASSRLS'),
                       ('retail_app', 'may log in, or bypasses policies', 'ALTER ROLE retail_app NOLOGIN NOSUPERUSER NOBYPASSRLS'),
                       ('retail_manager', 'may log in, or bypasses policies', 'ALTER ROLE retail_manager NOLOGIN NOSUPERUSER NOBYPASSRLS'),
                       ('retail_dba', 'may log in, or bypasses policies', 'ALTER ROLE retail_dba NOLOGIN NOSUPERUSER NOBYPASSRLS'),
                       ('retail_ops', 'lacks BYPASSRLS or CREATEDB, or may log in', 'ALTER ROLE retail_ops NOLOGIN NOSUPERUSER BYPASSRLS CREATEDB'),
                       ('mcp_user', 'bypasses policies or makes roles', 'ALTER ROLE mcp_user NOSUPERUSER NOBYPASSRLS NOCREATEROLE')) v (name, problem, remedy)) w
  LEFT JOIN pg_roles r ON r.rolname = w.name
UNION ALL
SELECT 'membership', w.member || ' in ' || w.role, CASE WHEN m.found THEN 'ok' ELSE 'missing' END, NULL,
       CASE WHEN NOT m.found THEN format('GRANT %I TO %I', w.role, w.member) END
  FROM (VALUES ('mcp_user', 'retail_app'), ('retail_dba', 'pg_monitor'), ('retail_dba', 'pg_signal_backend'), ('retail_ops', 'pg_monitor'),
               ('retail_ops', 'pg_signal_backend'), ('retail_ops', 'pg_read_all_data'), ('retail_ops', 'retail_owner')) w (member, role)
 CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM pg_auth_members a WHERE a.member = to_regrole(w.member) AND a.roleid = to_regrole(w.role)) AS found) m
UNION ALL
SELECT 'row level security', r.relation, CASE WHEN NOT r.relrowsecurity THEN 'broken' WHEN p.n = 0 THEN 'missing' ELSE 'ok' END,
       CASE WHEN NOT r.relrowsecurity THEN 'switched off' WHEN p.n = 1 THEN '1 policy' ELSE p.n || ' policies' END,
       CASE WHEN NOT r.relrowsecurity THEN format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', r.relation) WHEN p.n = 0 THEN 'restore the policy (sql/migrations/0019_isolation_first.sql)' END
  FROM relations r CROSS JOIN LATERAL (SELECT count(*) AS n FROM pg_policy WHERE polrelid = r.oid) p
 WHERE r.relation IN ('retail.customers', 'retail.products', 'retail.sales_transactions', 'retail.sales_transaction_items', 'retail.product_embeddings',
                      'retail.product_documents', 'retail.audit_log', 'retail.stores')
UNION ALL
SELECT 'policy', r.relation || ' ' || p.polname, 'broken', 'does not ask for the chosen store first: ' || coalesce(pg_get_expr(p.polqual, p.polrelid), 'no condition'),
       format('DROP POLICY %I ON %s', p.polname, r.relation)
  FROM pg_policy p JOIN relations r ON r.oid = p.polrelid
 WHERE p.polpermissive AND (coalesce(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), '') !~ '\[store_id\] IS NOT NULL')
UNION ALL
SELECT 'audit trigger', w.relation || ' ' || w.event, CASE WHEN t.tgname IS NULL THEN 'missing' WHEN t.tgenabled <> 'O' AND t.tgenabled <> 'A' THEN 'broken' ELSE 'ok' END,
       CASE WHEN t.tgname IS NULL THEN 'changes are not logged' WHEN t.tgenabled NOT IN ('O', 'A') THEN 'disabled' END,
       CASE WHEN t.tgname IS NULL THEN 'restore the trigger (sql/migrations/0009_audit.sql)'
            WHEN t.tgenabled NOT IN ('O', 'A') THEN format('ALTER TABLE %s ENABLE TRIGGER %I', w.relation, w.trigger) END
  FROM (SELECT a.relation, e.event, a.name || '_audit_' || e.event AS trigger FROM audited a CROSS JOIN unnest(ARRAY['insert', 'update', 'delete']) e (event)) w
  LEFT JOIN relations r ON r.relation = w.relation
  LEFT JOIN pg_trigger t ON t.tgrelid = r.oid AND t.tgname = w.trigger
UNION ALL
SELECT 'audit guard', r.relation, CASE WHEN g.n = 2 THEN 'ok' ELSE 'broken' END, CASE WHEN g.n < 2 THEN 'entries can be changed or truncated' END,
       CASE WHEN g.n < 2 THEN 'restore and enable both triggers (sql/migrations/0004_audit_log.sql)' END
  FROM relations r
 CROSS JOIN LATERAL (SELECT count(*) AS n FROM pg_trigger t WHERE t.tgrelid = r.oid AND t.tgenabled IN ('O', 'A')
                        AND t.tgname IN ('audit_log_append_only', 'audit_log_no_truncate')) g
 WHERE r.relation = 'retail.audit_log' OR r.oid IN (SELECT i.inhrelid FROM pg_inherits i JOIN relations p ON p.oid = i.inhparent AND p.relation = 'retail.audit_log')
UNION ALL
SELECT 'audit partitions', 'retail.audit_log', CASE WHEN m.ahead >= 3 THEN 'ok' ELSE 'missing' END, CASE WHEN m.ahead = 1 THEN '1 month ahead' ELSE m.ahead || ' months ahead' END,
       CASE WHEN m.ahead < 3 THEN 'SELECT retail.ensure_audit_partitions()' END
  FROM (SELECT count(*) AS ahead FROM generate_series(1, 12) n
         WHERE to_regclass('retail.audit_log_' || to_char((now() AT TIME ZONE 'UTC') + make_interval(months => n), '"y"YYYY"m"MM')) IS NOT NULL) m
UNION ALL
SELECT 'function', f.signature, 'broken', 'SECURITY DEFINER without a fixed search_path',
       format('ALTER FUNCTION %s SET search_path = pg_catalog, pg_temp', f.signature)
  FROM functions f
 WHERE f.prosecdef AND NOT EXISTS (SELECT FROM unnest(f.proconfig) c WHERE c LIKE 'search\_path=%')
UNION ALL
SELECT 'function', f.signature, 'broken', 'PUBLIC may execute it', format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f.signature)
  FROM functions f CROSS JOIN LATERAL aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
 WHERE a.grantee = 0 AND f.proname <> 'schema_version'
UNION ALL
SELECT 'large objects', f.oid::regprocedure::text, 'broken', 'PUBLIC may create large objects; one of an application''s breaks pg_dump by ops',
       format('REVOKE EXECUTE ON FUNCTION pg_catalog.%s FROM PUBLIC', f.oid::regprocedure)
  FROM pg_proc f CROSS JOIN LATERAL aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
 WHERE f.proname IN ('lo_creat', 'lo_create', 'lo_from_bytea') AND f.pronamespace = 'pg_catalog'::regnamespace AND a.grantee = 0
UNION ALL
SELECT 'schema', n.nspname, 'broken', 'PUBLIC may create objects in it', format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC', n.nspname)
  FROM pg_namespace n CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
 WHERE a.grantee = 0 AND a.privilege_type = 'CREATE' AND n.nspname IN ('public', 'retail', 'retail_sec')
UNION ALL
SELECT 'default privileges', coalesce(n.nspname, 'database') || ' of ' || pg_get_userbyid(d.defaclrole), 'broken', 'new objects are handed to ' || a.grantee::regrole::text,
       format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I REVOKE ALL ON %s FROM %s', pg_get_userbyid(d.defaclrole), n.nspname,
              CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' ELSE 'TYPES' END, a.grantee::regrole)
  FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace CROSS JOIN LATERAL aclexplode(d.defaclacl) a
 WHERE n.nspname IN ('retail', 'retail_sec') AND a.grantee <> d.defaclrole
UNION ALL
SELECT 'database', r.rolname, 'broken', 'may connect and not make temporary tables: an import of products fails',
       format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), r.rolname)
  FROM pg_roles r
 WHERE r.rolcanlogin AND pg_has_role(r.oid, 'retail_app', 'USAGE')
   AND has_database_privilege(r.oid, current_database(), 'CONNECT') AND NOT has_database_privilege(r.oid, current_database(), 'TEMPORARY')
UNION ALL
SELECT 'index', format('%I.%I', n.nspname, c.relname), 'broken', 'invalid: left by an interrupted build', format('REINDEX INDEX CONCURRENTLY %I.%I', n.nspname, c.relname)
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT i.indisvalid AND n.nspname IN ('retail', 'retail_sec')
UNION ALL
SELECT 'view', 'retail.' || w.name, CASE WHEN c.oid IS NULL THEN 'missing' ELSE 'ok' END, NULL,
       CASE WHEN c.oid IS NULL THEN CASE w.name WHEN 'slow_queries' THEN 'CREATE EXTENSION pg_stat_statements, then SELECT retail.create_slow_queries_view()'
                                                ELSE 'restore the view (sql/migrations/0011_monitoring.sql)' END END
  FROM unnest(ARRAY['slow_queries', 'table_stats', 'index_usage']) w (name)
  LEFT JOIN pg_class c ON c.relname = w.name AND c.relkind = 'v' AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'retail')
UNION ALL
SELECT 'template', 'retail_template', CASE WHEN d.oid IS NULL THEN 'missing' WHEN d.encoding <> o.encoding OR d.datcollate <> o.datcollate OR d.datctype <> o.datctype THEN 'broken' ELSE 'ok' END,
       CASE WHEN d.oid IS NULL THEN 'restores would need a superuser' WHEN d.encoding <> o.encoding OR d.datcollate <> o.datcollate OR d.datctype <> o.datctype THEN 'encoding or collation differ from this database''s' END,
       CASE WHEN d.oid IS NULL OR d.encoding <> o.encoding OR d.datcollate <> o.datcollate OR d.datctype <> o.datctype THEN 'retail-admin migrate' END
  FROM pg_database o LEFT JOIN pg_database d ON d.datname = 'retail_template' WHERE o.datname = current_database()
 ORDER BY 1, 2
