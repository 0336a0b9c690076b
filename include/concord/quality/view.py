"""What rules see of a stage table: upserts only, text trimmed, blank text as NULL, and beside each
column whose text stands for something else that something, read as the mapping would read it:

- `customer_since__date`: a date field's day, NULL when the text is none in the column's format;
- `credit_limit__number`: a number field's value, NULL when the text is no such number;
- `country__code`: a code field's text with plain width, single spaces and small letters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from psycopg.sql import SQL, Composable, Composed, Identifier
from psycopg.sql import Literal as Value

from concord.mapping.text import squeeze
from concord.model.spec import Entity, EntityMapping
from concord.quality.predicates import Wants

KEY = "source_id"
ALSO = ("op", "raw_hash")  # the stage's own columns, which no rule sees
Reads = Literal["date", "number", "code"]
READS: Mapping[str, Reads] = {
    "date": "date",
    "money": "number",
    "decimal": "number",
    "quantity": "number",
    "integer": "number",
    "code": "code",
}
CLASSES: Mapping[str, Wants] = {
    "text": "text",
    "bigint": "ordered",
    "numeric": "ordered",
    "date": "ordered",
    "timestamptz": "ordered",  # as the model says it; the catalog writes it out
    "timestamp with time zone": "ordered",
}
NATIVE: Mapping[Reads, tuple[str, ...]] = {
    "date": ("date", "timestamp with time zone"),
    "number": ("bigint", "numeric"),
    "code": (),
}
# White space, the invisible, and fillers: what concord.mapping.text calls blank.
_BLANK_RANGES = (
    (0x09, 0x0D), (0x1C, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0xAD, 0xAD), (0x034F, 0x034F),
    (0x061C, 0x061C), (0x115F, 0x1160), (0x1680, 0x1680), (0x180E, 0x180E), (0x2000, 0x200F),
    (0x2028, 0x202F), (0x205F, 0x206F), (0x2800, 0x2800), (0x3000, 0x3000), (0x3164, 0x3164),
    (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xE0000, 0xE007F),
)  # fmt: skip
BLANKS = "".join(chr(c) for first, last in _BLANK_RANGES for c in range(first, last + 1))
_NUMBER = re.compile(r"1(?P<group>\D?)234(?P<point>\D)56")
_TOKEN = re.compile("(YYYY|MM|DD)")


@dataclass(frozen=True)
class Reading:
    """A column of the view that another one is read into."""

    name: str
    base: str
    reads: Reads
    format: str | None  # the mapping's


def readings(entity: Entity, mapping: EntityMapping) -> dict[str, Reading]:
    """The read columns of one system's entity, by name."""
    out = {}
    for column in mapping.columns:
        reads = READS.get(entity.field[column.field].type)
        if reads:
            name = f"{column.column}__{reads}"
            out[name] = Reading(name, column.column, reads, column.format)
    return out


def base(name: str) -> str:
    """The column that a read column is read from; any other column is its own."""
    head, _, reads = name.rpartition("__")
    return head if head and reads in READS.values() else name


def fold(text: str) -> str:
    """The form in which a `__code` column holds a text."""
    return squeeze(text).lower()


def select(
    table: tuple[str, str], types: Mapping[str, str], read: Mapping[str, Reading]
) -> Composed:
    """The query that rules run on. `types` has the table's columns and their PostgreSQL types."""
    parts: list[Composable] = [Identifier(KEY)]
    parts += [
        SQL("{} AS {}").format(_trimmed(name, type_), Identifier(name))
        for name, type_ in types.items()
        if name != KEY and name not in ALSO
    ]
    parts += [
        SQL("{} AS {}").format(_read(one, types[one.base]), Identifier(one.name))
        for one in read.values()
        if one.base in types
    ]
    return SQL("SELECT {} FROM {} WHERE op = 'U'").format(SQL(", ").join(parts), Identifier(*table))


def classes(types: Mapping[str, str], read: Mapping[str, Reading]) -> dict[str, Wants]:
    """The view's columns and what can be asked of each; `any`: neither text nor an order."""
    out: dict[str, Wants] = {n: CLASSES.get(t, "any") for n, t in types.items() if n not in ALSO}
    out.update((one.name, class_of(one)) for one in read.values() if one.base in types)
    return out


def class_of(one: Reading) -> Wants:
    """What can be asked of a read column."""
    return "text" if one.reads == "code" else "ordered"


def _trimmed(name: str, type_: str) -> Composable:
    if type_ != "text":
        return Identifier(name)
    return SQL("nullif(btrim({}, {}), '')").format(Identifier(name), Value(BLANKS))


def _read(one: Reading, type_: str) -> Composable:
    if type_ in NATIVE[one.reads]:
        cast = SQL("{}::date") if one.reads == "date" else SQL("{}::numeric")
        return cast.format(Identifier(one.base))
    text = SQL("{}::text").format(Identifier(one.base))
    if type_ == "text":
        text = SQL("normalize({}, NFKC)").format(_trimmed(one.base, type_))
    if one.reads == "code":
        return SQL("lower(regexp_replace({}, {}, ' ', 'g'))").format(text, Value(r"\s+"))
    return _date(one, text) if one.reads == "date" else _number(one, text)


def _date(one: Reading, text: Composable) -> Composable:
    """The text as a date: in the format, and a day of the calendar."""
    pattern, order = _date_pattern(one.format or "YYYY-MM-DD")
    iso = "-".join(rf"\{order.index(token) + 1}" for token in ("YYYY", "MM", "DD"))
    return SQL(
        "CASE WHEN {text} ~ {pattern} AND pg_input_is_valid({iso}, 'date') THEN ({iso})::date END"
    ).format(
        text=text,
        pattern=Value(pattern),
        iso=SQL("regexp_replace({}, {}, {})").format(text, Value(pattern), Value(iso)),
    )


def _date_pattern(format_: str) -> tuple[str, list[str]]:
    """A pattern with one group a token, and the tokens in order."""
    parts = [p for p in _TOKEN.split(format_) if p]
    order = [p for p in parts if _TOKEN.fullmatch(p)]
    short = "[0-9]{2}" if len(parts) == len(order) else "[0-9]{1,2}"
    groups = {"YYYY": "([0-9]{4})", "MM": f"({short})", "DD": f"({short})"}
    return "^" + "".join(groups.get(p, re.escape(p)) for p in parts) + "$", order


def _number(one: Reading, text: Composable) -> Composable:
    found = _NUMBER.fullmatch(one.format or "1234.56")
    group, point = (found["group"], found["point"]) if found else ("", ".")
    whole = rf"[0-9]{{1,3}}({re.escape(group)}[0-9]{{3}})+|[0-9]+" if group else "[0-9]+"
    dot = re.escape(point)
    return SQL(
        "CASE WHEN {text} ~ {pattern} THEN translate({text}, {signs}, {plain})::numeric END"
    ).format(
        text=text,
        pattern=Value(rf"^[-+\u2212]?(({whole})({dot}[0-9]*)?|{dot}[0-9]+)$"),
        signs=Value(f"\u2212{point}{group}"),
        plain=Value("-."),
    )
