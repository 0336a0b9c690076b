"""A suite that cannot be used is refused before any batch, with file, line and what to do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from concord.errors import ConfigError, Problem
from concord.model.spec import Config
from concord.quality import suites
from concord.quality.predicates import ALL

SHIPPED = Path(__file__).parents[3] / "expectations"
Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def root(tmp_path: Path, customer_suites: Path) -> Path:
    """A copy of the shipped suites to spoil."""
    return shutil.copytree(customer_suites, tmp_path / "expectations")


def problems(root: Path, config: Config) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        suites.load(root, config)
    return caught.value.problems


def one_expectation(root: Path, expectation: object, path: str = "crm/party.json") -> None:
    """A suite with this expectation alone, which then stands on line 4."""
    name = path.removesuffix(".json").replace("/", ".")
    text = json.dumps(expectation, ensure_ascii=False)
    (root / path).write_text(f'{{\n"name": "{name}",\n"expectations": [\n{text}]}}')


def expectation(**changes: Any) -> dict[str, Any]:
    made = {
        "type": "expect_column_values_to_not_be_null",
        "kwargs": {"column": "account_name"},
        "severity": "critical",
        "meta": {"rule": "name_given", "owner": "o", "meaning": {"en": "e", "zh": "z"}},
    }
    return {**made, **changes}


def meta(**changes: Any) -> dict[str, Any]:
    return {**expectation()["meta"], **changes}


def typed(type_: str, **kwargs: Any) -> dict[str, Any]:
    return expectation(type=f"expect_{type_}", kwargs=kwargs)


def test_the_shipped_suites_are_in_order(business: Config) -> None:
    loaded = suites.load(SHIPPED, business)
    wanted = {(m.system, e.name) for e in business.entities for m in e.mappings}
    wanted |= {("golden", e.name) for e in business.entities}
    assert set(loaded.by_table) == wanted
    assert all(suite.rules for suite in loaded)


def test_the_shipped_suites_hold_no_ids_and_nothing_of_a_run() -> None:
    for path in SHIPPED.glob("*/*.json"):
        text = path.read_text(encoding="utf-8")
        suite = json.loads(text)
        assert set(suite) == {"name", "expectations"}
        assert all(
            set(e) == {"type", "kwargs", "severity", "meta"} and "id" not in e
            for e in suite["expectations"]
        )


def test_a_code_list_is_written_out_as_the_system_writes_it(business: Config) -> None:
    loaded = suites.load(SHIPPED, business)

    def values(system: str, rule: str) -> list[str]:
        [found] = [r for r in loaded.of(system, "party").rules if r.name == rule]
        return found.kwargs["value_set"]  # type: ignore[no-any-return]

    assert values("erp", "terms_known") == ["cod", "n14", "n30", "n60", "pre"]
    assert values("golden", "terms_known") == ["cod", "net14", "net30", "net60", "prepaid"]
    assert {"中国", "pr china", "china"} <= set(values("crm", "country_known"))
    assert "cn" in values("erp", "country_known")


def test_an_empty_suite_will_do(root: Path, config: Config) -> None:
    (root / "crm" / "party.json").write_text('{"name": "crm.party", "expectations": []}')
    assert suites.load(root, config).of("crm", "party").rules == ()


def test_a_mapped_entity_without_a_suite_is_named(root: Path, config: Config) -> None:
    (root / "erp" / "contact.json").unlink()
    [found] = problems(root, config)
    assert found.file == "expectations/erp/contact.json"
    assert "has no suite" in found.what


@pytest.mark.parametrize("name", ["crm/product.json", "sap/party.json", "party.json", "crm/x.txt"])
def test_a_file_that_belongs_to_nothing_is_named(root: Path, config: Config, name: str) -> None:
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("{}")
    [found] = problems(root, config)
    assert found.file == f"expectations/{name}"
    assert "crm/party.json" in found.hint


def test_a_readme_and_hidden_files_do_not_disturb(root: Path, config: Config) -> None:
    (root / "README.md").write_text("x")
    (root / "crm" / ".DS_Store").write_bytes(b"\0\xff")
    suites.load(root, config)


def test_broken_json_is_named_with_its_line(root: Path, config: Config) -> None:
    (root / "crm" / "party.json").write_text('{"name": "crm.party",\n"expectations": [\n}')
    [found] = problems(root, config)
    assert (found.file, found.line) == ("expectations/crm/party.json", 3)


def test_a_file_in_another_encoding_is_named(root: Path, config: Config) -> None:
    (root / "crm" / "party.json").write_bytes('{"name": "é"}'.encode("latin-1"))
    [found] = problems(root, config)
    assert found.what == "the file is not UTF-8"


BAD: list[tuple[object, str]] = [
    ("x", "must be a JSON object"),
    (expectation(type="expect_column_median_to_be_between"), "is not supported"),
    (expectation(type="expect_column_value_to_not_be_null"), "is not supported"),
    ({k: v for k, v in expectation().items() if k != "type"}, "type is missing"),
    ({k: v for k, v in expectation().items() if k != "severity"}, "severity is missing"),
    (expectation(severity="fatal"), "the severity is unknown"),
    (expectation(id="0b1"), "unknown key 'id'"),
    (expectation(meta=meta(rule=None)), "meta.rule is missing"),
    (expectation(meta=meta(rule="Name given")), "meta.rule is not a name"),
    (expectation(meta=meta(owner=" ")), "meta.owner is missing"),
    (expectation(meta=meta(meaning={"en": "e"})), "meta.meaning.zh is missing"),
    (expectation(meta=meta(level="entity")), "meta.level must be row or batch"),
    (expectation(meta=meta(colour="red")), "unknown key 'colour' in meta"),
    (expectation(meta=None), "meta.rule is missing"),
    (expectation(kwargs=None), "kwargs must be a JSON object"),
    (typed("column_values_to_not_be_null"), "'column' is missing"),
    (expectation(type="volume", kwargs={"factor": 1}), "'factor' must be a number above 1"),
    (expectation(type="volume", kwargs={}), "'factor' is missing"),
    (expectation(type="volume", kwargs={"factor": 3}), "a volume rule is a warning"),
    (typed("column_values_to_not_be_null", column="name"), "name is no mapped column of account"),
    (typed("column_values_to_not_be_null", column="id"), "id is no mapped column"),
    (typed("column_values_to_not_be_null", column=3), "must be a text"),
    (typed("column_values_to_not_be_null", column="state", colour=1), "has no kwarg 'colour'"),
    (typed("column_values_to_not_be_null", column="state", mostly=0.9), "cannot have mostly"),
    (typed("column_values_to_match_regex", column="state", regex=""), "'regex' must be a text"),
    (typed("column_values_to_match_regex_list", column="state", regex_list=[]), "1 or more"),
    (typed("column_values_to_be_in_set", column="state", value_set=[]), "an empty one"),
    (typed("column_values_to_be_in_set", column="state", value_set=["a", 1]), "texts only"),
    (typed("column_values_to_be_in_set", column="state", value_set=["a", None]), "null is not"),
    (typed("column_values_to_be_in_set", column="state", value_set={"$codes": "x"}),
     "there is no code list 'x'"),
    (typed("column_values_to_be_in_set", column="state", value_set={"codes": "country"}),
     "$codes"),
    (typed("column_values_to_be_between", column="credit_limit__number"),
     "min_value and max_value is needed"),
    (typed("column_values_to_be_between", column="credit_limit__number", min_value=2, max_value=1),
     "min_value is above max_value"),
    (typed("column_values_to_be_between", column="customer_since__date", min_value="1.1.2020"),
     "must be a number, a date"),
    (typed("column_values_to_be_between", column="customer_since__date", max_value={"$today": "1"}),
     "$today"),
    (typed("column_values_to_be_between", column="source_id", min_value=1), "for numbers or dates"),
    (typed("column_values_to_match_regex", column="credit_limit__number", regex="x"), "for text"),
    (typed("column_value_lengths_to_be_between", column="state", min_value="1"),
     "must be a number"),
    (typed("compound_columns_to_be_unique", column_list=["state"]), "2 or more"),
    (typed("compound_columns_to_be_unique", column_list=["state", "web"], ignore_row_if="neither"),
     "ignore_row_if must be one of"),
    (typed("table_columns_to_match_set", column_set=["state"], exact_match=True), "must be false"),
    (typed("table_columns_to_match_set", column_set=["state", "nope"], exact_match=False),
     "nope is no mapped column"),
    (typed("column_values_to_not_be_null", column="state", row_condition='col("x").notNull()'),
     "text form is deprecated"),
    (typed("column_values_to_not_be_null", column="state",
           row_condition={"type": "nullity", "column": {"name": "nope"}, "is_null": True}),
     "nope is no mapped column"),
    (typed("column_values_to_not_be_null", column="state",
           row_condition={"type": "pass_through", "pass_through_filter": "1=1"}),
     "unknown type 'pass_through'"),
    (typed("column_values_to_not_be_null", column="state",
           row_condition={"type": "comparison", "column": {"name": "web"}, "operator": "~",
                          "parameter": 1}), "unknown operator"),
    (typed("column_values_to_not_be_null", column="state",
           row_condition={"type": "comparison", "column": {"name": "web"}, "operator": "IN",
                          "parameter": ["a", 1]}), "needs a list"),
    (typed("column_values_to_not_be_null", column="state",
           row_condition={"type": "and", "conditions": []}), "needs a list of conditions"),
    (typed("column_values_to_not_be_null", column="state",
           row_condition={"type": "nullity", "column": {"name": "web"}, "is_null": 1}),
     "is_null: true or false"),
    (expectation(type="expect_table_row_count_to_be_between", kwargs={"min_value": 1},
                 meta=meta(level="row")), "about a whole table"),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "what"), BAD, ids=[what for _, what in BAD])
def test_an_expectation_that_cannot_be_used_is_named_with_its_line_and_rule(
    root: Path, config: Config, bad: object, what: str
) -> None:
    one_expectation(root, bad)
    found = problems(root, config)
    assert any(what in p.what for p in found), [p.what for p in found]
    assert {(p.file, p.line) for p in found} == {("expectations/crm/party.json", 4)}


def test_a_type_that_is_nearly_right_is_suggested(root: Path, config: Config) -> None:
    one_expectation(root, expectation(type="column_values_to_not_be_null"))
    [found] = problems(root, config)
    assert found.hint == "Did you mean expect_column_values_to_not_be_null?"


def test_a_rule_name_stands_once_in_a_suite(root: Path, config: Config) -> None:
    text = json.dumps(expectation())
    (root / "crm" / "party.json").write_text(
        f'{{"name": "crm.party", "expectations": [\n{text},\n{text}]}}'
    )
    [found] = problems(root, config)
    assert (found.line, found.where) == (3, "name_given")
    assert "taken by the one on line 2" in found.what


def test_a_suite_is_named_after_its_table(root: Path, config: Config) -> None:
    (root / "crm" / "party.json").write_text('{\n"name": "party", "colour": 1}')
    what = {(p.where, p.line): p.what for p in problems(root, config)}
    assert what == {
        ("colour", 2): "a suite has no such key",
        ("name", 2): "the suite's name must be crm.party",
        ("expectations", 1): "there must be a list of them",
    }


def test_every_problem_of_every_file_is_told_at_once(root: Path, config: Config) -> None:
    one_expectation(root, expectation(severity="x", meta=meta(owner="")))
    one_expectation(root, expectation(severity="x"), "erp/party.json")
    assert len(problems(root, config)) >= 3


def test_a_golden_suite_names_canonical_fields(root: Path, config: Config) -> None:
    one_expectation(
        root, typed("column_values_to_be_between", column="legal_name", min_value=1),
        "golden/party.json",
    )  # fmt: skip
    [found] = problems(root, config)
    assert found.what == "this type is for numbers or dates, and legal_name holds none"


def test_every_kwarg_of_every_kind_is_checked() -> None:
    from concord.quality.arguments import CHECKS

    checked = set(CHECKS) | {"min_value", "max_value", "row_condition"}
    assert {name for kind in ALL.values() for name in kind.kwargs} <= checked
