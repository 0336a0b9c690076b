-- The id of an identity column is taken before the trigger waits for its turn, so two writers could
-- follow the same row. It is taken again after the wait: order of ids = order of the chain.
CREATE OR REPLACE FUNCTION ops.audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog AS $$
BEGIN
    -- An older snapshot would not show the row that this one has to follow.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'ops.audit is written in READ COMMITTED transactions only';
    END IF;
    -- One writer at a time, or two rows would follow the same one.
    PERFORM pg_advisory_xact_lock(hashtextextended('ops.audit', 0));
    NEW.audit_id := nextval(pg_get_serial_sequence('ops.audit', 'audit_id'));
    NEW.at := clock_timestamp();
    SELECT a.hash INTO NEW.previous FROM ops.audit a ORDER BY a.audit_id DESC LIMIT 1;
    NEW.previous := coalesce(NEW.previous, '\x');
    NEW.hash := sha256(NEW.previous || convert_to(concat_ws(E'\x1f', NEW.audit_id,
        to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), NEW.actor, NEW.action,
        NEW.subject, NEW.detail), 'UTF8'));
    RETURN NEW;
END $$;
