"""SQL fragments that an entity's fields give rise to; every long statement is composed of these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from psycopg import sql

from concord.model.spec import Entity, EntityMapping, Group

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


def partition(mapping: EntityMapping) -> sql.Identifier:
    """The partition of `image` that holds one system's records of one entity."""
    return ident("image", f"{mapping.entity}_{mapping.system}")


def table(schema: str, entity: Entity, suffix: str = "") -> sql.Identifier:
    """`image.party`, `golden.party_history` and so on."""
    return ident(schema, entity.name + suffix)
