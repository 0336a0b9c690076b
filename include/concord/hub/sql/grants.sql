-- What the engine and the reporter may do; everything belongs to the role that runs this.
GRANT USAGE ON SCHEMA stage, image, golden, ops, share, public TO concord_engine;
GRANT CREATE ON SCHEMA stage TO concord_engine;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA image, golden, ops TO concord_engine;
GRANT MAINTAIN ON ALL TABLES IN SCHEMA image, golden, ops TO concord_engine;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA image, golden, ops TO concord_engine;
GRANT SELECT ON ALL TABLES IN SCHEMA share TO concord_engine;
ALTER DEFAULT PRIVILEGES IN SCHEMA image GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON TABLES TO concord_engine;
ALTER DEFAULT PRIVILEGES IN SCHEMA golden GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON TABLES TO concord_engine;
ALTER DEFAULT PRIVILEGES IN SCHEMA ops GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO concord_engine;
ALTER DEFAULT PRIVILEGES IN SCHEMA image GRANT USAGE, SELECT ON SEQUENCES TO concord_engine;
ALTER DEFAULT PRIVILEGES IN SCHEMA golden GRANT USAGE, SELECT ON SEQUENCES TO concord_engine;
ALTER DEFAULT PRIVILEGES IN SCHEMA ops GRANT USAGE, SELECT ON SEQUENCES TO concord_engine;
ALTER DEFAULT PRIVILEGES IN SCHEMA share GRANT SELECT ON TABLES TO concord_engine;

-- Audit: rows are added, nothing else; the engine does not choose id, time or hash.
REVOKE ALL ON ops.audit FROM concord_engine;
GRANT SELECT, INSERT (actor, action, subject, detail) ON ops.audit TO concord_engine;

-- Certificates likewise.
REVOKE ALL ON ops.certificate FROM concord_engine;
GRANT SELECT, INSERT (batch_id, kind, verdict, body) ON ops.certificate TO concord_engine;

-- Which migrations were applied is the owner's to say.
REVOKE ALL ON ops.model_migration, public.alembic_version FROM concord_engine;
GRANT SELECT ON ops.model_migration, public.alembic_version TO concord_engine;

GRANT USAGE ON SCHEMA share TO concord_reporter;
GRANT SELECT ON ALL TABLES IN SCHEMA share TO concord_reporter;
ALTER DEFAULT PRIVILEGES IN SCHEMA share GRANT SELECT ON TABLES TO concord_reporter;
