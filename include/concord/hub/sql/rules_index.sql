-- What a rule gives for a subject
CREATE INDEX ON {table} ((raw ->> '_rule'), (raw ->> '_subject'))
