"""Our predicates select exactly the rows that Great Expectations counts as unexpected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from concord.hub.database import SESSION
from concord.quality import across, arguments, gx, predicates
from concord.quality.predicates import KINDS
from concord.quality.rules import Rule

TEXTS = [
    None, "", " ", "\u3000", "abc", "ABC", "Abc", "abc ", "a\nb", "a'b", 'a"b', "a\\b", "a%b",
    "a_b", "100%", "%s", "%(x)s", ":name", "a:b", "{}", "{0}", "中国", "中國", "é", "e\u0301", "😀",
    "ß", "İ", "\u200b", "0", "00", "x" * 200, "x" * 201, "\t", "a@b.c", "a@@b.c", "NULL", "null",
    "abc", "abc", "\ufeffabc", "..", "^$", "(", "\x01",
]  # fmt: skip
NUMBERS = [
    None, "0", "-0.0", "1", "1.0", "0.1", "0.10000000000000001", "0.3", "99.99", "100", "100.00",
    "100.01", "-1", "1e3", "123456789012345678", "9007199254740993", "0.30000000000000004",
]  # fmt: skip
DAYS = [
    None, "1899-12-31", "1900-01-01", "2024-02-29", "2026-01-30", "2026-01-31", "2026-02-01",
    "2106-01-01",
]  # fmt: skip
TODAY = date(2026, 1, 31)


def row_of(n: int) -> tuple[Any, ...]:
    """Row n: the lists run at different speeds, so every value meets others."""
    pair = TEXTS[(n // 3) % len(TEXTS)]
    other = pair if n % 4 == 0 else TEXTS[(n * 7) % len(TEXTS)]
    return (
        str(n),
        TEXTS[n % len(TEXTS)],
        pair,
        other,
        NUMBERS[n % len(NUMBERS)],
        NUMBERS[(n * 5) % len(NUMBERS)] if n % 3 else NUMBERS[n % len(NUMBERS)],
        None if n % 11 == 0 else n % 5,
        DAYS[n % len(DAYS)],
        None if n % 13 == 0 else n % 2 == 0,
    )


@pytest.fixture(scope="module")
def nasty(pg: Any) -> Iterator[str]:
    """URL of a database with the table `t`."""
    url = pg.create(pg.name("nasty"))
    with psycopg.connect(url) as conn:
        conn.execute(
            "CREATE TABLE t (source_id text, name text, a text, b text, amount numeric,"
            " other numeric, small bigint, day date, flag boolean)"
        )
        with conn.cursor() as cur:
            cur.executemany(
                "INSERT INTO t VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [row_of(n) for n in range(400)],
            )
        conn.execute("ALTER TABLE t ADD golden_id uuid")
        conn.execute("UPDATE t SET golden_id = md5(source_id)::uuid")
    yield url
    gx.close()


def nullity(column: str, is_null: bool) -> dict[str, Any]:
    return {"type": "nullity", "column": {"name": column}, "is_null": is_null}


def compare(column: str, operator: str, parameter: object) -> dict[str, Any]:
    return {
        "type": "comparison",
        "column": {"name": column},
        "operator": operator,
        "parameter": parameter,
    }


def both(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "and", "conditions": list(parts)}


def either(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "or", "conditions": list(parts)}


COLUMN = "expect_column_values_to_"
CASES: list[tuple[str, dict[str, Any]]] = [
    (COLUMN + "not_be_null", {"column": "name"}),
    (COLUMN + "not_be_null", {"column": "day", "row_condition": nullity("amount", False)}),
    (COLUMN + "be_null", {"column": "name"}),
    (COLUMN + "be_null", {"column": "amount", "row_condition": compare("small", ">=", 2)}),
    (COLUMN + "match_regex", {"column": "name", "regex": r"^[^@\s]+@[^@\s]+\.[^@\s]+$"}),
    (COLUMN + "match_regex", {"column": "name", "regex": r"^\w+$", "mostly": 0.5}),
    (COLUMN + "match_regex", {"column": "name", "regex": r"[%:'\\{}]"}),
    (COLUMN + "match_regex", {"column": "name", "regex": "(?i)^ABC$"}),
    (COLUMN + "not_match_regex", {"column": "name", "regex": "[\\x01-\\x1f]"}),
    (COLUMN + "not_match_regex", {"column": "a", "regex": "^.{3}$"}),
    (COLUMN + "match_regex_list", {"column": "name", "regex_list": ["^a", "c$"]}),
    (
        COLUMN + "match_regex_list",
        {"column": "name", "regex_list": ["^a", "c$"], "match_on": "all"},
    ),
    (COLUMN + "not_match_regex_list", {"column": "name", "regex_list": ["^a", "中"]}),
    (COLUMN + "match_like_pattern", {"column": "name", "like_pattern": "a%"}),
    (COLUMN + "match_like_pattern", {"column": "name", "like_pattern": "a_b"}),
    (COLUMN + "match_like_pattern", {"column": "name", "like_pattern": "%!%%", "escape": "!"}),
    (COLUMN + "not_match_like_pattern", {"column": "name", "like_pattern": "%'%"}),
    (COLUMN + "not_match_like_pattern", {"column": "a", "like_pattern": "a\\\\b"}),
    (COLUMN + "be_in_set", {"column": "name", "value_set": ["abc", "中国", "a'b", "%s", ":name"]}),
    (COLUMN + "be_in_set", {"column": "small", "value_set": [0, 1, 3]}),
    (COLUMN + "be_in_set", {"column": "amount", "value_set": [0.1, 100.0, 0.3]}),
    (COLUMN + "be_in_set", {"column": "amount", "value_set": [0, 1, 100]}),
    (COLUMN + "be_in_set", {"column": "flag", "value_set": [True]}),
    (COLUMN + "not_be_in_set", {"column": "name", "value_set": ["abc", "", "null"]}),
    (COLUMN + "not_be_in_set", {"column": "amount", "value_set": [0.1]}),
    (COLUMN + "be_between", {"column": "amount", "min_value": 0, "max_value": 100}),
    (COLUMN + "be_between", {"column": "amount", "min_value": 0.1}),
    (COLUMN + "be_between", {"column": "amount", "min_value": 0.1, "strict_min": True}),
    (COLUMN + "be_between", {"column": "amount", "max_value": 0.3}),
    (COLUMN + "be_between", {"column": "amount", "max_value": 100, "strict_max": True}),
    (COLUMN + "be_between", {"column": "amount", "max_value": 9007199254740992}),
    (COLUMN + "be_between", {"column": "small", "min_value": 1, "max_value": 3}),
    (COLUMN + "be_between", {"column": "day", "min_value": "1900-01-01"}),
    (COLUMN + "be_between", {"column": "day", "max_value": {"$today": 0}}),
    (COLUMN + "be_between", {"column": "day", "max_value": {"$today": 1}, "strict_max": True}),
    (COLUMN + "be_unique", {"column": "name"}),
    (COLUMN + "be_unique", {"column": "source_id"}),
    (COLUMN + "be_unique", {"column": "amount"}),
    (COLUMN + "be_unique", {"column": "name", "row_condition": compare("small", "<", 1)}),
    (COLUMN + "be_unique", {"column": "name", "row_condition": nullity("small", True)}),
    ("expect_column_value_lengths_to_be_between", {"column": "name", "max_value": 200}),
    (
        "expect_column_value_lengths_to_be_between",
        {"column": "name", "min_value": 1, "max_value": 3, "strict_min": True},
    ),
    (
        "expect_column_value_lengths_to_be_between",
        {"column": "name", "min_value": 2, "strict_max": True, "max_value": 200},
    ),
    ("expect_column_value_lengths_to_equal", {"column": "name", "value": 3}),
    ("expect_compound_columns_to_be_unique", {"column_list": ["a", "small"]}),
    (
        "expect_compound_columns_to_be_unique",
        {"column_list": ["a", "small"], "ignore_row_if": "any_value_is_missing"},
    ),
    ("expect_compound_columns_to_be_unique", {"column_list": ["a", "b"], "ignore_row_if": "never"}),
    (
        "expect_compound_columns_to_be_unique",
        {"column_list": ["a", "small"], "row_condition": compare("flag", "==", True)},
    ),
    ("expect_column_pair_values_to_be_equal", {"column_A": "a", "column_B": "b"}),
    (
        "expect_column_pair_values_to_be_equal",
        {"column_A": "a", "column_B": "b", "ignore_row_if": "either_value_is_missing"},
    ),
    (
        "expect_column_pair_values_to_be_equal",
        {"column_A": "a", "column_B": "b", "ignore_row_if": "neither"},
    ),
    (
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "amount", "column_B": "other"},
    ),
    (
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "amount", "column_B": "other", "or_equal": True},
    ),
    (
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "amount", "column_B": "other", "or_equal": True, "ignore_row_if": "neither"},
    ),
    ("expect_select_column_values_to_be_unique_within_record", {"column_list": ["name", "a", "b"]}),
    (
        "expect_select_column_values_to_be_unique_within_record",
        {"column_list": ["name", "a", "b"], "ignore_row_if": "any_value_is_missing"},
    ),
    (
        "expect_select_column_values_to_be_unique_within_record",
        {"column_list": ["a", "b"], "ignore_row_if": "never"},
    ),
    ("expect_multicolumn_values_to_be_equal", {"column_list": ["a", "b"]}),
    (
        "expect_multicolumn_values_to_be_equal",
        {"column_list": ["name", "a", "b"], "ignore_row_if": "any_value_is_missing"},
    ),
    ("expect_multicolumn_sum_to_equal", {"column_list": ["amount", "other"], "sum_total": 0.4}),
    (
        "expect_multicolumn_sum_to_equal",
        {"column_list": ["small", "amount"], "sum_total": 2, "ignore_row_if": "never"},
    ),
]
CONDITIONS = [
    nullity("name", True),
    nullity("name", False),
    compare("name", "==", "abc"),
    compare("name", "!=", "a'b"),
    compare("amount", ">", 0.3),
    compare("amount", "<=", 100),
    compare("small", "IN", [1, 2]),
    compare("name", "NOT_IN", ["abc", ""]),
    compare("name", "IN", ["abc", "%s"]),
    both(nullity("name", False), compare("small", "<", 3)),
    either(nullity("a", True), compare("flag", "==", False)),
]
CASES += [(COLUMN + "not_be_null", {"column": "b", "row_condition": c}) for c in CONDITIONS]
QUERIES = [
    "SELECT golden_id FROM {batch} WHERE name LIKE 'a%'",
    "-- doubled rows, a join, {batch} twice and braces: {{\nSELECT b.golden_id FROM {batch} AS b"
    " JOIN {batch} AS c ON c.small = b.small WHERE b.name = '{{}}' OR b.a = '%s' -- to the end",
    "WITH late AS (SELECT * FROM {batch} AS b WHERE b.day >= {today}) SELECT golden_id FROM late",
    "SELECT golden_id FROM {batch} AS b WHERE b.name ~ '^[[:alpha:]]{{3}}$' AND flag",
]
CASES += [(across.TYPE, {across.KWARG: query}) for query in QUERIES]


def rule(name: str, type_: str, kwargs: dict[str, Any]) -> Rule:
    names = arguments.named_columns(kwargs)
    query_file = "q.sql" if type_ == across.TYPE else None
    return Rule(name, type_, kwargs, "critical", "row", "o", {}, names, "f", 1, query_file)


@pytest.fixture(scope="module")
def counted(nasty: str) -> dict[int, tuple[int, int]]:
    """Case -> failing rows by the library, and by us; all cases in one run and one scan each."""
    rules = [rule(f"r{n}", *case) for n, case in enumerate(CASES)]
    kwargs = [arguments.resolve(k, TODAY) for _, k in CASES]
    verdicts = gx.judge(nasty, ("public", "t"), rules, kwargs, 400)
    tests = [
        SQL("{} AS {}").format(predicates.failing(r.type, k, Identifier("t")), Identifier(r.name))
        for r, k in zip(rules, kwargs, strict=True)
    ]
    counts = [SQL("count(*) FILTER (WHERE {})").format(Identifier(r.name)) for r in rules]
    query = SQL("SELECT {} FROM (SELECT {} FROM t) AS x").format(
        SQL(", ").join(counts), SQL(", ").join(tests)
    )
    with psycopg.connect(nasty, options=SESSION) as conn:
        found = conn.execute(query).fetchone()
    assert found
    return {n: (v.failed, f) for n, (v, f) in enumerate(zip(verdicts, found, strict=True))}


@pytest.mark.parametrize(
    "case",
    range(len(CASES)),
    ids=[f"{t.removeprefix('expect_')}-{n}" for n, (t, _) in enumerate(CASES)],
)
def test_our_count_of_failing_rows_is_the_librarys(
    case: int, counted: dict[int, tuple[int, int]]
) -> None:
    theirs, ours = counted[case]
    assert ours == theirs


def test_most_cases_have_failing_and_passing_rows(counted: dict[int, tuple[int, int]]) -> None:
    telling = [n for n, (theirs, _) in counted.items() if 0 < theirs < 400]
    assert len(telling) >= len(CASES) - 4


def test_every_kind_about_rows_is_compared() -> None:
    rows = {name for name, kind in KINDS.items() if kind.expr}
    assert rows == {type_ for type_, _ in CASES}
