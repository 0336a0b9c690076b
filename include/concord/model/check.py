"""Check the mappings against what the systems say their tables look like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from concord.errors import Problem
from concord.model.documents import Document, Findings, Where, column_place
from concord.model.line_rules import mapped
from concord.model.read import Loaded
from concord.model.spec import Column, Config, Entity, EntityMapping, Field
from concord.systems.protocol import ColumnType, Shape

Wrong = tuple[str, str]  # what, hint

_NUMBERS = ("money", "decimal", "quantity")
_NATIVE_FORMAT: Mapping[ColumnType, str] = {  # the form of `col::text` where it has a name
    "date": "YYYY-MM-DD",
    "decimal": "1234.56",
    "integer": "1234.56",
    "boolean": "true/false",
    "timestamp": "ISO",
}
_CARRIERS: Mapping[str, tuple[ColumnType, ...]] = {
    "text": ("text", "integer", "decimal", "boolean", "date", "timestamp"),
    "code": ("text", "integer", "boolean"),
    "money": ("decimal", "integer", "text"),
    "decimal": ("decimal", "integer", "text"),
    "quantity": ("decimal", "integer", "text"),
    "integer": ("integer", "decimal", "text"),
    "boolean": ("boolean", "text", "integer"),
    "date": ("date", "text", "timestamp", "integer"),
    "timestamp": ("timestamp", "text", "date"),
    "ref": ("text", "integer", "decimal"),
}
"""Field type -> column types that it can be read from; `_writing` says what may be written."""


def check_shapes(loaded: Loaded, shapes: Mapping[tuple[str, str], Shape]) -> list[Problem]:
    """What is wrong between the mappings and the systems' tables as they are now.

    `shapes` has an entry for each (system, entity) that could be asked; others are not judged.
    Found: columns that are missing, that cannot carry the field, or that would lose a part of it
    without `shorten` and `rest` saying so. Each problem names the file and line of the mapping.
    """
    findings = Findings()
    for entity in loaded.config.entities:
        doc = loaded.documents[f"model/{entity.name}"]
        for mapping in entity.mappings:
            shape = shapes.get((mapping.system, entity.name))
            if shape is not None:
                _check_mapping(loaded.config, entity, mapping, shape, doc, findings)
    return findings.problems


def _check_mapping(
    config: Config,
    entity: Entity,
    mapping: EntityMapping,
    shape: Shape,
    doc: Document,
    findings: Findings,
) -> None:
    if mapping.id not in shape.columns:
        what = f"{mapping.system}'s {mapping.table} has no key column `{mapping.id}`"
        findings.add(doc, ("systems", mapping.system, "id"), what, "Name the column that is there.")
    if mapping.merged_into is not None and mapping.merged_into not in shape.columns:
        what = f"{mapping.system}'s {mapping.table} has no column `{mapping.merged_into}`"
        place: Where = ("systems", mapping.system, "merged_into")
        findings.add(doc, place, what, "Correct the name, or remove the line.")
    for column in mapping.columns:
        place = column_place(doc, mapping.system, column.field)
        label = f"{mapping.system}'s {mapping.table}.{column.column}"
        if column.lines is not None:
            _check_lines(config, entity.field[column.field], mapping, column, shape, doc, findings)
            continue
        if column.column not in shape.columns:
            what = f"{mapping.system}'s {mapping.table} has no column `{column.column}`"
            findings.add(doc, place, what, "Correct the name, or remove the line.")
            continue
        field = entity.field[column.field]
        for what, hint in _column(config, field, column, mapping.system, shape):
            findings.add(doc, place, f"{label} {what}", hint)


def _check_lines(
    config: Config,
    field: Field,
    mapping: EntityMapping,
    column: Column,
    shape: Shape,
    doc: Document,
    findings: Findings,
) -> None:
    """The table of a document's lines, as far as the adapter shows it."""
    lines = column.lines
    assert lines is not None
    place = column_place(doc, mapping.system, field.name)
    if column.column not in shape.columns:
        what = f"{mapping.system} has no table `{lines.table}` with all columns that are mapped"
        findings.add(
            doc, place, what, "Correct the names of the table, the parent and the columns."
        )
        return
    inner = shape.lines.get(column.column)
    for line, one, where in mapped(field, lines, place):
        if inner is not None and one.column in inner.columns:
            for what, hint in _column(config, line, one, mapping.system, inner):
                label = f"{mapping.system}'s {lines.table}.{one.column}"
                findings.add(doc, where, f"{label} {what}", hint)


def _column(
    config: Config, field: Field, column: Column, system: str, shape: Shape
) -> Iterator[Wrong]:
    kind = shape.columns[column.column]
    native = shape.native.get(column.column, kind)
    if kind not in _CARRIERS[field.type]:
        allowed = ", ".join(_CARRIERS[field.type])
        yield (
            f"is {native} and cannot carry a field of type {field.type}",
            f"Map a column of one of these: {allowed}.",
        )
        return
    yield from _format(field, column, kind, native)
    yield from _coarser(field, column, kind, native)
    if field.type == "code":
        yield from _codes(config, field, column, system, shape)
    elif kind == "text" and column.write:
        yield from _length(field, column, shape.max_length.get(column.column))


def _format(field: Field, column: Column, kind: ColumnType, native: str) -> Iterator[Wrong]:
    if field.type == "boolean" and kind == "integer" and column.format != "1/0":
        yield f"is {native} and holds true and false as numbers", 'Add `format: "1/0"`.'
        return
    as_number = {"boolean": "1/0", "date": "YYYYMMDD"}.get(field.type)
    if kind == "integer" and as_number is not None:
        if column.format != as_number:
            yield f"is {native} and holds dates as numbers", f"Add `format: {as_number}`."
        return
    if column.format not in (None, _NATIVE_FORMAT.get(kind)) and kind != "text":
        yield f"is {native}, where the format has no meaning", "Remove `format`: it is for text."


def _coarser(field: Field, column: Column, kind: ColumnType, native: str) -> Iterator[Wrong]:
    """Column types that hold less than the field, and dates read from instants."""
    keep = "Add `rest:` and say where the whole value is kept, or `write: false`."
    if field.type == "text" and kind != "text" and column.write:
        yield f"is {native} and cannot hold any text", "Add `write: false`, or map a text column."
    if column.rest is not None:
        return
    if field.type == "date" and kind == "timestamp":
        yield (
            f"is {native}: its time of day would be lost",
            "Add `rest:` and say where the time is kept, or make the field a timestamp.",
        )
    if not column.write:
        return
    if field.type == "timestamp" and kind == "date":
        yield f"is {native}: the time of day would be lost there", keep
    if field.type in _NUMBERS and kind == "integer" and field.scale != 0:
        yield f"is {native}: decimal places would be lost there", keep


def _codes(
    config: Config, field: Field, column: Column, system: str, shape: Shape
) -> Iterator[Wrong]:
    kind, limit = shape.columns[column.column], shape.max_length.get(column.column)
    codes = config.code_list[field.codes].codes if field.codes is not None else ()
    written = [code.systems.get(system, (code.code,))[0] for code in codes]
    if kind == "integer" and not all(t.lstrip("-").isdecimal() for t in written):
        yield "holds whole numbers, but not all codes have one", "Give each code its number."
    if kind == "boolean" and not set(written) <= {"true", "false"}:
        yield "is true or false, but the codes have other texts", "Write true and false there."
    longest = max(written, key=len, default="")
    if kind == "text" and column.write and limit is not None and len(longest) > limit:
        yield (
            f"holds {limit} characters, but the code text `{longest}` has {len(longest)}",
            f"Correct the text in config/codes/{field.codes}.yaml.",
        )


def _length(field: Field, column: Column, limit: int | None) -> Iterator[Wrong]:
    """Text columns that are shorter than what is written into them."""
    if limit is None:
        return
    if column.format is not None and field.type in ("date", "boolean"):
        needed = len(column.format) if field.type == "date" else len(column.format.split("/")[-1])
        if needed > limit:
            yield f"holds {limit} characters, the format needs {needed}", "Choose another format."
    if field.type != "text":
        return
    if column.shorten is not None:
        if column.shorten > limit:
            what = f"holds {limit} characters, fewer than `shorten` says"
            yield what, f"Write `shorten: {limit}`."
    elif field.max is None or field.max > limit:
        length = f"up to {field.max}" if field.max is not None else "of any length"
        yield (
            f"holds {limit} characters, the field is {length}: the mapping loses information",
            f"Add `shorten: {limit}` and `rest:` with where the whole value is kept.",
        )
