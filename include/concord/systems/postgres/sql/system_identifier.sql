-- The number that initdb gave this cluster.
SELECT system_identifier FROM pg_control_system()
