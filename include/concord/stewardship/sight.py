"""Sight: which values a person may see, by the sensitivity that the model files give each field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from concord.model.spec import Entity, EntityMapping, Field

PLAIN: frozenset[str] = frozenset({"public", "internal"})
"""What everybody may see who may read at all."""

ALL: frozenset[str] = frozenset({"public", "internal", "finance", "personal"})


@dataclass(frozen=True)
class Value:
    """A value as a person sees it: its canonical text, or that it is hidden from him."""

    text: str | None
    hidden: bool = False


HIDDEN = Value(None, hidden=True)


def value(field: Field, text: str | None, may_see: Collection[str]) -> Value:
    """One field's value; a blank is shown to everybody, lines to who may see all of a line."""
    if text is not None and not is_open(field, may_see):
        return HIDDEN
    return Value(text)


def is_open(field: Field, may_see: Collection[str]) -> bool:
    """Whether a person may see what a field holds."""
    return all(one.sensitivity in may_see for one in (field, *field.lines))


def values(
    entity: Entity, texts: Mapping[str, str | None], may_see: Collection[str]
) -> dict[str, Value]:
    """The values of some fields of an entity."""
    return {f: value(entity.field[f], text, may_see) for f, text in texts.items()}


def kept(
    entity: Entity | None, texts: Mapping[str, str | None], may_see: Collection[str]
) -> dict[str, Value]:
    """Values that were kept earlier; those of a field that has left the model since are hidden."""
    known = entity.field if entity else {}
    return {f: value(known[f], v, may_see) if f in known else HIDDEN for f, v in texts.items()}


def raw(
    entity: Entity,
    mapping: EntityMapping | None,
    texts: Mapping[str, str | None],
    may_see: Collection[str],
) -> dict[str, Value]:
    """The values of a record's columns as its system has them, by the fields that they hold.

    `mapping`: None for the golden model and rules, whose columns are the fields.
    """
    return {
        column: HIDDEN
        if text is not None and not column_is_open(entity, mapping, column, may_see)
        else Value(text)
        for column, text in texts.items()
    }


def column_is_open(
    entity: Entity, mapping: EntityMapping | None, column: str, may_see: Collection[str]
) -> bool:
    """Whether a person may see what a column holds."""
    held = [column] if mapping is None else [c.field for c in mapping.columns if c.column == column]
    return all(is_open(entity.field[f], may_see) for f in held if f in entity.field)
