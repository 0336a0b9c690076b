-- With this attribute a role can read the log, and so the data, of every database of the server.
ALTER ROLE {role} REPLICATION;
