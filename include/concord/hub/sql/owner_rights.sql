-- Who is here, in which database, who owns the hub's schemas, and whether this role may make them.
SELECT current_user::text, current_database()::text, owner.rolname::text,
       coalesce(pg_has_role(owner.oid, 'USAGE'), true),
       owner.oid IS NOT NULL OR has_database_privilege(current_database(), 'CREATE'),
       to_regclass('public.alembic_version') IS NOT NULL OR has_schema_privilege('public', 'CREATE')
FROM (VALUES (1)) one
LEFT JOIN pg_namespace n ON n.nspname = 'ops'
LEFT JOIN pg_roles owner ON owner.oid = n.nspowner
