"""Rules' files: read with their queries, and refused with file, line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from concord.errors import ConfigError
from concord.model.read import load_config
from tests.unit.model.small import FILES

RULE = """\
rule: site_of_party
version: 2
doc: Each party has a site.
owner: sales
gives: site
watches:
  party: changed
  site: {sql: site_of_party.site.sql}
query: site_of_party.sql
"""
QUERY = "SELECT 1 AS key -- 100 %\n;\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The small company with one rule."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "site_of_party.yaml").write_text(RULE)
    (rules / "site_of_party.sql").write_text(QUERY)
    (rules / "site_of_party.site.sql").write_text("SELECT golden_id FROM was")
    return tmp_path


def test_a_rule_is_read_with_its_queries(root: Path) -> None:
    config = load_config(root)
    (rule,) = config.rules
    assert (rule.name, rule.version, rule.gives, rule.gone) == ("site_of_party", 2, "site", None)
    assert rule.query == "SELECT 1 AS key -- 100 %"
    assert rule.watches == {
        "party": "SELECT golden_id FROM changed",
        "site": "SELECT golden_id FROM was",
    }
    given = config.given["site"]
    assert given.by_field.keys() == config.entity["site"].field.keys()
    assert config.entity["site"].by_system.keys() == {"erp", "crm"}
    assert list(config.given) == ["site"]


def test_a_changed_query_is_another_version_of_the_configuration(root: Path) -> None:
    before = load_config(root).version
    (root / "rules/site_of_party.sql").write_text("SELECT 2 AS key")
    assert load_config(root).version != before


def test_rules_may_decide_only_what_a_rule_gives(root: Path) -> None:
    party = (root / "model/party.yaml").read_text()
    (root / "model/party.yaml").write_text(
        party.replace("max: 20, authority: erp", "max: 20, authority: rules")
    )
    with pytest.raises(ConfigError, match="no rule gives party, so rules cannot decide this"):
        load_config(root)
    (root / "rules/site_of_party.yaml").write_text(RULE.replace("gives: site", "gives: party"))
    assert load_config(root).entity["party"].field["tax_id"].authority.systems == ("rules",)


MISTAKES = [
    ("gives: site", "gives: sight", ":5: gives: unknown entity `sight`"),
    ("  party: changed", "  partie: changed", "unknown entity `partie`"),
    ("query: site_of_party.sql", "query: other.sql", "there is no file `other.sql` in rules/"),
    ("version: 2", "version: 0", "greater than or equal to 1"),
    ("owner: sales\n", "", "`owner` is missing"),
    ("rule: site_of_party", "rule: another", "`another` is not the name of the file"),
    ("version: 2", "version: 2\ngone: {stret: x}", "unknown field `stret`"),
    ("version: 2", "version: 2\ngone: never", "gone"),
    ("version: 2", "version: 2\nstamp: at", "unknown field `at`"),
    ("  party: changed", "  party: chnged", "`chnged`"),
    ("  site: {sql: site_of_party.site.sql}\n", "", "no rule uses the file"),
]


@pytest.mark.parametrize(("old", "new", "words"), MISTAKES)
def test_a_mistake_is_named(root: Path, old: str, new: str, words: str) -> None:
    assert RULE.count(old) == 1
    (root / "rules/site_of_party.yaml").write_text(RULE.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        load_config(root)
    assert words in str(caught.value)


def test_an_empty_query_is_refused(root: Path) -> None:
    (root / "rules/site_of_party.sql").write_text(" ;\n")
    with pytest.raises(ConfigError, match=r"rules/site_of_party\.yaml:9: query: .*is empty"):
        load_config(root)
