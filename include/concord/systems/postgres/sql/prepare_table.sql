
-- Log the changed keys of one table. Statement by statement, so that a bulk load stays one; as the
-- owner, so that applications need no right on schema concord. Before its key column is renamed
-- or dropped, take this away: `concord systems remove`.
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO concord.change_log (relation, id, op)
        SELECT TG_RELID, n.{key}::text, 'I' FROM new_rows AS n WHERE n.{key} IS NOT NULL;
    ELSIF TG_OP = 'UPDATE' THEN
        -- The old key as well as the new one, should the key have changed.
        INSERT INTO concord.change_log (relation, id, op)
        SELECT TG_RELID, k.id, 'U' FROM (
            SELECT n.{key}::text COLLATE "C" FROM new_rows AS n
            UNION
            SELECT o.{key}::text COLLATE "C" FROM old_rows AS o
        ) AS k (id)
        WHERE k.id IS NOT NULL;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO concord.change_log (relation, id, op)
        SELECT TG_RELID, o.{key}::text, 'D' FROM old_rows AS o WHERE o.{key} IS NOT NULL;
    ELSE
        INSERT INTO concord.change_log (relation, id, op) VALUES (TG_RELID, '', 'T');
    END IF;
{notify}    RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION {function}() FROM PUBLIC;
DROP TRIGGER IF EXISTS concord_insert ON {table};
DROP TRIGGER IF EXISTS concord_update ON {table};
DROP TRIGGER IF EXISTS concord_delete ON {table};
DROP TRIGGER IF EXISTS concord_truncate ON {table};
CREATE TRIGGER concord_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE TRIGGER concord_update AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE TRIGGER concord_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE TRIGGER concord_truncate AFTER TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER concord_insert;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER concord_update;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER concord_delete;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER concord_truncate;
INSERT INTO concord.watched (relation, name, key_column)
VALUES ({table_name}::regclass, {table_name}, {key_name})
ON CONFLICT (relation) DO UPDATE SET name = EXCLUDED.name, key_column = EXCLUDED.key_column,
    began = pg_current_xact_id(), floor = '0';
