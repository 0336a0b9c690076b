"""The shipped rules about records: each fails on a record made to break it, none on a good one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from psycopg.sql import SQL, Identifier

from concord.hub.database import Hub
from concord.model.spec import Config
from concord.quality import gx, table, view
from concord.quality.rules import Rule, Suite, Suites

from .conftest import ROOT, TODAY

OWN_TESTS = ("party", "address", "contact")  # see test_run.py: formats and odd texts of all kinds
TABLES = sorted((p.parent.name, p.stem) for p in ROOT.glob("*/*.json") if p.stem not in OWN_TESTS)
DAY, EARLIER = "2026-01-02", "2026-01-01"
SOME_ID = "0190f3a2-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def shared(pg: Any, whole_template: str) -> Iterator[Hub]:
    """One hub for all tables: each test makes a stage table of its own."""
    name = pg.name("rules")
    pg.create(name, whole_template, "concord_owner")
    yield Hub(pg.url(name, "concord_engine"))
    gx.close()
    pg.drop(name)


def rules_of(suite: Suite) -> list[Rule]:
    """The rules that look at a record alone."""
    return [r for r in suite.rules if r.kind.expr and not r.query_file and r.name != "key_unique"]


def good(suite: Suite, types: Mapping[str, str]) -> dict[str, str | None]:
    """A record that breaks no rule, in the texts that every system writes."""
    row: dict[str, str | None] = {c: fit(suite, c, types[c]) for c in suite.columns}
    for rule in rules_of(suite):
        column = view.base(str(rule.kwargs.get("column")))
        if rule.kwargs.get("value_set"):
            row[column] = rule.kwargs["value_set"][0]
        elif rule.kwargs.get("regex_list"):
            row[column] = "ann@acme.example"
    return row


def fit(suite: Suite, column: str, type_: str) -> str:
    """A value of the column's type that lies between all its limits."""
    reads = {r.reads for r in suite.readings.values() if r.base == column}
    if type_ == "uuid":
        return SOME_ID
    if type_ == "jsonb":
        return "[]"
    if "date" in reads or type_ in ("date", "timestamptz"):
        return DAY
    if column.endswith(("_at", "_on")):
        return DAY
    if "number" in reads or type_ in ("numeric", "bigint"):
        low = [r.kwargs["min_value"] for r in between(suite, column) if "min_value" in r.kwargs]
        high = [r.kwargs["max_value"] for r in between(suite, column) if "max_value" in r.kwargs]
        return str(max([min([1, *high]), *low]))
    return "x"


def between(suite: Suite, column: str) -> list[Rule]:
    named = [r for r in rules_of(suite) if "between" in r.type and "column" in r.kwargs]
    return [r for r in named if view.base(r.kwargs["column"]) == column]


def broken(rule: Rule, row: Mapping[str, str | None]) -> dict[str, str | None]:
    """The record with the one value that breaks the rule, where its condition holds."""
    kwargs = rule.kwargs
    change: dict[str, str | None] = {}
    condition = kwargs.get("row_condition")
    if condition and condition["operator"] == "IN":
        change[view.base(condition["column"]["name"])] = condition["parameter"][0]
    if "column_A" in kwargs:
        low = "0" if row[view.base(kwargs["column_B"])] == "0" else EARLIER
        if kwargs["column_A"].endswith("__number") or rule.name == "reserved_on_hand":
            low = "0"
            change[view.base(kwargs["column_B"])] = "1"
        return {**row, **change, view.base(kwargs["column_A"]): low}
    column = view.base(kwargs["column"])
    if "value_set" in kwargs:
        change[column] = "no such code"
    elif "regex" in kwargs:
        change[column] = "a b"
    elif "regex_list" in kwargs:
        change[column] = "ann@@acme"
    elif "between" in rule.type:
        change[column] = outside(kwargs)
    else:
        change[column] = None
    return {**row, **change}


def outside(kwargs: Mapping[str, Any]) -> str:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if isinstance(low, str):
        return "1899-12-31"
    if low is not None:
        return str(low if kwargs.get("strict_min") else low - 1)
    return str(high + 1)


def failing(hub: Hub, suite: Suite, rows: Mapping[str, Any], types: Mapping[str, str]) -> Any:
    """Record -> names of the rules that it breaks."""
    name = ("stage", f"b1_{suite.system}_{suite.entity}")
    columns = {"op": "text", "raw_hash": "uuid", **types}
    with hub.connect() as conn:
        conn.execute(
            SQL("CREATE TABLE {} (source_id text, {})").format(
                Identifier(*name),
                SQL(", ").join(
                    SQL("{} {}").format(Identifier(c), SQL(t)) for c, t in columns.items()
                ),
            )
        )
        with conn.cursor().copy(SQL("COPY {} FROM STDIN").format(Identifier(*name))) as copy:
            for key, row in rows.items():
                copy.write_row((key, "U", None, *(row[c] for c in types)))
        table.validate_table(hub.url, conn, name, suite, today=TODAY)
        found = conn.execute("SELECT source_id, rules FROM pg_temp.concord_failing").fetchall()
    return {key: {suite.rules[n - 1].name for n in numbers} for key, numbers in found}


@pytest.mark.parametrize(("system", "entity"), TABLES)
def test_every_rule_about_a_record_fails_on_one_made_to_break_it(
    shared: Hub, shipped: Suites, business: Config, system: str, entity: str
) -> None:
    suite = shipped.of(system, entity)
    suite = replace(suite, rules=tuple(r for r in suite.rules if not r.query_file))
    fields = business.entity[entity].field
    types = dict.fromkeys(suite.columns, "text")
    if system == "golden":
        types = {name: fields[name].pg_type for name in suite.columns}
    row = good(suite, types)
    rows = {"good": row, **{r.name: broken(r, row) for r in rules_of(suite)}}
    found = failing(shared, suite, rows, types)
    assert "good" not in found
    assert {name for name in rows if name in found.get(name, ())} == rows.keys() - {"good"}


def test_every_shipped_rule_has_words_in_every_language(shipped: Suites, business: Config) -> None:
    for path in ROOT.glob("*/*.json"):
        for one in json.loads(path.read_text(encoding="utf-8"))["expectations"]:
            assert set(one["meta"]["meaning"]) == set(business.company.languages)
