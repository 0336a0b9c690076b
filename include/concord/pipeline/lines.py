"""Lines: the SQL fragments that the lines of documents give rise to, beside those of fields.py.

In images and golden records lines are one jsonb array, in the order of their key, references as
golden ids. What a system lacks of a line it cannot hold, so golden lines are compared with its own,
and written there, by the fields that it has.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from concord.model.spec import Config, Entity, EntityMapping, Field, Group
from concord.pipeline import references
from concord.pipeline.fields import Part, ident, joined, table

_NUMBERS = ("money", "decimal", "quantity", "integer")


def mapped(field: Field, mapping: EntityMapping, *, written: bool = False) -> tuple[Field, ...]:
    """The fields of a line that a system has, or those that it is given."""
    column = mapping.by_field.get(field.name)
    if column is None or column.lines is None:
        return ()
    names = {c.field for c in column.lines.columns if c.write or not written}
    return tuple(line for line in field.lines if line.name in names)


def given(field: Field, mapping: EntityMapping, alias: str) -> Part:
    """A field's value as the system can be given it: lines with what is written there alone."""
    return written(field, mapping, ident(alias, field.name))


def written(field: Field, mapping: EntityMapping, value: Part) -> Part:
    """The part of a field's value that is written into the system, if it holds the field."""
    if field.type != "lines" or field.name not in mapping.by_field:
        return value
    return _cut(field, value, mapped(field, mapping, written=True))


def held(entity: Entity, field: Field, alias: str, system: Part) -> Part:
    """A field's value as far as `system` (text) is compared with others: by what is written there.

    Where nothing is written, by what it has.
    """
    value = ident(alias, field.name)
    cases = []
    for mapping in entity.mappings:
        lines = mapped(field, mapping, written=True) or mapped(field, mapping)
        if lines and len(lines) < len(field.lines):
            when = sql.SQL("WHEN {} THEN {}")
            cases.append(when.format(sql.Literal(mapping.system), _cut(field, value, lines)))
    if not cases:
        return value
    return sql.SQL("CASE {} {} ELSE {} END").format(system, joined(cases, " "), value)


def held_object(entity: Entity, unit: Group, alias: str, system: Part) -> sql.Composed:
    """A unit's values as far as `system` is compared by them, as a jsonb object of texts."""
    values = [(f, held(entity, entity.field[f], alias, system)) for f in unit.fields]
    pairs = joined(sql.SQL("{}, ({})::text").format(sql.Literal(f), v) for f, v in values)
    return sql.SQL("jsonb_build_object({})").format(pairs)


def _cut(field: Field, value: Part, lines: Sequence[Field]) -> Part:
    if len(lines) == len(field.lines):
        return value
    names = [line.name for line in lines]
    return sql.SQL("ops.lines_of({}, {}::text[])").format(value, sql.Literal(names))


def refers(field: Field) -> tuple[Field, ...]:
    """The fields of a line that refer to other entities."""
    return tuple(line for line in field.lines if line.type == "ref")


def linked(entity: Entity) -> list[Field]:
    """The fields whose lines refer to other records."""
    return [field for field in entity.documents if refers(field)]


def missing(field: Field) -> sql.Identifier:
    """The column of `r` with what a document's lines refer to and the hub does not know."""
    return ident("missing " + field.name)


def resolved(config: Config, entity: Entity, field: Field, rows: Part) -> sql.Composed:
    """A subquery over `rows` (id, system, lines) with `id`, `value` and `missing` of each.

    `value`: the lines with golden ids in place of source ids; what is not known is left out of its
    line. `missing`: what that was, a jsonb array of entity and source_id.
    """
    joins, found = [], []
    missing: list[Part] = [sql.SQL("'[]'::jsonb")]
    for line in refers(field):
        key = sql.SQL("(l.line ->> {})").format(sql.Literal(line.name))
        one = references.incoming(
            config, entity, line.to or "", line.name, key, ident("c", "system")
        )
        joins.append(one.joins)
        found.append(sql.SQL("{}, {}").format(sql.Literal(line.name), one.golden_id))
        missing.append(
            sql.SQL(
                "coalesce(jsonb_agg(DISTINCT jsonb_build_object('entity', {}::text, 'source_id',"
                " {key})) FILTER (WHERE {key} IS NOT NULL AND {id} IS NULL), '[]')"
            ).format(sql.Literal(line.to), key=key, id=one.golden_id)
        )
    value = sql.SQL("l.line - {}::text[] || jsonb_strip_nulls(jsonb_build_object({}))").format(
        sql.Literal([line.name for line in refers(field)]), joined(found)
    )
    return sql.SQL(
        "(SELECT c.id, jsonb_agg({value} ORDER BY {order}) AS value, {missing} AS missing"
        " FROM {rows} AS c"
        " CROSS JOIN LATERAL jsonb_array_elements(c.lines) WITH ORDINALITY AS l(line, n)"
        " {joins} GROUP BY c.id)"
    ).format(
        value=value,
        order=_order(field, value),
        missing=joined(missing, " || "),
        rows=rows,
        joins=joined(joins, " "),
    )


def _order(field: Field, line: Part) -> sql.Composable:
    """The order of a document's lines, which systems that name things differently must share."""
    keys = [f for name in field.key for f in field.lines if f.name == name]
    if not any(key.type == "ref" for key in keys):
        return sql.SQL("l.n")
    parts = []
    for key in keys:
        text = sql.SQL("({}) ->> {}").format(line, sql.Literal(key.name))
        form = "({})::numeric" if key.type in _NUMBERS else '({}) COLLATE "C"'
        parts.append(sql.SQL(form).format(text))
    return joined(parts)


def placed(field: Field, mapping: EntityMapping, value: Part) -> sql.Composable:
    """True when all that golden lines refer to is in the system, or about to be created there."""
    tests = [
        references.there(
            line.to or "",
            mapping.system,
            sql.SQL("(l.line ->> {})::uuid").format(sql.Literal(line.name)),
        )
        for line in _given_references(field, mapping)
    ]
    if not tests:
        return sql.SQL("true")
    return sql.SQL(
        "NOT EXISTS (SELECT FROM jsonb_array_elements({}) AS l(line) WHERE NOT ({}))"
    ).format(value, joined(tests, " AND "))


def with_references(entity: Entity, mapping: EntityMapping) -> list[Field]:
    """The fields whose lines the system is given with references in them."""
    return [field for field in entity.documents if _given_references(field, mapping)]


def _given_references(field: Field, mapping: EntityMapping) -> list[Field]:
    return [line for line in mapped(field, mapping, written=True) if line.type == "ref"]


def keyed(config: Config, field: Field, mapping: EntityMapping) -> sql.Composed:
    """A join to intent `n`: its new lines with the target's keys in place of golden ids, as text.

    Columns of `ref <field>`: `source_id`, the lines; NULL while something is not there yet.
    """
    joins, found, complete = [], [], []
    for line in _given_references(field, mapping):
        golden_id = sql.SQL("(l.line ->> {})::uuid").format(sql.Literal(line.name))
        alias = ident("key " + line.name)
        joins.append(
            sql.SQL("LEFT JOIN LATERAL {} AS {} ON true").format(
                references.outgoing(config, line.to or "", mapping.system, golden_id), alias
            )
        )
        source_id = ident("key " + line.name, "source_id")
        found.append(sql.SQL("{}, {}").format(sql.Literal(line.name), source_id))
        complete.append(sql.SQL("({} IS NULL OR {} IS NOT NULL)").format(golden_id, source_id))
    return sql.SQL(
        "LEFT JOIN LATERAL (SELECT CASE WHEN bool_and({complete}) THEN jsonb_agg("
        "l.line || jsonb_strip_nulls(jsonb_build_object({found})) ORDER BY l.n)::text END"
        " AS source_id FROM jsonb_array_elements((n.new ->> {name})::jsonb) WITH ORDINALITY"
        " AS l(line, n) {joins}) AS {alias} ON true"
    ).format(
        complete=joined(complete, " AND "),
        found=joined(found),
        name=sql.Literal(field.name),
        joins=joined(joins, " "),
        alias=ident("ref " + field.name),
    )


def rows(entity: Entity, field: Field) -> sql.Identifier:
    """The table of the golden lines, one row a line."""
    return table("golden", entity, f"_{field.name}")


def documents(entity: Entity, field: Field) -> sql.Composed:
    """A relation of the golden lines with `deleted_at` of their documents."""
    return sql.SQL("(SELECT l.*, g.deleted_at FROM {} AS l JOIN {} AS g USING (golden_id))").format(
        rows(entity, field), table("golden", entity)
    )


def typed(field: Field) -> sql.Composed:
    """The fields of line `l.line` in the types of their columns."""
    return joined(
        sql.SQL("(l.line ->> {})::{}").format(sql.Literal(line.name), sql.SQL(line.pg_type))
        for line in field.lines
    )
