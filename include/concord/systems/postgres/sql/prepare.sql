-- What Concord needs in this database: a log of changed keys, the keys of writes already done, and
-- the write fence. Run it as the database's owner; running it again does no harm.
BEGIN;
SET LOCAL lock_timeout = '5s';

CREATE SCHEMA IF NOT EXISTS concord;
COMMENT ON SCHEMA concord IS {mark};
REVOKE ALL ON SCHEMA concord FROM PUBLIC;

-- Which tables are logged, from which transaction on, and up to which the log was trimmed.
CREATE TABLE IF NOT EXISTS concord.watched (
    relation   oid PRIMARY KEY,
    name       text NOT NULL,
    key_column text NOT NULL,
    began      xid8 NOT NULL DEFAULT pg_current_xact_id(),
    floor      xid8 NOT NULL DEFAULT '0'
);

-- The tables with the lines of logged documents: a change of a line is logged as one of its document.
-- They are watched from when their document is: always prepared together with it.
CREATE TABLE IF NOT EXISTS concord.watched_lines (
    document      oid NOT NULL,
    relation      oid NOT NULL,
    parent_column text NOT NULL,
    function      text NOT NULL,
    PRIMARY KEY (document, relation)
);

-- One row a changed key: I, U, D, or T for a TRUNCATE. No values.
CREATE TABLE IF NOT EXISTS concord.change_log (
    relation oid NOT NULL,
    xid      xid8 NOT NULL DEFAULT pg_current_xact_id(),
    id       text NOT NULL,
    op       "char" NOT NULL,
    at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS change_log_read ON concord.change_log (relation, xid);

-- The idempotency keys of writes that were done, committed together with them.
CREATE TABLE IF NOT EXISTS concord.applied (
    key        uuid PRIMARY KEY,
    table_name text NOT NULL,
    source_id  text,
    at         timestamptz NOT NULL DEFAULT now()
);

-- The newest token of each lease: a writer with an older one is refused.
CREATE TABLE IF NOT EXISTS concord.fence (
    name  text PRIMARY KEY,
    token bigint NOT NULL
);

-- Runs statements over items, {{n, id, new, base, lines}} each, in pieces. The first one writes records
-- and gives (n, id) of each; those that follow do the same items again, by the id that each has now,
-- and fail when they do not give all of them. In a piece that fails the first bad item is sought by
-- halves: what comes before it is written on the way, and what comes after it begins the next piece.
-- Gives (n, id) of what was written and (n, code, ...) of what failed. The numbers n come apart as
-- well: an item may hold what this database cannot even read.
CREATE OR REPLACE FUNCTION concord.write_each(
    statements text[], items json, numbers integer[], piece integer,
    fence_name text, fence_token bigint,
    OUT n integer, OUT id text,
    OUT code text, OUT message text, OUT constraint_of text, OUT column_of text
) RETURNS SETOF record
LANGUAGE plpgsql AS $body$
DECLARE
    item    json[] := ARRAY(SELECT e.value FROM json_array_elements(items) AS e);
    low     integer := 1;
    high    integer := piece;
    suspect integer := 0;  -- a bad item is known to be at this place or before it
    ns      integer[];
    ids     text[];
    one     record;
    sent    jsonb;
    further text;
    given   bigint;
BEGIN
    WHILE low <= cardinality(item) LOOP
        high := least(high, cardinality(item));
        ns := '{{}}'; ids := '{{}}'; code := NULL;
        BEGIN
            sent := (SELECT jsonb_agg(e::jsonb) FROM unnest(item[low:high]) AS e);
            FOR one IN EXECUTE statements[1] USING sent, fence_name, fence_token LOOP
                ns := ns || coalesce(one.n, numbers[low]);
                ids := ids || one.id::text;
            END LOOP;
            sent := (
                SELECT jsonb_agg(e || jsonb_build_object('id', d.id))
                FROM jsonb_array_elements(sent) AS e
                JOIN unnest(ns, ids) AS d (n, id) ON d.n = (e ->> 'n')::integer
            );
            FOREACH further IN ARRAY statements[2:] LOOP
                EXIT WHEN sent IS NULL;
                EXECUTE further USING sent, fence_name, fence_token;
                GET DIAGNOSTICS given = ROW_COUNT;
                IF given <> cardinality(ns) THEN
                    RAISE 'a part of it was not done' USING ERRCODE = 'CN001';
                END IF;
            END LOOP;
        EXCEPTION
            -- After these the whole transaction is tried again.
            WHEN deadlock_detected OR serialization_failure THEN RAISE;
            WHEN OTHERS THEN
                GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
                    constraint_of = CONSTRAINT_NAME, column_of = COLUMN_NAME;
        END;
        IF code IS NOT NULL AND low < high THEN
            suspect := high;
            high := (low + high) / 2;
            CONTINUE;
        END IF;
        IF code IS NULL THEN
            message := NULL; constraint_of := NULL; column_of := NULL;
            FOR i IN 1 .. cardinality(ns) LOOP
                n := ns[i]; id := ids[i];
                RETURN NEXT;
            END LOOP;
        ELSE
            n := numbers[low]; id := NULL;
            RETURN NEXT;
            suspect := 0;
        END IF;
        low := high + 1;
        high := CASE WHEN suspect >= low THEN (low + suspect) / 2 ELSE low + piece - 1 END;
    END LOOP;
END $body$;
REVOKE ALL ON FUNCTION concord.write_each(text[], json, integer[], integer, text, bigint) FROM PUBLIC;
{tables}
GRANT USAGE ON SCHEMA concord TO {role};
GRANT SELECT, DELETE ON concord.change_log TO {role};
GRANT SELECT, UPDATE ON concord.watched TO {role};
GRANT SELECT ON concord.watched_lines TO {role};
GRANT SELECT, INSERT, DELETE ON concord.applied TO {role};
GRANT SELECT, INSERT, UPDATE ON concord.fence TO {role};
GRANT EXECUTE ON FUNCTION concord.write_each(text[], json, integer[], integer, text, bigint) TO {role};

COMMIT;
