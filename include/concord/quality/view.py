"""What rules see of a stage table: upserts only, text trimmed, blank text as NULL, and beside each
column whose text stands for something else that something, read as the mapping would read it:

- `customer_since__date`: a date field's day, NULL when the text is none in the column's format;
- `credit_limit__number`: a number field's value, NULL when the text is no such number;
- `country__code`: a code field's text with plain width, single spaces and small letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from psycopg.sql import SQL, Composable, Composed, Identifier
from psycopg.sql import Literal as Value

from concord.mapping.text import squeeze
from concord.model.spec import Entity, EntityMapping
from concord.quality.predicates import Wants

KEY = "source_id"
ALSO = ("op", "raw_hash")  # the stage's own columns, which no rule sees
GOLDEN_KEY = "golden_id"  # of staged golden records: the key again, as the tables have it
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
_YEAR = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_SEPARATED = {"YYYY": _YEAR, "MM": "(?:0?[1-9]|1[0-2])", "DD": "(?:0?[1-9]|[12][0-9]|3[01])"}
_PACKED = {"YYYY": _YEAR, "MM": "(?:0[1-9]|1[0-2])", "DD": "(?:0[1-9]|[12][0-9]|3[01])"}
_PLAIN = "plain "  # begins the name of a column that holds a text to read; no one sees it


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
    """The query whose rows the rules see.

    `types` has the table's columns and their PostgreSQL types. Every volatile column `fence` is
    one: what stands inside is computed once a row, however often it is used outside, by parallel
    workers too.
    """
    columns = [n for n in types if n != KEY and n not in ALSO]
    reads = [one for one in read.values() if one.base in types]
    return SQL(
        "SELECT {key}{columns}{reads} FROM (SELECT {key}{columns}{plain}, clock_timestamp() AS"
        " fence FROM (SELECT {key}{trimmed}, clock_timestamp() AS fence FROM {table}"
        " WHERE op = 'U') AS trimmed) AS plain"
    ).format(
        key=Identifier(KEY),
        table=Identifier(*table),
        trimmed=_listed(_named(_trimmed(n, types[n]), n) for n in columns),
        plain=_listed(_named(_plain(one, types[one.base]), _PLAIN + one.name) for one in reads),
        columns=_listed(Identifier(n) for n in columns),
        reads=_listed(_named(_read(one, types[one.base]), one.name) for one in reads),
    )


def classes(types: Mapping[str, str], read: Mapping[str, Reading]) -> dict[str, Wants]:
    """The view's columns and what can be asked of each; `any`: neither text nor an order."""
    out: dict[str, Wants] = {n: CLASSES.get(t, "any") for n, t in types.items() if n not in ALSO}
    out.update((one.name, class_of(one)) for one in read.values() if one.base in types)
    return out


def class_of(one: Reading) -> Wants:
    """What can be asked of a read column."""
    return "text" if one.reads == "code" else "ordered"


def _listed(parts: Iterable[Composable]) -> Composable:
    return SQL("").join(SQL(", {}").format(part) for part in parts)


def _named(value: Composable, name: str) -> Composable:
    return SQL("{} AS {}").format(value, Identifier(name))


def _trimmed(name: str, type_: str) -> Composable:
    """The column, text without blanks at its ends. Most texts begin and end with a letter or a
    digit, and looking at these two is much cheaper than trimming by a long list of signs.
    """
    if type_ != "text":
        return Identifier(name)
    return SQL(
        "CASE WHEN ascii({c}) BETWEEN 33 AND 126 AND ascii(right({c}, 1)) BETWEEN 33 AND 126"
        " THEN {c} ELSE nullif(btrim({c}, {blanks}), '') END"
    ).format(c=Identifier(name), blanks=Value(BLANKS))


def _plain(one: Reading, type_: str) -> Composable:
    """The text to read, with plain width; NULL where the type needs no reading."""
    if type_ in NATIVE[one.reads]:
        return SQL("NULL::text")
    if type_ != "text":
        return SQL("{}::text").format(Identifier(one.base))
    return SQL(
        "CASE WHEN octet_length({c}) = length({c}) THEN {c} ELSE normalize({c}, NFKC) END"
    ).format(c=Identifier(one.base))


def _read(one: Reading, type_: str) -> Composable:
    if type_ in NATIVE[one.reads]:
        cast = SQL("{}::date") if one.reads == "date" else SQL("{}::numeric")
        return cast.format(Identifier(one.base))
    text = Identifier(_PLAIN + one.name)
    if one.reads == "code":
        return SQL("lower(regexp_replace({}, {}, ' ', 'g'))").format(text, Value(r"\s+"))
    return _date(one, text) if one.reads == "date" else _number(one, text)


def _date(one: Reading, text: Composable) -> Composable:
    """The text as a date: in the format, and a day of the calendar."""
    parts = [p for p in _TOKEN.split(one.format or "YYYY-MM-DD") if p]
    order = [p for p in parts if _TOKEN.fullmatch(p)]
    between = "".join(p for p in parts if p not in order)
    form = _SEPARATED if between else _PACKED
    if between:
        text = SQL("translate({}, {}, {})").format(text, Value(between), Value("/" * len(between)))
    pattern = "/".join(form[p] for p in order) if between else "".join(form[p] for p in order)
    taken = {p: _piece(text, order, p, bool(between)) for p in order}
    # The first of the month is always a day; the day wanted is one if it is in the same month.
    first = SQL("make_date({YYYY}, {MM}, 1)").format(**taken)
    return SQL(
        "CASE WHEN {raw} ~ {literal} THEN CASE WHEN {text} ~ {pattern} THEN CASE WHEN"
        " extract(month FROM {first} + ({DD} - 1)) = {MM} THEN {first} + ({DD} - 1) END END END"
    ).format(
        raw=Identifier(_PLAIN + one.name),
        literal=Value("^" + "".join("[0-9]+" if p in order else re.escape(p) for p in parts) + "$"),
        text=text,
        pattern=Value(f"^{pattern}$"),
        first=first,
        **taken,
    )


def _piece(text: Composable, order: list[str], token: str, separated: bool) -> Composable:
    """Year, month or day of a text that has them, as an integer."""
    place = order.index(token)
    if separated:
        return SQL("split_part({}, '/', {})::integer").format(text, Value(place + 1))
    start = sum(len(p) for p in order[:place]) + 1
    return SQL("substr({}, {}, {})::integer").format(text, Value(start), Value(len(token)))


def _number(one: Reading, text: Composable) -> Composable:
    found = _NUMBER.fullmatch(one.format or "1234.56")
    group, point = (found["group"], found["point"]) if found else ("", ".")
    whole = rf"[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})+|[0-9]+" if group else "[0-9]+"
    dot = re.escape(point)
    return SQL(
        "CASE WHEN {text} ~ {pattern} THEN translate({text}, {signs}, {plain})::numeric END"
    ).format(
        text=text,
        pattern=Value(rf"^[-+\u2212]?(?:(?:{whole})(?:{dot}[0-9]*)?|{dot}[0-9]+)$"),
        signs=Value(f"\u2212{point}{group}"),
        plain=Value("-."),
    )
