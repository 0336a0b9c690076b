"""A query of a suite that cannot be used is refused before any batch, with its file."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from concord.errors import ConfigError, Problem
from concord.model.spec import Config
from concord.quality import across, suites

GOOD = "SELECT b.golden_id FROM {batch} AS b JOIN golden.party AS p ON p.golden_id = b.party"


@pytest.fixture
def root(tmp_path: Path, customer_suites: Path) -> Path:
    """Suites without a query so far."""
    made = shutil.copytree(customer_suites, tmp_path / "expectations")
    (made / across.FOLDER).mkdir()
    return made


def query(root: Path, text: str, name: str = "q") -> None:
    (root / across.FOLDER / f"{name}.sql").write_text(text)


def rule(root: Path, path: str = "golden/contact.json", **changes: Any) -> None:
    """A suite with a rule that names the query `q` alone."""
    made = {
        "type": "unexpected_rows_expectation",
        "kwargs": {"unexpected_rows_query": {"$sql": "q"}},
        "severity": "critical",
        "meta": {"rule": "r", "owner": "o", "meaning": {"en": "e", "zh": "z"}},
        **changes,
    }
    name = path.removesuffix(".json").replace("/", ".")
    (root / path).write_text(json.dumps({"name": name, "expectations": [made]}))


def problems(root: Path, config: Config) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        suites.load(root, config)
    return caught.value.problems


def test_a_rule_holds_the_text_of_its_query_and_says_where_it_stands(
    root: Path, config: Config
) -> None:
    query(root, GOOD)
    rule(root)
    suite = suites.load(root, config).of("golden", "contact")
    assert suite.across
    assert not suites.load(root, config).of("golden", "address").across
    assert suite.rules[0].kwargs == {"unexpected_rows_query": GOOD}
    assert suite.rules[0].quarantines
    assert suite.rules[0].place.endswith("contact.json:1 (expectations/golden/sql/q.sql)")


BAD = [
    ("SELECT golden_id FROM golden.contact", "{batch} is missing"),
    (f"{GOOD} WHERE day = {{yesterday}}", "there is no placeholder {yesterday}"),
    (f"{GOOD} WHERE a = '{{}}'", "there is no placeholder {}"),
    (f"{GOOD} WHERE a = '{{'", "a brace that belongs to nothing"),
    (f"{GOOD}; DROP TABLE golden.party", "one SELECT and nothing else"),
    (f"{GOOD};", "one SELECT and nothing else"),
    ("DELETE FROM golden.party USING {batch} AS b", "one SELECT and nothing else"),
    ("SELECT 1 FROM {batch}) AS a, (SELECT 2", "one SELECT and nothing else"),
    (f"{GOOD} WHERE a = $$x$$", "one SELECT and nothing else"),
    (f"{GOOD} WHERE a = 'x :name y'", ":name would be taken for a parameter"),
    ("", "one SELECT and nothing else"),
]


@pytest.mark.parametrize(("text", "what"), BAD)
def test_a_query_that_is_no_plain_select_from_the_batch_is_named(
    root: Path, config: Config, text: str, what: str
) -> None:
    query(root, text)
    rule(root)
    found = problems(root, config)
    assert {p.file for p in found} == {"expectations/golden/sql/q.sql"}
    assert any(what in p.what for p in found), [p.what for p in found]


FINE = [
    f"-- q: what; why :x\n{GOOD}".replace(":x", "so"),
    f"{GOOD} WHERE a = ';' AND \"odd;\" = '(' /* ; */",
    f"with c AS (SELECT 1) {GOOD}",
    f"{GOOD} WHERE at::date > {{today}} - 90 AND name ~ 'x{{{{3}}}}'",
]


@pytest.mark.parametrize("text", FINE)
def test_signs_in_strings_and_comments_are_no_mistake(
    root: Path, config: Config, text: str
) -> None:
    query(root, text)
    rule(root)
    suites.load(root, config)


def test_a_query_that_is_not_there_is_named(root: Path, config: Config) -> None:
    query(root, GOOD, "p")
    rule(root)
    found = problems(root, config)
    assert (found[0].what, found[0].where) == ("there is no query 'q'", "r")
    assert "golden/sql: p" in found[0].hint


def test_a_query_that_no_rule_names_is_named(root: Path, config: Config) -> None:
    query(root, GOOD)
    [found] = problems(root, config)
    assert found.file == "expectations/golden/sql/q.sql"
    assert found.what == "no rule of a golden suite names it"


def test_a_suite_of_a_system_cannot_look_at_golden_tables(root: Path, config: Config) -> None:
    query(root, GOOD)
    rule(root, "crm/person.json".replace("person", "contact"))
    [found] = problems(root, config)
    assert found.what == "only golden suites can look at other tables"


@pytest.mark.parametrize("value", [GOOD, {"$sql": 1}, {"$file": "q"}])
def test_a_query_stands_in_a_file_of_its_own(root: Path, config: Config, value: object) -> None:
    query(root, GOOD)
    rule(root, kwargs={"unexpected_rows_query": value})
    [found] = problems(root, config)
    assert "must be" in found.what
    assert "$sql" in found.what


def test_a_query_in_another_encoding_is_named(root: Path, config: Config) -> None:
    (root / across.FOLDER / "q.sql").write_bytes("-- é".encode("latin-1"))
    assert problems(root, config)[0].what == "the file is not UTF-8"


def test_the_library_gets_the_day_and_doubled_braces_and_one_place_for_the_batch() -> None:
    text = across.for_library("SELECT '{{}}' FROM {batch} AS b, {batch} AS c", date(2026, 1, 31))
    assert text.count("{batch}") == 1
    assert "SELECT '{{}}' FROM concord_batch AS b, concord_batch AS c" in text
    assert "d < '2026-01-31'::date" in across.for_library("d < {today}", date(2026, 1, 31))
