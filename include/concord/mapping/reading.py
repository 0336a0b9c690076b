"""Reading: a system's raw texts become canonical values, or faults that say what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import pandas as pd

from concord.mapping import formats
from concord.mapping.cleaning import STEPS, Step
from concord.mapping.codes import code_reader
from concord.mapping.faults import Fault, FaultRow, Outcome, fault_frame, split, texts
from concord.mapping.lines import read_lines
from concord.mapping.money import check_minor_units
from concord.mapping.text import blank, plain, within
from concord.model.spec import CleanStep, CodeList, Column, Company, Entity, EntityMapping, Field

FieldReader: TypeAlias = Callable[..., Outcome]
"""Raw text, then the values of the fields that the cleaning steps use -> canonical text."""

REQUIRED = Fault("required", "is blank but needed; fill it in in the source")


@dataclass(frozen=True)
class Cleaned:
    """What `canonical` made of a frame of raw records.

    values: same index as the raw frame, one object column a canonical field that was read, each
    value None or text in the canonical form of its type; a `ref` is the source id as it was read.
    errors: columns key (the row's index value), field, column, rule, message; one row a value
    that could not be understood. That value is None in `values`.
    """

    values: pd.DataFrame
    errors: pd.DataFrame


def canonical(
    entity: Entity,
    mapping: EntityMapping,
    codes: Mapping[str, CodeList],
    company: Company,
    raw: pd.DataFrame,
) -> Cleaned:
    """Read records of one system in canonical fields.

    Args:
        entity: what is read.
        mapping: how the system names and writes it.
        codes: code lists by name.
        company: default region of telephone numbers, zone of business dates.
        raw: one row a record with a unique index; the columns are source columns, all values
            text or null. A mapped column that is missing leaves its field out.

    Raises:
        TypeError: a raw value is neither text nor null.
    """
    keys: list[Any] = raw.index.to_list()
    found: list[FaultRow] = []
    values: dict[str, list[str | None]] = {}
    nothing: list[str | None] = [None] * len(keys)

    def read_line(one: Entity, held: EntityMapping, lines: pd.DataFrame) -> Cleaned:
        return canonical(one, held, codes, company, lines)

    for name in reading_order(entity, mapping):
        field, column = entity.field[name], mapping.by_field[name]
        if column.column not in raw.columns:
            continue
        given = texts(raw[column.column])
        if field.type == "lines":
            outcomes = read_lines(field, column, mapping.system, given, read_line)
        else:
            read = field_reader(
                field, column, mapping.system, codes, company.country, ZoneInfo(company.timezone)
            )
            outcomes = _apply(read, given, [values.get(u, nothing) for u in uses(field)])
        if field.required:
            outcomes = [REQUIRED if o is None else o for o in outcomes]
        values[name] = split(outcomes, keys, name, column.column, found)
    check_minor_units(entity, mapping, codes, values, keys, found)
    present = {f.name: values[f.name] for f in entity.fields if f.name in values}
    return Cleaned(pd.DataFrame(present, index=raw.index, dtype=object), fault_frame(found))


def reading_order(entity: Entity, mapping: EntityMapping) -> list[str]:
    """The mapped fields, each behind those that its cleaning uses.

    Raises:
        ValueError: cleaning steps use each other in a circle (`concord check` refuses that).
    """
    order: list[str] = []
    open_: list[str] = []

    def visit(name: str) -> None:
        if name in order or name not in mapping.by_field:
            return
        if name in open_:
            raise ValueError(f"cleaning of {entity.name} goes in a circle: {' -> '.join(open_)}")
        open_.append(name)
        for used in uses(entity.field[name]):
            visit(used)
        open_.pop()
        order.append(name)

    for field in entity.fields:
        visit(field.name)
    return order


def uses(field: Field) -> tuple[str, ...]:
    """The fields that a field's cleaning looks at, in the order in which its reader takes them."""
    if field.type != "text":
        return ()
    return tuple(used for step in field.clean for used in step.uses)


def read_along(entity: Entity, wanted: Iterable[str]) -> set[str]:
    """The fields without which these cannot be read as in a whole record: themselves, what their
    cleaning uses, and those of their groups (an amount is read by its currency).
    """
    groups = [set(group.fields) for group in entity.groups]
    found: set[str] = set()
    open_ = list(wanted)
    while open_:
        name = open_.pop()
        if name not in found:
            found.add(name)
            open_ += uses(entity.field[name])
            open_ += [other for group in groups if name in group for other in group]
    return found


def field_reader(
    field: Field,
    column: Column,
    system: str,
    codes: Mapping[str, CodeList],
    region: str,
    zone: ZoneInfo | None,
) -> FieldReader:
    """The function that reads one column of one system as one canonical field.

    Cleaning steps apply to text alone; the other types are parsed whole. `region`: where a
    telephone number without a country is; `zone`: that of business dates.
    """
    if field.type == "text":
        return _text_reader(field, region)
    if field.type == "ref":
        return _read_key
    if field.type == "code":
        return code_reader(codes[field.codes], system) if field.codes else _text_reader(field, "")
    if field.type == "date":
        return formats.date_reader(column.format, zone if column.rest else None)
    if field.type == "timestamp":
        return formats.timestamp_reader()
    if field.type == "boolean":
        return formats.boolean_reader(column.format)
    if field.type == "integer":
        return formats.integer_reader()
    return formats.number_reader(column.format, field.scale)


def _text_reader(field: Field, region: str) -> FieldReader:
    steps: list[tuple[Step, slice]] = []
    taken = 0
    for spec in field.clean if field.type == "text" else ():
        steps.append((_step(spec, region), slice(taken, taken + len(spec.uses))))
        taken += len(spec.uses)

    def read(text: str, *used: str | None) -> Outcome:
        done = plain(text)
        if isinstance(done, Fault):
            return done
        for step, part in steps:
            done = step(done, *used[part])
        if not done.isascii() and blank(done):
            return None
        return within(done, field.max)

    return read


def _step(spec: CleanStep, region: str) -> Step:
    step = STEPS[spec.name]
    return partial(step, default=region) if spec.name == "phone" else step


def _read_key(text: str) -> Outcome:
    """A key of another record stays as it is to the last character."""
    done = plain(text)
    if isinstance(done, Fault):
        return done
    return None if blank(done) else within(text, None)


def _apply(
    read: FieldReader, column: Sequence[str | None], used: Sequence[Sequence[str | None]]
) -> list[Outcome]:
    """Read a column: every distinct text (with the values it is read by) once."""
    if not used:
        one: dict[str | None, Outcome] = {t: read(t) for t in set(column) if t is not None}
        return [one.get(t) for t in column]
    rows = list(zip(column, *used, strict=True))
    many = {row: None if row[0] is None else read(*row) for row in set(rows)}
    return [many[row] for row in rows]
