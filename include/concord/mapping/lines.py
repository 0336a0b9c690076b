"""Lines: those of a document as one canonical text, and back into a system's columns.

The canonical text is a JSON array of objects, one a line in the order of the lines' key: canonical
texts by field, blank ones left out, references as they are given. A system's raw text is the same
with its own columns and forms, all mapped columns in each line (`concord.model.spec.Column`).
A document without lines is blank.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from concord.mapping.faults import Fault, Outcome, Unmappable
from concord.model.spec import Column, Entity, EntityMapping, Field

if TYPE_CHECKING:
    from concord.mapping.reading import Cleaned

Line: TypeAlias = dict[str, str | None]
Read: TypeAlias = Callable[[Entity, EntityMapping, pd.DataFrame], "Cleaned"]
Write: TypeAlias = Callable[[Entity, EntityMapping, Line], Line]

EMPTY = "[]"
SHOWN = 3  # faulty lines that a message names
_NUMBERS = ("money", "decimal", "quantity", "integer")
_FIX = "correct it in the source"


def one_line(field: Field, column: Column, system: str) -> tuple[Entity, EntityMapping]:
    """One line as if it were a record: an entity of the line's fields, and the system's mapping.

    Where the column does not say which columns the lines have, they are called as the fields.
    """
    needed = [f.model_copy(update={"required": True}) if f.name in field.key else f
              for f in field.lines]  # fmt: skip
    columns = tuple(Column(field=f.name, column=f.name) for f in field.lines)
    parent = ""
    if column.lines is not None:
        columns, parent = column.lines.columns, column.lines.parent
    mapping = EntityMapping(
        system=system, entity=field.name, table=column.column, id=parent, columns=columns
    )
    entity = Entity(name=field.name, fields=tuple(needed), keys=(field.key,), mappings=(mapping,))
    return entity, mapping


def read_lines(
    field: Field, column: Column, system: str, texts: Sequence[str | None], read: Read
) -> list[Outcome]:
    """The canonical text of each raw text, or a fault that names the lines which are wrong.

    `read` reads a frame of lines; it is called once, with the lines of every distinct text.
    """
    entity, mapping = one_line(field, column, system)
    parsed = {text: _parsed(text) for text in dict.fromkeys(texts) if text is not None}
    rows = [line for lines in parsed.values() if not isinstance(lines, Fault) for line in lines]
    frame = pd.DataFrame(
        {c.column: [row.get(c.column) for row in rows] for c in mapping.columns},
        index=range(len(rows)),
        dtype=object,
    )
    done = read(entity, mapping, frame)
    names = list(done.values.columns)
    values = list(zip(*(done.values[name].to_list() for name in names), strict=True))
    wrong: dict[int, Fault] = {}
    for n, name, _, rule, message in done.errors.itertuples(index=False, name=None):
        wrong.setdefault(n, Fault(rule, f"{name} {message}"))
    found: dict[str | None, Outcome] = {None: None}
    start = 0
    for text, lines in parsed.items():
        if isinstance(lines, Fault):
            found[text] = lines
            continue
        end = start + len(lines)
        faults = {n - start + 1: wrong[n] for n in range(start, end) if n in wrong}
        good = [dict(zip(names, row, strict=True)) for row in values[start:end]]
        found[text] = _faulty(faults) or _canonical(field, good)
        start = end
    return [found[text] for text in texts]


def lines_writer(
    field: Field, column: Column, system: str, write: Write
) -> Callable[[str], str | Fault]:
    """The function that turns canonical lines into a system's raw text, or a fault.

    `write` gives one line in the system's columns; those that are never written are left out.
    """
    entity, mapping = one_line(field, column, system)
    given = [c.field for c in mapping.columns]
    not_canonical = Fault(
        "not_canonical", "are no canonical lines; correct the golden record or its decision"
    )

    def written(text: str) -> str | Fault:
        lines = _parsed(text)
        if isinstance(lines, Fault):
            return not_canonical
        twice = _twice(field, lines)
        if twice is not None:
            return twice
        rows = []
        for n, line in enumerate(lines, 1):
            try:
                row = write(entity, mapping, {name: line.get(name) for name in given})
            except Unmappable as e:
                return Fault("no_text", f"line {n}: {e}")
            rows.append(dict(sorted(row.items())))
        return _text(rows)

    return written


def _parsed(text: str) -> list[Line] | Fault:
    """The lines of a JSON text, numbers as they stand there."""
    fault = Fault("not_lines", f"is not a list of lines; {_FIX}")
    try:
        lines = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return fault
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        return fault
    for line in lines:
        for name, value in line.items():
            if isinstance(value, bool):
                line[name] = "true" if value else "false"
            elif value is not None and not isinstance(value, str):
                return fault
    return lines


def _faulty(faults: Mapping[int, Fault]) -> Fault | None:
    """One fault for all faulty lines of a document, by their numbers."""
    if not faults:
        return None
    first = next(iter(faults.values()))
    told = [f"line {n}: {fault.message}" for n, fault in list(faults.items())[:SHOWN]]
    if len(faults) > SHOWN:
        told.append(f"and {len(faults) - SHOWN} lines more")
    return Fault(first.rule, "; ".join(told))


def _canonical(field: Field, lines: list[Line]) -> Outcome:
    if not lines:
        return None
    twice = _twice(field, lines)
    if twice is not None:
        return twice
    ordered = sorted(lines, key=_order(field))
    return _text([{n: v for n, v in line.items() if v is not None} for line in ordered])


def _twice(field: Field, lines: Sequence[Line]) -> Fault | None:
    """The fault of two lines with one key."""
    seen: dict[tuple[str | None, ...], int] = {}
    for n, line in enumerate(lines, 1):
        key = tuple(line.get(name) for name in field.key)
        first = seen.setdefault(key, n)
        if first != n:
            names = " and ".join(field.key)
            return Fault("same_line", f"line {n}: has the same {names} as line {first}; {_FIX}")
    return None


def _order(field: Field) -> Callable[[Line], tuple[Any, ...]]:
    """Numbers in their order, all else by characters."""
    numeric = {f.name for f in field.lines if f.type in _NUMBERS}

    def place(line: Line) -> tuple[Any, ...]:
        parts: list[Any] = []
        for name in field.key:
            text = line.get(name) or ""
            parts.append(Decimal(text or 0) if name in numeric else text)
        return tuple(parts)

    return place


def _text(lines: Sequence[Mapping[str, str | None]]) -> str:
    return json.dumps(lines, ensure_ascii=False, separators=(",", ":"))
