-- The lines of a document with these fields alone, in their order: what a system that lacks some fields
-- can hold of them.
CREATE FUNCTION ops.lines_of(lines jsonb, fields text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT jsonb_agg(
               (SELECT coalesce(jsonb_object_agg(f.name, f.value), '{}')
                FROM jsonb_each(l.line) AS f(name, value) WHERE f.name = ANY(fields))
               ORDER BY l.n)
    FROM jsonb_array_elements(lines) WITH ORDINALITY AS l(line, n)
);
