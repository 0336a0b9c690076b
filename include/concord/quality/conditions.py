"""Row conditions: which rows a rule is about, in the JSON form of Great Expectations.

`{"type": "nullity", "column": {"name": "x"}, "is_null": false}`, a comparison with `operator` and
`parameter`, and `and` / `or` over such. The older text form is refused: it is deprecated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from psycopg.sql import SQL, Composable, Identifier, Literal

Condition = Mapping[str, Any]

OPERATORS = {
    "==": SQL("{} = {}"),
    "!=": SQL("{} <> {}"),
    "<": SQL("{} < {}"),
    "<=": SQL("{} <= {}"),
    ">": SQL("{} > {}"),
    ">=": SQL("{} >= {}"),
}
SETS = {"IN": SQL("{} IN ({})"), "NOT_IN": SQL("{} NOT IN ({})")}
NULLS = {True: SQL("{} IS NULL"), False: SQL("{} IS NOT NULL")}
FORM = 'Write {"type": "nullity", "column": {"name": "x"}, "is_null": false}, or a comparison.'


def problem(condition: object) -> str | None:
    """What is wrong with a row condition, or None."""
    if not isinstance(condition, dict):
        return "row_condition must be an object; the text form is deprecated"
    kind = condition.get("type")
    if kind in ("and", "or"):
        return _group_problem(condition)
    if kind not in ("nullity", "comparison"):
        return f"row_condition has the unknown type {kind!r}"
    column = condition.get("column")
    if not (isinstance(column, dict) and isinstance(column.get("name"), str)):
        return 'row_condition has no column: {"name": ...}'
    if kind == "nullity":
        known = {"type", "column", "is_null"}
        if not isinstance(condition.get("is_null"), bool):
            return "row_condition of type nullity needs is_null: true or false"
    else:
        known = {"type", "column", "operator", "parameter"}
        wrong = _comparison_problem(condition)
        if wrong:
            return wrong
    extra = sorted(set(condition) - known)
    return f"row_condition has unknown keys: {', '.join(extra)}" if extra else None


def columns(condition: Condition) -> Iterator[str]:
    """The columns that a condition names."""
    if condition["type"] in ("and", "or"):
        for one in condition["conditions"]:
            yield from columns(one)
    else:
        yield condition["column"]["name"]


def predicate(condition: Condition) -> Composable:
    """The rows a condition selects, as GX's own filter does on PostgreSQL."""
    kind = condition["type"]
    if kind in ("and", "or"):
        parts = [SQL("({})").format(predicate(c)) for c in condition["conditions"]]
        return (SQL(" AND ") if kind == "and" else SQL(" OR ")).join(parts)
    column = Identifier(condition["column"]["name"])
    if kind == "nullity":
        return NULLS[condition["is_null"]].format(column)
    operator, parameter = condition["operator"], condition["parameter"]
    if operator in SETS:
        return SETS[operator].format(column, literals(parameter))
    return OPERATORS[operator].format(column, literal(parameter))


def literal(value: object) -> Composable:
    """A value as GX binds it: floats as float8, all else as PostgreSQL would read it."""
    if isinstance(value, float):
        return SQL("{}::float8").format(Literal(value))
    return Literal(value)


def literals(values: list[object]) -> Composable:
    """Values joined by commas, each as GX binds it."""
    return SQL(", ").join(literal(v) for v in values)


def _group_problem(condition: dict[str, Any]) -> str | None:
    parts = condition.get("conditions")
    if not isinstance(parts, list) or not parts:
        return "row_condition of type and/or needs a list of conditions"
    extra = sorted(set(condition) - {"type", "conditions"})
    if extra:
        return f"row_condition has unknown keys: {', '.join(extra)}"
    if any(isinstance(p, dict) and p.get("type") in ("and", "or") for p in parts):
        return "row_condition: and/or may not be nested"
    return next((p for p in map(problem, parts) if p), None)


def _comparison_problem(condition: dict[str, Any]) -> str | None:
    operator, parameter = condition.get("operator"), condition.get("parameter")
    if operator in SETS:
        same = isinstance(parameter, list) and len({type(p) for p in parameter}) == 1
        if not same or not isinstance(parameter[0], str | int | float):  # type: ignore[index]
            return f"row_condition {operator} needs a list of texts, or of numbers"
        return None
    if operator not in OPERATORS:
        return f"row_condition has the unknown operator {operator!r}"
    if not isinstance(parameter, str | int | float):
        return "row_condition needs a parameter: a text, a number or true/false"
    return None
