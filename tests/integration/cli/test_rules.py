"""The commands about business rules, on a company's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from concord.cli.__main__ import main
from concord.model.read import load_config
from tests.support.ruled import OFFICES, follow
from tests.support.world import World

RULE = """\
rule: office_of_party
version: 4
owner: sales-operations
gives: address
watches: {party: changed}
query: office_of_party.sql
"""


@pytest.fixture
def ruled(
    world: World, config_copy: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> World:
    """A world whose company has one rule, which was never evaluated."""
    (config_copy / "rules").mkdir(exist_ok=True)
    (config_copy / "rules/office_of_party.yaml").write_text(RULE)
    (config_copy / "rules/office_of_party.sql").write_text(OFFICES)
    monkeypatch.setenv("CONCORD_CONFIG", str(config_copy))
    monkeypatch.setenv("CONCORD_HUB_URL", world.hub.url)
    monkeypatch.setenv("CONCORD_HOME", str(tmp_path))
    world.customer("Alpha Trading Ltd", website="https://alpha.example")
    world.settle()
    return world


def test_rules_are_listed_and_rehearsed_before_they_act(
    ruled: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "list"]) == 0
    listed = next(line for line in capsys.readouterr().out.splitlines() if "office_of" in line)
    assert listed.split() == [
        "office_of_party", "4", "address", "to", "be", "evaluated", "0", "0",
        "sales-operations", "party",
    ]  # fmt: skip
    assert main(["rules", "rehearse", "office_of_party", "--since", "30d"]) == 0
    said = capsys.readouterr().out
    assert "evaluated for 1 subjects that changed. Nothing is written." in said
    assert "new: Alpha Trading Ltd" in said
    assert ruled.ops("SELECT * FROM golden.address") == []

    follow(ruled, *(r for r in load_config().rules if r.name == "office_of_party"))
    ruled.settle()
    assert ruled.one("erp", "SELECT city FROM customer_addresses") == "Leeds"
    assert main(["rules", "list"]) == 0
    listed = next(line for line in capsys.readouterr().out.splitlines() if "office_of" in line)
    assert "to be evaluated" not in listed


def test_a_rule_that_is_not_there_is_named(
    ruled: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "rehearse", "office_of_party_"]) == 1
    assert "Did you mean `office_of_party`?" in capsys.readouterr().err
