-- The roles and databases of the embedded PostgreSQL. Run as superuser at every start; adds what is missing.
SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['concord_owner', 'concord_engine', 'concord_reporter',
                  'erp_owner', 'crm_owner', 'airflow']) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

SELECT format('CREATE DATABASE %I OWNER %I', name, owner)
FROM (VALUES ('hub', 'concord_owner'), ('erp', 'erp_owner'), ('crm', 'crm_owner'),
             ('airflow', 'airflow')) AS wanted (name, owner)
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec

-- Airflow can repeat what a power cut takes; the hub and the systems cannot.
ALTER DATABASE airflow SET synchronous_commit = off;

REVOKE CONNECT, TEMPORARY ON DATABASE hub, erp, crm, airflow FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE hub TO concord_engine;
GRANT CONNECT ON DATABASE hub TO concord_reporter;
