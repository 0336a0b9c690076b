"""Writing: canonical values in a system's own columns and text forms."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

import pandas as pd

from concord.mapping import formats
from concord.mapping.codes import texts_in
from concord.mapping.faults import Fault, FaultRow, Unmappable, fault_frame, split, texts
from concord.mapping.formats import Reader
from concord.mapping.lines import EMPTY, Line, lines_writer
from concord.mapping.reading import field_reader, uses
from concord.mapping.text import cut
from concord.model.spec import CodeList, Column, Entity, EntityMapping, Field

NO_COUNTRY = "ZZ"  # a number cut short is not completed with anybody's country code


def to_system(
    entity: Entity,
    mapping: EntityMapping,
    codes: Mapping[str, CodeList],
    values: Mapping[str, str | None],
) -> dict[str, str | None]:
    """Some canonical values of one record as the system's columns.

    Fields that the system does not hold, or that are never written there (`write: false`), are
    left out. A `ref` is given as that system's source id. None stays None, and is `[]` for lines.

    Raises:
        Unmappable: a value has no form there, for example a code that is not listed.
    """
    out: dict[str, str | None] = {}
    writers = _writers(_Held(entity), _Held(mapping), _Held(codes))
    for name, value in values.items():
        if name in writers:
            column, write = writers[name]
            out[column.column] = _written(write, name, column, value)
    return out


def to_system_frame(
    entity: Entity,
    mapping: EntityMapping,
    codes: Mapping[str, CodeList],
    frame: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Many records at once, by the rules of `to_system`.

    Args:
        entity: what is written.
        mapping: how the system names and writes it.
        codes: code lists by name.
        frame: unique index; the columns are canonical fields, all values text or null.

    Returns:
        The written frame (same index, object columns named as in the system) and the errors
        (columns key, field, column, rule, message), whose values are None in the written frame.
    """
    keys: list[Any] = frame.index.to_list()
    found: list[FaultRow] = []
    written: dict[str, list[str | None]] = {}
    writers = _writers(_Held(entity), _Held(mapping), _Held(codes))
    for name in [str(c) for c in frame.columns if c in writers]:
        column, write = writers[name]
        given = texts(frame[name])
        one = {t: write(t) for t in set(given) if t is not None}
        outcomes = [_nothing(column) if t is None else one[t] for t in given]
        written[column.column] = split(outcomes, keys, name, column.column, found)
    return pd.DataFrame(written, index=frame.index, dtype=object), fault_frame(found)


def shown(
    entity: Entity,
    mapping: EntityMapping,
    codes: Mapping[str, CodeList],
    field: str,
    value: str | None,
) -> str | None:
    """What a canonical value reads as after it was written into the system and read again.

    Differs from `value` where the system's column is shorter (`shorten`); None when nothing of it
    is left there. A field that the system does not hold, or is never given, is shown as it is, and
    so are lines.

    Raises:
        Unmappable: the value has no form there.
    """
    writers = _writers(_Held(entity), _Held(mapping), _Held(codes))
    if value is None or field not in writers or entity.field[field].type == "lines":
        return value
    column, write = writers[field]
    written = _written(write, field, column, value)
    if not written:
        return None
    spec = entity.field[field]
    read = field_reader(spec, column, mapping.system, codes, NO_COUNTRY, None)
    again = read(written, *[None] * len(uses(spec)))
    return None if isinstance(again, Fault) else again


def _written(write: Reader, name: str, column: Column, value: str | None) -> str | None:
    outcome = _nothing(column) if value is None else write(value)
    if isinstance(outcome, Fault):
        raise Unmappable(name, column.column, outcome.message)
    return outcome


def _nothing(column: Column) -> str | None:
    """What a system holds where there is no value."""
    return EMPTY if column.lines is not None else None


class _Held:
    """A configuration object as a cache key: by identity, and alive as long as the key."""

    def __init__(self, item: Any) -> None:
        self.item = item

    def __hash__(self) -> int:
        return id(self.item)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.item is self.item


@lru_cache(maxsize=256)
def _writers(entity: _Held, mapping: _Held, codes: _Held) -> dict[str, tuple[Column, Reader]]:
    """Column and writing function of every field that a system is given."""
    return {
        c.field: (c, _writer(entity.item.field[c.field], c, mapping.item.system, codes.item))
        for c in mapping.item.columns
        if c.write
    }


def _writer(field: Field, column: Column, system: str, codes: Mapping[str, CodeList]) -> Reader:
    """The function that turns one canonical text into a system's text, or a fault."""
    if field.type == "code" and field.codes:
        return _code_writer(codes[field.codes], system)
    if field.type == "lines":

        def line(one: Entity, held: EntityMapping, values: Line) -> Line:
            return to_system(one, held, codes, values)

        return lines_writer(field, column, system, line)
    if field.type in {"text", "code", "ref"}:
        return partial(cut, length=column.shorten) if column.shorten else _same
    if field.type == "date":
        write = formats.write_date(column.format)
    elif field.type == "timestamp":
        write = formats.write_timestamp(column.format)
    elif field.type == "boolean":
        write = formats.write_boolean(column.format)
    else:
        write = formats.write_number(column.format)
    fault = Fault(
        "not_canonical", f"is no canonical {field.type}; correct the golden record or its decision"
    )

    def guarded(text: str) -> str | Fault:
        try:
            return write(text)
        except ValueError:
            return fault

    return guarded


def _code_writer(codes: CodeList, system: str) -> Reader:
    known = texts_in(codes, system)

    def write(code: str) -> str | Fault:
        if texts := known.get(code):
            return texts[0]
        name = f"the code {code}" if code in known else "a code that is not listed"
        return Fault(
            "no_text",
            f"holds {name}, which has no text in {system}; add one to "
            f"config/codes/{codes.name}.yaml",
        )

    return write


def _same(text: str) -> str:
    return text
