
-- Log changes of the lines in one table as changes of their documents. Before the column with the
-- document's key is renamed or dropped, take this away: `concord systems remove`.
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO concord.change_log (relation, id, op)
        SELECT DISTINCT {document}::oid, n.{parent}::text COLLATE "C", 'U'::"char"
        FROM new_rows AS n WHERE n.{parent} IS NOT NULL;
    ELSIF TG_OP = 'UPDATE' THEN
        -- The document that a line was moved from as well as the one that it was moved to.
        INSERT INTO concord.change_log (relation, id, op)
        SELECT {document}::oid, k.id, 'U' FROM (
            SELECT n.{parent}::text COLLATE "C" FROM new_rows AS n
            UNION
            SELECT o.{parent}::text COLLATE "C" FROM old_rows AS o
        ) AS k (id)
        WHERE k.id IS NOT NULL;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO concord.change_log (relation, id, op)
        SELECT DISTINCT {document}::oid, o.{parent}::text COLLATE "C", 'U'::"char"
        FROM old_rows AS o WHERE o.{parent} IS NOT NULL;
    ELSE
        INSERT INTO concord.change_log (relation, id, op) VALUES ({document}::oid, '', 'T');
    END IF;
{notify}    RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION {function}() FROM PUBLIC;
DROP TRIGGER IF EXISTS {insert} ON {table};
DROP TRIGGER IF EXISTS {update} ON {table};
DROP TRIGGER IF EXISTS {delete} ON {table};
DROP TRIGGER IF EXISTS {truncate} ON {table};
CREATE TRIGGER {insert} AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE TRIGGER {update} AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE TRIGGER {delete} AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE TRIGGER {truncate} AFTER TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {insert};
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {update};
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {delete};
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {truncate};
INSERT INTO concord.watched_lines (document, relation, parent_column, function)
VALUES ({document}, {table_name}::regclass, {parent_name}, {function_name})
ON CONFLICT (document, relation) DO UPDATE SET parent_column = EXCLUDED.parent_column,
    function = EXCLUDED.function;
