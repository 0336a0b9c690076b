"""The expectations that suites may use, and for each the SQL that selects the rows that fail it.

Every predicate agrees with the `unexpected_count` of Great Expectations 1.24 on PostgreSQL: NULL
is ignored unless the expectation is about NULL, and a comparison that is NULL does not fail. A
test runs each against the real library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from psycopg.sql import SQL, Composable, Identifier

from concord.quality import across, conditions
from concord.quality.conditions import literal, literals

Kwargs = Mapping[str, Any]
Wants = Literal["any", "text", "ordered"]

MAP_OPTIONS = ("mostly", "row_condition")
LIMITS = ("min_value", "max_value")
STRICT = ("strict_min", "strict_max")
AND, OR = SQL(" AND "), SQL(" OR ")


@dataclass(frozen=True)
class Kind:
    """One type of expectation.

    `required` and `optional` are its kwargs; of `one_of` at least one must be given. `expr` builds
    the condition that a failing row meets, and is None for what is only true of a whole table.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    wants: Wants = "any"
    expr: Callable[[Kwargs], Composable] | None = None
    about_columns: bool = False  # says which columns are there: one that is not is no mistake
    by_others: bool = False  # whether a row fails depends on other rows

    @property
    def kwargs(self) -> frozenset[str]:
        """All kwargs that it knows."""
        return frozenset(self.required + self.optional + self.one_of)


def failing(type_: str, kwargs: Kwargs, batch: Composable) -> Composable:
    """A condition, never NULL, that is true for exactly the rows that fail the expectation.

    `batch` is the table of the rows.
    """
    return SQL("coalesce({}, false)").format(met_by_failing(type_, kwargs, batch))


def met_by_failing(type_: str, kwargs: Kwargs, batch: Composable) -> Composable:
    """The same, but NULL where it is not known to be true, for a WHERE that may become a join."""
    kind = KINDS[type_]
    assert kind.expr, f"{type_} is about a table, not about rows"
    parts = [SQL("({})").format(kind.expr({**kwargs, "batch": batch}))]
    parts += [SQL("({})").format(p) for p in (_domain(kwargs), _condition(kwargs)) if p]
    return AND.join(parts)


def _condition(kwargs: Kwargs) -> Composable | None:
    condition = kwargs.get("row_condition")
    return conditions.predicate(condition) if condition else None


def _domain(kwargs: Kwargs) -> Composable | None:
    """What `ignore_row_if` leaves in, for expectations over several columns."""
    if "column_A" in kwargs:
        names = [kwargs["column_A"], kwargs["column_B"]]
        rule = kwargs.get("ignore_row_if", "both_values_are_missing")
    elif "column_list" in kwargs:
        names = kwargs["column_list"]
        rule = kwargs.get("ignore_row_if", "all_values_are_missing")
    else:
        return None
    if rule in ("neither", "never"):
        return None
    every = rule in ("both_values_are_missing", "all_values_are_missing")
    return _joined(OR if every else AND, [_not_null(n) for n in names])


def _joined(word: SQL, parts: list[Composable]) -> Composable:
    return word.join(parts)


def _column(name: str) -> Composable:
    return Identifier(name)


def _not_null(name: str) -> Composable:
    return SQL("{} IS NOT NULL").format(_column(name))


def _on_column(form: SQL, *names: str) -> Callable[[Kwargs], Composable]:
    """A condition on `column`: the named kwargs fill the further places of the form."""

    def build(kwargs: Kwargs) -> Composable:
        values = [literal(kwargs[n]) for n in names]
        return form.format(_column(kwargs["column"]), *values)

    return build


def _in_set(form: SQL) -> Callable[[Kwargs], Composable]:
    def build(kwargs: Kwargs) -> Composable:
        return form.format(_column(kwargs["column"]), literals(kwargs["value_set"]))

    return build


def _regex_list(kwargs: Kwargs) -> Composable:
    column = _column(kwargs["column"])
    any_ = kwargs.get("match_on", "any") == "any"
    parts: list[Composable] = [
        SQL("{} !~ {}").format(column, literal(r)) for r in kwargs["regex_list"]
    ]
    return _joined(AND if any_ else OR, parts)


def _not_regex_list(kwargs: Kwargs) -> Composable:
    column = _column(kwargs["column"])
    return _joined(OR, [SQL("{} ~ {}").format(column, literal(r)) for r in kwargs["regex_list"]])


def _like(form: SQL) -> Callable[[Kwargs], Composable]:
    def build(kwargs: Kwargs) -> Composable:
        like = form.format(_column(kwargs["column"]), literal(kwargs["like_pattern"]))
        if kwargs.get("escape") is None:
            return like
        return SQL("{} ESCAPE {}").format(like, literal(kwargs["escape"]))

    return build


OUTSIDE = (
    ("min_value", "strict_min", SQL("{} < {}"), SQL("{} <= {}")),
    ("max_value", "strict_max", SQL("{} > {}"), SQL("{} >= {}")),
)


def _outside(value: Composable, kwargs: Kwargs, as_float: bool) -> Composable:
    parts: list[Composable] = []
    for limit, strict, beyond, beyond_or_at in OUTSIDE:
        bound = kwargs.get(limit)
        if bound is None:
            continue
        if as_float and isinstance(bound, int):
            bound = float(bound)  # GX does, and compares as float8
        form = beyond_or_at if kwargs.get(strict) else beyond
        parts.append(form.format(value, literal(bound)))
    return _joined(OR, parts)


def _between(kwargs: Kwargs) -> Composable:
    return _outside(_column(kwargs["column"]), kwargs, as_float=True)


def _lengths(kwargs: Kwargs) -> Composable:
    length = SQL("length({})").format(_column(kwargs["column"]))
    return _outside(length, kwargs, as_float=False)


def _twice(names: list[str], kwargs: Kwargs) -> Composable:
    condition = _condition(kwargs)
    given: list[Composable] = [_not_null(n) for n in names]
    among = [*given, SQL("({})").format(condition)] if condition else given
    columns = SQL(", ").join(_column(n) for n in names)
    found = SQL(
        "({columns}) IN (SELECT {columns} FROM {batch} WHERE {among} GROUP BY {columns}"
        " HAVING count(*) > 1)"
    ).format(columns=columns, batch=kwargs["batch"], among=_joined(AND, among))
    return _joined(AND, [*given, found])


def _greater(kwargs: Kwargs) -> Composable:
    form = SQL("NOT ({a} > {b})")
    if kwargs.get("or_equal"):
        form = SQL("NOT ({a} >= {b} OR ({a} IS NULL AND {b} IS NULL))")
    return form.format(a=_column(kwargs["column_A"]), b=_column(kwargs["column_B"]))


def _pair_equal(kwargs: Kwargs) -> Composable:
    return SQL("NOT ({a} = {b} AND NOT ({a} IS NULL OR {b} IS NULL))").format(
        a=_column(kwargs["column_A"]), b=_column(kwargs["column_B"])
    )


def _same_within_record(kwargs: Kwargs) -> Composable:
    pairs = combinations(map(_column, kwargs["column_list"]), 2)
    form = SQL("{a} = {b} OR ({a} IS NULL AND {b} IS NULL)")
    return _joined(OR, [form.format(a=a, b=b) for a, b in pairs])


def _not_all_equal(kwargs: Kwargs) -> Composable:
    first, *rest = map(_column, kwargs["column_list"])
    form = SQL("{a} IS DISTINCT FROM {b}")
    return _joined(OR, [form.format(a=first, b=b) for b in rest])


def _sum(kwargs: Kwargs) -> Composable:
    total = SQL(" + ").join(_column(n) for n in kwargs["column_list"])
    return SQL("{} <> {}").format(total, literal(float(kwargs["sum_total"])))


def _map(*required: str, expr: Callable[[Kwargs], Composable], **more: Any) -> Kind:
    optional = (*more.pop("optional", ()), *MAP_OPTIONS)
    return Kind(required, optional, expr=expr, **more)


_MULTI = ("ignore_row_if",)

KINDS: Mapping[str, Kind] = {
    "expect_column_values_to_not_be_null": _map("column", expr=_on_column(SQL("{} IS NULL"))),
    "expect_column_values_to_be_null": _map("column", expr=_on_column(SQL("{} IS NOT NULL"))),
    "expect_column_values_to_match_regex": _map(
        "column", "regex", wants="text", expr=_on_column(SQL("{} !~ {}"), "regex")
    ),
    "expect_column_values_to_not_match_regex": _map(
        "column", "regex", wants="text", expr=_on_column(SQL("{} ~ {}"), "regex")
    ),
    "expect_column_values_to_match_regex_list": _map(
        "column", "regex_list", optional=("match_on",), wants="text", expr=_regex_list
    ),
    "expect_column_values_to_not_match_regex_list": _map(
        "column", "regex_list", wants="text", expr=_not_regex_list
    ),
    "expect_column_values_to_match_like_pattern": _map(
        "column",
        "like_pattern",
        optional=("escape",),
        wants="text",
        expr=_like(SQL("{} NOT LIKE {}")),
    ),
    "expect_column_values_to_not_match_like_pattern": _map(
        "column", "like_pattern", optional=("escape",), wants="text", expr=_like(SQL("{} LIKE {}"))
    ),
    "expect_column_values_to_be_in_set": _map(
        "column", "value_set", expr=_in_set(SQL("{} NOT IN ({})"))
    ),
    "expect_column_values_to_not_be_in_set": _map(
        "column", "value_set", expr=_in_set(SQL("{} IN ({})"))
    ),
    "expect_column_values_to_be_between": _map(
        "column", optional=STRICT, one_of=LIMITS, wants="ordered", expr=_between
    ),
    "expect_column_value_lengths_to_be_between": _map(
        "column", optional=STRICT, one_of=LIMITS, wants="text", expr=_lengths
    ),
    "expect_column_value_lengths_to_equal": _map(
        "column", "value", wants="text", expr=_on_column(SQL("length({}) <> {}"), "value")
    ),
    "expect_column_values_to_be_unique": _map(
        "column", expr=lambda k: _twice([k["column"]], k), by_others=True
    ),
    "expect_compound_columns_to_be_unique": _map(
        "column_list",
        optional=_MULTI,
        expr=lambda k: _twice(k["column_list"], k),
        by_others=True,
    ),
    "expect_column_pair_values_a_to_be_greater_than_b": _map(
        "column_A", "column_B", optional=("or_equal", *_MULTI), expr=_greater
    ),
    "expect_column_pair_values_to_be_equal": _map(
        "column_A", "column_B", optional=_MULTI, expr=_pair_equal
    ),
    "expect_select_column_values_to_be_unique_within_record": _map(
        "column_list", optional=_MULTI, expr=_same_within_record
    ),
    "expect_multicolumn_values_to_be_equal": _map(
        "column_list", optional=_MULTI, expr=_not_all_equal
    ),
    "expect_multicolumn_sum_to_equal": _map(
        "column_list", "sum_total", optional=_MULTI, wants="ordered", expr=_sum
    ),
    across.TYPE: Kind((across.KWARG,), expr=across.failing, by_others=True),
    "expect_table_row_count_to_be_between": Kind((), STRICT, one_of=LIMITS),
    "expect_table_row_count_to_equal": Kind(("value",)),
    "expect_table_columns_to_match_set": Kind(("column_set", "exact_match"), about_columns=True),
    "expect_column_to_exist": Kind(("column",), about_columns=True),
    "expect_column_unique_value_count_to_be_between": Kind(
        ("column",), ("row_condition", *STRICT), one_of=LIMITS
    ),
    "expect_column_proportion_of_unique_values_to_be_between": Kind(
        ("column",), ("row_condition", *STRICT), one_of=LIMITS
    ),
    "expect_column_proportion_of_non_null_values_to_be_between": Kind(
        ("column",), ("row_condition", *STRICT), one_of=LIMITS
    ),
}
"""Expectations that are not here are refused: those that read a statistic (minimum, mean, most
common value) would put a record's value into the result, the others have no predicate yet."""

VOLUME = "volume"
OWN: Mapping[str, Kind] = {VOLUME: Kind(("factor",), ("least",))}
"""Kinds of rules that are ours alone: the library sees one batch, these look at earlier ones."""

ALL: Mapping[str, Kind] = {**KINDS, **OWN}
