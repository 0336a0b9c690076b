"""What rules see of a stage table: upserts only, text trimmed, blank text as NULL, and beside each
text column that holds dates or numbers its value, read by the format that the mapping gives.

`customer_since` with the format DD/MM/YYYY comes with `customer_since__date`, NULL when the text
is no such date; `credit_limit` with the format 1,234.56 with `credit_limit__number`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from psycopg.sql import SQL, Composable, Composed, Identifier
from psycopg.sql import Literal as SqlLiteral

from concord.model.spec import Column
from concord.quality.predicates import Wants

KEY = "source_id"
ALSO = ("op", "raw_hash")  # the stage's own columns, which no rule sees
# Python's and Unicode's white space, and the characters of no width.
BLANKS = (
    " \t\n\r\f\v\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\u200b\u200c\u200d\u2060\ufeff"
)
CLASSES: Mapping[str, Wants] = {
    "text": "text",
    "bigint": "ordered",
    "numeric": "ordered",
    "date": "ordered",
    "timestamptz": "ordered",  # as the model says it; the catalog writes it out
    "timestamp with time zone": "ordered",
}
_TOKENS = {"YYYY": r"([0-9]{4})", "MM": r"([0-9]{2})", "DD": r"([0-9]{2})"}
_NUMBER = re.compile(r"^1(?P<group>\D?)234(?P<point>\D)5\d*$")


@dataclass(frozen=True)
class Parsed:
    """A column that a text column of a source is read into."""

    name: str
    base: str
    kind: Literal["date", "number"]
    format: str


def parsed_columns(columns: Iterable[Column]) -> dict[str, Parsed]:
    """The read columns that a mapping's formats give, by name."""
    out = {}
    for column in columns:
        if column.format is None:
            continue
        if _date_parts(column.format):
            one = Parsed(f"{column.column}__date", column.column, "date", column.format)
        elif _NUMBER.match(column.format):
            one = Parsed(f"{column.column}__number", column.column, "number", column.format)
        else:
            continue
        out[one.name] = one
    return out


def select(
    table: tuple[str, str], types: Mapping[str, str], parsed: Mapping[str, Parsed]
) -> Composed:
    """The query that rules run on. `types` has the table's columns and their PostgreSQL types."""
    parts: list[Composable] = [Identifier(KEY)]
    for name, type_ in types.items():
        if name != KEY and name not in ALSO:
            parts.append(SQL("{} AS {}").format(_value(name, type_), Identifier(name)))
    parts += [
        SQL("{} AS {}").format(_read(one, types[one.base]), Identifier(one.name))
        for one in parsed.values()
        if one.base in types
    ]
    return SQL("SELECT {} FROM {} WHERE op = 'U'").format(SQL(", ").join(parts), Identifier(*table))


def classes(types: Mapping[str, str], parsed: Mapping[str, Parsed]) -> dict[str, Wants]:
    """Columns of the view and what can be asked of them; `any`: neither text nor an order."""
    out: dict[str, Wants] = {n: CLASSES.get(t, "any") for n, t in types.items() if n not in ALSO}
    out.update({one.name: "ordered" for one in parsed.values() if one.base in types})
    return out


def _value(name: str, type_: str) -> Composable:
    if type_ != "text":
        return Identifier(name)
    return SQL("nullif(btrim({}, {}), '')").format(Identifier(name), SqlLiteral(BLANKS))


def _read(one: Parsed, type_: str) -> Composable:
    target = SQL("date") if one.kind == "date" else SQL("numeric")
    if type_ != "text":
        return SQL("{}::{}").format(Identifier(one.base), target)
    text = _value(one.base, type_)
    pattern, plain = _date(one.format, text) if one.kind == "date" else _number(one.format, text)
    return SQL(
        "CASE WHEN {text} ~ {pattern} AND pg_input_is_valid({plain}, {type}) "
        "THEN ({plain})::{target} END"
    ).format(
        text=text,
        pattern=SqlLiteral(pattern),
        plain=plain,
        type=SqlLiteral(target.as_string(None)),
        target=target,
    )


def _date_parts(format_: str) -> list[str] | None:
    """The format split into YYYY, MM, DD (each once) and what stands between; None otherwise."""
    parts = [p for p in re.split("(YYYY|MM|DD)", format_) if p]
    tokens = sorted(p for p in parts if p in _TOKENS)
    between = "".join(p for p in parts if p not in _TOKENS)
    return parts if tokens == sorted(_TOKENS) and not re.search(r"\w", between) else None


def _date(format_: str, text: Composable) -> tuple[str, Composable]:
    parts = _date_parts(format_)
    assert parts
    order = [p for p in parts if p in _TOKENS]
    pattern = "^" + "".join(_TOKENS.get(p, re.escape(p)) for p in parts) + "$"
    iso = "-".join(rf"\{order.index(token) + 1}" for token in ("YYYY", "MM", "DD"))
    return pattern, SQL("regexp_replace({}, {}, {})").format(
        text, SqlLiteral(pattern), SqlLiteral(iso)
    )


def _number(format_: str, text: Composable) -> tuple[str, Composable]:
    found = _NUMBER.match(format_)
    assert found
    group, point = found["group"], found["point"]
    whole = "[0-9]+"
    if group:
        whole = rf"([0-9]{{1,3}}({re.escape(group)}[0-9]{{3}})+|[0-9]+)"
    pattern = rf"^[+-]?{whole}({re.escape(point)}[0-9]+)?$"
    plain = SQL("translate({}, {}, {})").format(text, SqlLiteral(point + group), SqlLiteral("."))
    return pattern, plain
