"""Great Expectations as we use it: what it takes, what it gives, and what it must never give."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import psycopg
import pytest

from concord.errors import ConfigError, HubUnavailable
from concord.quality import gx, trial
from concord.quality.gx import RuleBroken
from concord.quality.predicates import KINDS, OWN
from concord.quality.rules import Rule, Suite, Suites

from .conftest import ROOT

TABLE = ("public", "t")


def rule(type_: str, **kwargs: Any) -> Rule:
    return Rule("r", f"expect_{type_}", kwargs, "critical", "row", "o", {}, (), "f.json", 7)


@pytest.fixture(scope="module")
def people(pg: Any) -> Iterator[str]:
    """URL of a database with four rows that hold a secret."""
    url = pg.create(pg.name("people"))
    with psycopg.connect(url) as conn:
        conn.execute(
            "CREATE TABLE t AS SELECT n::text AS source_id, 'secret' || n % 2 AS name, n AS small"
            " FROM generate_series(1, 4) AS n"
        )
    yield url
    gx.close()


def judge(url: str, *rules: Rule) -> list[gx.Verdict]:
    return gx.judge(url, TABLE, rules, [r.kwargs for r in rules], 4)


def test_the_version_is_the_one_our_predicates_were_measured_against() -> None:
    assert version("great-expectations") == "1.24.1"


def test_the_library_reads_the_shipped_suites_as_they_are() -> None:
    library = gx.load()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in ROOT.glob("*/*.json"):
            read = json.loads(path.read_text(encoding="utf-8"))
            read["expectations"] = [e for e in read["expectations"] if e["type"] not in OWN]
            suite = library.ExpectationSuite(**read)
            assert {e.severity.value for e in suite.expectations} <= {"critical", "warning", "info"}


def test_every_kind_is_the_librarys_with_the_same_kwargs() -> None:
    gx.load()
    from great_expectations.expectations.registry import get_expectation_impl

    for name, kind in KINDS.items():
        fields = set(get_expectation_impl(name).__fields__)
        assert kind.kwargs <= fields, name
        needed = {
            n for n, f in get_expectation_impl(name).__fields__.items() if f.required and n != "id"
        }
        assert needed <= set(kind.required), name


TABLE_RULES = [
    (rule("table_row_count_to_be_between", min_value=1, max_value=4), True, "4"),
    (rule("table_row_count_to_be_between", max_value=3), False, "4"),
    (rule("table_row_count_to_equal", value=5), False, "4"),
    (rule("table_columns_to_match_set", column_set=["name", "gone"], exact_match=False), False,
     "missing: gone"),
    (rule("table_columns_to_match_set", column_set=["name"], exact_match=False), True, None),
    (rule("column_to_exist", column="name"), True, None),
    (rule("column_to_exist", column="gone"), False, None),
    (rule("column_unique_value_count_to_be_between", column="name", max_value=1), False, "2"),
    (rule("column_proportion_of_unique_values_to_be_between", column="name", min_value=0.9), False,
     "0.5000"),
    (rule("column_proportion_of_non_null_values_to_be_between", column="name", min_value=0.9), True,
     "1.0000"),
]  # fmt: skip


def test_rules_about_tables_give_a_verdict_and_a_number(people: str) -> None:
    verdicts = judge(people, *(r for r, _, _ in TABLE_RULES))
    found = [(v.success, v.failed, v.checked, v.observed) for v in verdicts]
    assert found == [(good, int(not good), 4, seen) for _, good, seen in TABLE_RULES]


def test_every_kind_about_tables_is_tried() -> None:
    assert {r.type for r, _, _ in TABLE_RULES} == {n for n, k in KINDS.items() if not k.expr}


def test_no_value_of_a_record_comes_out(
    people: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    results: list[str] = []
    understand = gx._verdict

    def listen(rule: Rule, result: Any, rows: int) -> gx.Verdict:
        results.append(json.dumps(result.to_json_dict()))
        return understand(rule, result, rows)

    monkeypatch.setattr(gx, "_verdict", listen)
    verdicts = judge(
        people,
        rule("column_values_to_be_in_set", column="name", value_set=["x"]),
        rule("column_values_to_be_unique", column="name"),
        rule("column_unique_value_count_to_be_between", column="name", max_value=1),
        rule("column_values_to_match_regex", column="name", regex="^x"),
    )
    assert [v.failed for v in verdicts] == [4, 4, 1, 4]
    assert len(results) == 4
    assert "secret" not in repr(verdicts) + "".join(results)
    assert capfd.readouterr() == ("", "")  # no progress bars either


def test_telemetry_is_off() -> None:
    context = gx._context()
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
    assert context.config.analytics_enabled is False
    assert "posthog" not in sys.modules
    assert context.config.data_docs_sites == {}


def test_keeping_configurations_changes_no_verdict(
    people: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import nullcontext

    rules = [
        rule("column_values_to_be_in_set", column="name", value_set=["secret1"], mostly=0.5),
        rule("column_values_to_be_between", column="small", min_value=2),
        rule("compound_columns_to_be_unique", column_list=["name", "small"]),
        *(r for r, _, _ in TABLE_RULES),
    ]
    kept = judge(people, *rules)
    assert kept[0] == gx.Verdict(success=True, checked=4, failed=2)
    monkeypatch.setattr(gx, "_configurations_kept", nullcontext)
    assert judge(people, *rules) == kept


def test_a_rule_that_cannot_be_computed_is_named_with_its_file_and_line(people: str) -> None:
    bad = rule("column_values_to_match_regex", column="small", regex="x")
    good = rule("column_to_exist", column="name")
    with pytest.raises(RuleBroken, match=r"^f.json:7: r: .* operator does not exist") as caught:
        judge(people, good, bad)
    assert "\n" not in str(caught.value)


def test_a_lost_connection_is_told_as_such_and_is_not_used_again(people: str) -> None:
    counted = rule("table_row_count_to_be_between", max_value=4)
    assert judge(people, counted)[0].success
    with psycopg.connect(people, autocommit=True) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(HubUnavailable, match="went away"):
        judge(people, counted)
    assert judge(people, counted)[0].success


def test_no_connection_is_left_open(people: str) -> None:
    judge(people, rule("column_to_exist", column="name"))
    gx.close()
    with psycopg.connect(people, autocommit=True) as conn:
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        assert conn.execute(others).fetchone() == (1,)


def test_an_address_with_signs_of_its_own_is_understood(people: str) -> None:
    odd = people.replace("postgres@", "postgres:pa$word%40${x}@")
    assert judge(odd, rule("column_to_exist", column="name"))[0].success


def test_a_pattern_that_postgresql_cannot_read_is_named(people: str) -> None:
    bad = rule("column_values_to_match_regex", column="name", regex="(")
    also = rule("column_values_to_match_regex_list", column="name", regex_list=["^a", "[z-a]"])
    good = rule("column_values_to_match_regex", column="name", regex="(?i)^a")
    suite = Suite("crm", "party", (bad, also, good), (), {})
    with psycopg.connect(people) as conn:
        with pytest.raises(ConfigError) as caught:
            trial.check(conn, Suites({("crm", "party"): suite}, "UTC"))
        assert [(p.file, p.line, p.where) for p in caught.value.problems] == [
            ("f.json", 7, "r")
        ] * 2
        assert conn.execute("SELECT 1").fetchone() == (1,)
