-- Take the fence: waits for a writer in a transaction under it. Nothing comes back when a newer
-- token is there.
INSERT INTO concord.fence AS f (name, token) VALUES (%(name)s, %(token)s)
ON CONFLICT (name) DO UPDATE SET token = EXCLUDED.token WHERE f.token <= EXCLUDED.token
RETURNING f.token
