"""Allowed: what a field with a code list may hold, told to whoever types a value of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from concord.mapping.codes import texts_in
from concord.model.spec import Config, Entity, EntityMapping, Field


@dataclass(frozen=True)
class Text:
    """One text that is allowed: as it is typed, and what it means where that is something else."""

    text: str
    label: str


@dataclass(frozen=True)
class Allowed:
    """What a code list allows at one place. `codes`: its name, and that of its file."""

    codes: str
    texts: Sequence[Text]


def in_column(
    config: Config, entity: Entity, mapping: EntityMapping | None, column: str
) -> Allowed | None:
    """The texts of a system's own that a column of it may hold, the one to write of each code;
    None where the column has no code list.
    """
    if mapping is None:
        return None
    held = [c.field for c in mapping.columns if c.column == column and c.lines is None]
    field = next((entity.field[f] for f in held if entity.field[f].codes is not None), None)
    return None if field is None else _of(config, field, mapping.system)


def in_field(config: Config, entity: Entity, name: str) -> Allowed | None:
    """The codes of the model that a field may hold; None where it has no code list."""
    field = entity.field.get(name)
    return None if field is None or field.codes is None else _of(config, field, None)


def _of(config: Config, field: Field, system: str | None) -> Allowed:
    codes = config.code_list[field.codes or ""]
    if system is None:
        found = [(code.code, code.label) for code in codes.codes]
    else:
        texts = texts_in(codes, system)
        found = [
            (texts[code.code][0], code.label or code.code)
            for code in codes.codes
            if texts[code.code]
        ]
    found.sort(key=lambda pair: pair[0].casefold())
    told = (Text(t, "" if label.casefold() == t.casefold() else label) for t, label in found)
    return Allowed(codes.name, tuple(told))
