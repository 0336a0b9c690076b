"""SQL fragments that an entity's fields give rise to; every long statement is composed of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from psycopg import sql

from concord.model.spec import RULES, Entity, EntityMapping, Group

Part = sql.Composable


def ident(*names: str) -> sql.Identifier:
    """A quoted, possibly qualified name."""
    return sql.Identifier(*names)


def joined(parts: Iterable[Part], by: str = ", ") -> sql.Composed:
    """Parts with a separator between them."""
    return sql.SQL(by).join(parts)


def columns(entity: Entity, alias: str | None = None) -> sql.Composed:
    """All canonical columns, `a.f1, a.f2`."""
    return joined(ident(alias, f.name) if alias else ident(f.name) for f in entity.fields)


def as_text(alias: str, field: str) -> sql.Composed:
    """`a.f::text`."""
    return sql.SQL("{}::text").format(ident(alias, field))


def row(entity: Entity, alias: str) -> sql.Composed:
    """`ROW(a.f1, a.f2)`, to compare two states in one expression."""
    return sql.SQL("ROW({})").format(columns(entity, alias))


def unit_object(unit: Group, alias: str) -> sql.Composed:
    """A unit's values as a jsonb object of texts."""
    pairs = joined(sql.SQL("{}, {}").format(sql.Literal(f), as_text(alias, f)) for f in unit.fields)
    return sql.SQL("jsonb_build_object({})").format(pairs)


def unit_blank(unit: Group, alias: str) -> sql.Composed:
    """True when every field of the unit is NULL."""
    return sql.SQL("num_nonnulls({}) = 0").format(joined(ident(alias, f) for f in unit.fields))


def unit_differs(unit: Group, a: str, b: str) -> sql.Composed:
    """True when the unit's values differ between two aliases."""
    return sql.SQL("ROW({}) IS DISTINCT FROM ROW({})").format(
        joined(ident(a, f) for f in unit.fields), joined(ident(b, f) for f in unit.fields)
    )


def decided(unit: Group, alias: str) -> sql.Composed:
    """True when a steward decided the unit of a golden record."""
    return sql.SQL("coalesce({} -> {} ->> 'system' = 'steward', false)").format(
        ident(alias, "provenance"), sql.Literal(unit.name)
    )


def erases(entity: Entity, unit: Group) -> bool:
    """Whether a blank in this unit erases (all its fields say so)."""
    return all(entity.field[f].blank_erases for f in unit.fields)


def key_text(entity: Entity, key: tuple[str, ...], sources: Mapping[str, Part]) -> sql.Composed:
    """A match key as one text, e.g. `tax_id=gb123456789`; NULL unless every part is there.

    `sources` gives, by field, the expression to take its value from.
    """
    parts = [
        sql.SQL("ops.fold({})").format(sources[f])
        if entity.field[f].type in {"text", "code"}
        else sql.SQL("{}::text").format(sources[f])
        for f in key
    ]
    return sql.SQL("{} || {}").format(
        sql.Literal("+".join(key) + "="), joined(parts, " || '|' || ")
    )


def counts(entity: Entity, alias: str) -> sql.Composed:
    """True when what the image says counts: it is live, or its deletion is ignored."""
    ignoring = [m.system for m in entity.mappings if m.on_delete == "ignore"]
    return sql.SQL("({} IS NULL OR {} = ANY({}::text[]))").format(
        ident(alias, "deleted_at"), ident(alias, "system"), sql.Literal(ignoring)
    )


def adds(alias: str) -> sql.Composed:
    """True when the image is of a rule that adds to a golden record: by itself it is nothing."""
    return sql.SQL("({} = {} AND {} ->> '_adds' IS NOT NULL)").format(
        ident(alias, "system"), sql.Literal(RULES), ident(alias, "raw")
    )


def pointer(entity: Entity, alias: str) -> sql.Composable:
    """The key of the record that this one says it was merged into; NULL when it was not."""
    cases = [
        sql.SQL("WHEN {} THEN nullif(nullif({} ->> {}, ''), {})").format(
            sql.Literal(m.system),
            ident(alias, "raw"),
            sql.Literal(m.merged_into),
            ident(alias, "source_id"),
        )
        for m in entity.mappings
        if m.merged_into is not None
    ]
    if not cases:
        return sql.SQL("NULL::text")
    return sql.SQL("CASE {} {} END").format(ident(alias, "system"), joined(cases, " "))


def merged(entity: Entity, alias: str) -> sql.Composable:
    """True when the image is of a record that was merged into another one of its system."""
    if not any(m.merged_into for m in entity.mappings):
        return sql.SQL("false")
    return sql.SQL(
        "EXISTS (SELECT FROM ops.merged AS m WHERE m.entity = {} AND m.system = {}"
        " AND m.source_id = {} AND NOT m.survives)"
    ).format(sql.Literal(entity.name), ident(alias, "system"), ident(alias, "source_id"))


def referred(
    entities: Iterable[Entity], entity: Entity, system: str, golden_id: Part, *, leaving: bool
) -> sql.Composable:
    """True when live records of the system refer to a golden record.

    `leaving`: those whose own deletion is passed on count as well.
    """
    stays = sql.SQL("true" if leaving else "d.golden_id IS NULL")
    tests = [
        sql.SQL(
            "EXISTS (SELECT FROM {image} AS t LEFT JOIN ops.deletion AS d ON d.entity = {child}"
            " AND d.golden_id = t.golden_id WHERE {names} AND t.deleted_at IS NULL AND {stays})"
        ).format(
            image=partition(child.by_system[system]),
            child=sql.Literal(child.name),
            names=names,
            stays=stays,
        )
        for child in entities
        if system in child.by_system
        for names in _naming(child, entity, golden_id)
    ]
    return sql.SQL("({})").format(joined([sql.SQL("false"), *tests], " OR "))


def _naming(child: Entity, entity: Entity, golden_id: Part) -> Iterator[Part]:
    """Tests whether image `t` of a child, or one of its lines, refers to a golden record."""
    for field in child.references:
        if field.to == entity.name:
            yield sql.SQL("{} = {}").format(ident("t", field.name), golden_id)
    for field, line in child.line_references:
        if line.to == entity.name:
            yield has_line(ident("t", field.name), line.name, golden_id)


def has_line(lines: Part, name: str, golden_id: Part) -> sql.Composed:
    """True when one of the lines refers by field `name` to a golden record; indexes answer it."""
    return sql.SQL("{} @> jsonb_build_array(jsonb_build_object({}::text, {}))").format(
        lines, sql.Literal(name), golden_id
    )


def partition(mapping: EntityMapping) -> sql.Identifier:
    """The partition of `image` that holds one system's records of one entity."""
    return ident("image", f"{mapping.entity}_{mapping.system}")


def table(schema: str, entity: Entity, suffix: str = "") -> sql.Identifier:
    """`image.party`, `golden.party_history` and so on."""
    return ident(schema, entity.name + suffix)
