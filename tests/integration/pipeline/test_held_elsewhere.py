"""A golden record is held because of another one, and goes on by itself once that one is right."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from concord.quality import gx
from concord.stewardship import quarantine
from tests.support.world import World

BLOCKED = """-- customer_active: contacts of a customer who is blocked.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.party AS p ON p.golden_id = b.party
WHERE p.status = 'blocked'
"""
NAMED = {
    "type": "expect_column_values_to_not_match_regex",
    "kwargs": {"column": "full_name", "regex": "^Test"},
}
ACTIVE = {
    "type": "unexpected_rows_expectation",
    "kwargs": {"unexpected_rows_query": {"$sql": "customer_active"}},
}


def suite(root: Path, **rules: Any) -> None:
    meaning = {"en": "in words", "zh": "文字"}
    found = [
        {**one, "severity": "critical", "meta": {"rule": name, "owner": "o", "meaning": meaning}}
        for name, one in rules.items()
    ]
    text = json.dumps({"name": "golden.contact", "expectations": found})
    (root / "golden" / "contact.json").write_text(text)


@pytest.fixture
def root(no_suites: Path, tmp_path: Path) -> Path:
    made = shutil.copytree(no_suites, tmp_path / "expectations")
    (made / "golden" / "sql").mkdir()
    (made / "golden" / "sql" / "customer_active.sql").write_text(BLOCKED)
    suite(made, customer_active=ACTIVE)
    return made


@pytest.fixture
def world(world: World, root: Path) -> World:
    """With one rule: no contact of a blocked customer goes on."""
    world.expectations = root
    world.engine = world.fresh_engine()
    return world


def ann(world: World, code: str, name: str = "Ann Smith") -> None:
    world.erp(
        "INSERT INTO customer_contacts (customer_code, full_name) VALUES (%s, %s)", code, name
    )


def people(world: World) -> list[str]:
    return [name for (name,) in world.crm("SELECT display_name FROM person ORDER BY 1")]


def test_what_is_held_for_its_customer_goes_on_when_only_the_customer_changes(
    world: World,
) -> None:
    code = world.customer("Alpha Trading Ltd", status="B")
    ann(world, code)
    fine = world.customer("Beta Trading Ltd", status="A")
    ann(world, fine, "Bob Brown")
    world.settle()
    assert people(world) == ["Bob Brown"]
    with world.hub.connect() as conn:
        [entry] = quarantine.entries(conn)
    assert (entry.system, entry.entity, entry.why) == ("golden", "contact", "in words")
    assert [c["rule"] for c in entry.causes] == ["customer_active"]

    world.erp("UPDATE customers SET status = 'A' WHERE customer_code = %s", code)
    world.batch()
    assert people(world) == ["Ann Smith", "Bob Brown"]
    assert world.ops("SELECT state, closed_by FROM ops.quarantine") == [("healed", "validate")]
    assert world.ops("SELECT * FROM ops.replan") == []
    assert world.batch()["planned"] == 0


def test_a_record_that_stays_wrong_stays_held_in_one_entry(world: World) -> None:
    ann(world, world.customer("Alpha Trading Ltd", status="B"))
    world.settle()
    world.batch()
    world.batch()
    assert people(world) == []
    assert world.ops("SELECT count(*), max(state) FROM ops.quarantine") == [(1, "open")]


def test_the_library_is_not_asked_when_nothing_changed_and_nothing_can_have_healed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann(world, world.customer("Alpha Trading Ltd", status="B"))
    world.settle()
    asked: list[object] = []
    monkeypatch.setattr(gx, "judge", lambda *a: asked.append(a))
    counts = world.batch()
    assert (asked, counts.get("golden_checked", 0)) == ([], 0)


def test_what_could_not_be_planned_in_a_dry_run_is_planned_by_the_next_batch(
    world: World,
) -> None:
    code = world.customer("Alpha Trading Ltd", status="B")
    ann(world, code)
    world.settle()
    world.erp("UPDATE customers SET status = 'A'")
    world.batch(dry_run=True)
    assert people(world) == []
    world.batch()
    assert people(world) == ["Ann Smith"]


def test_an_entry_that_a_steward_sends_again_is_judged_by_the_suite_as_it_is_now(
    world: World, root: Path
) -> None:
    suite(root, no_test=NAMED)
    (root / "golden" / "sql" / "customer_active.sql").unlink()
    ann(world, world.customer("Alpha Trading Ltd"), "Test Person")
    world.settle()
    assert people(world) == []
    suite(root)
    world.batch()
    assert people(world) == []  # a rule about the record alone is not asked again unbidden
    with world.hub.connect() as conn:
        [entry] = quarantine.entries(conn)
        quarantine.replay(conn, entry.id, actor="t")
    world.batch()
    assert people(world) == ["Test Person"]
