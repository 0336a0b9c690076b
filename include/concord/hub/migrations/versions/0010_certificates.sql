-- What a full run proved. Append-only and hash-chained as ops.audit; numbers have no gaps, so that a
-- missing certificate shows by its number. The first one follows random bytes that tell this chain
-- from any other. The body is kept as text, byte for byte what was hashed.
DROP TABLE ops.certificate;  -- was reserved; nothing ever wrote it
CREATE TABLE ops.certificate (
    number   bigint PRIMARY KEY,
    at       timestamptz NOT NULL,
    batch_id bigint NOT NULL,                      -- kept when the batch itself is pruned
    kind     text NOT NULL CHECK (kind IN ('completeness', 'tie')),
    verdict  text NOT NULL CHECK (verdict IN ('good', 'explained', 'bad')),
    body     text NOT NULL CHECK (body IS JSON OBJECT WITH UNIQUE KEYS),
    previous bytea NOT NULL,
    hash     bytea NOT NULL,
    UNIQUE (batch_id, kind)
);
CREATE FUNCTION ops.certificate_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog AS $$
DECLARE
    last ops.certificate;
BEGIN
    -- An older snapshot would not show the row that this one has to follow.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'ops.certificate is written in READ COMMITTED transactions only';
    END IF;
    -- One writer at a time, or two rows would follow the same one.
    PERFORM pg_advisory_xact_lock(hashtextextended('ops.certificate', 0));
    SELECT * INTO last FROM ops.certificate AS c ORDER BY c.number DESC LIMIT 1;
    NEW.number := coalesce(last.number, 0) + 1;
    NEW.at := clock_timestamp();
    NEW.previous := coalesce(last.hash, sha256(uuid_send(gen_random_uuid())));
    NEW.hash := sha256(NEW.previous || convert_to(concat_ws(E'\x1f', NEW.number,
        to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), NEW.batch_id, NEW.kind,
        NEW.verdict, NEW.body), 'UTF8'));
    RETURN NEW;
END $$;
CREATE TRIGGER certificate_chain BEFORE INSERT ON ops.certificate
    FOR EACH ROW EXECUTE FUNCTION ops.certificate_chain();
CREATE FUNCTION ops.certificate_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'ops.certificate is append-only'; END $$;
CREATE TRIGGER certificate_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ops.certificate
    FOR EACH STATEMENT EXECUTE FUNCTION ops.certificate_refuse();

ALTER TABLE ops.review DROP CONSTRAINT review_kind_check;
ALTER TABLE ops.review ADD CONSTRAINT review_kind_check CHECK (kind IN
    ('match', 'double', 'conflict', 'change_set', 'schema', 'mass_deletion', 'set_back', 'undo', 'rule',
     'tie'));
