"""What rules give is checked like what systems give, before anything is written from it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from concord.errors import ConcordError
from concord.pipeline import begin, extract, finish, golden_check, unify, validate
from concord.stewardship import quarantine
from tests.conftest import TestHub
from tests.support.ruled import OFFICES, follow, rule
from tests.support.world import World

SITE = "https://alpha.example"
FAILS = "SELECT state FROM ops.quarantine WHERE system = 'golden' AND entity = 'address'"


@pytest.fixture
def strict(world: World, no_suites: Path, tmp_path: Path) -> World:
    """A world whose golden addresses must not be in Leeds."""
    root = Path(shutil.copytree(no_suites, tmp_path / "expectations"))
    expectation = {
        "type": "expect_column_values_to_be_in_set",
        "kwargs": {"column": "city", "value_set": ["York"]},
        "severity": "critical",
        "meta": {
            "rule": "city_known", "owner": "data-steward",
            "meaning": {"en": "The city is York", "zh": "York"},
        },
    }  # fmt: skip
    suite = {"name": "golden.address", "expectations": [expectation]}
    (root / "golden" / "address.json").write_text(json.dumps(suite))
    assert isinstance(world.hub, TestHub)
    return World(world.config, world.hub, world.urls, root)


def test_a_record_of_a_rule_that_fails_the_golden_suite_is_not_written(strict: World) -> None:
    follow(strict, rule())
    strict.customer(website=SITE)
    strict.settle()
    assert strict.ops(FAILS) == [("open",)]
    assert strict.erp("SELECT * FROM customer_addresses") == []
    follow(strict, rule(version=2, query=OFFICES.replace("Leeds", "York")))
    strict.settle()
    assert strict.ops(FAILS) == [("healed",)]
    assert strict.one("erp", "SELECT city FROM customer_addresses") == "York"


def test_what_a_batch_left_unchecked_is_checked_by_the_next(
    strict: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise ConcordError("ended")

    follow(strict, rule())
    strict.customer(website=SITE)
    batch_id = begin(strict.engine, lane="fast", run_id="one")
    for system in strict.config.system:
        extract(strict.engine, batch_id, system)
    validate(strict.engine, batch_id)
    with monkeypatch.context() as patch:
        patch.setattr(golden_check, "check_given", die)
        with pytest.raises(ConcordError):
            unify(strict.engine, batch_id)
    finish(strict.engine, batch_id, error="ended")
    strict.settle()
    assert strict.ops(FAILS) == [("open",)]
    assert strict.erp("SELECT * FROM customer_addresses") == []


def test_a_quarantined_record_of_a_rule_is_asked_for_again_by_a_steward(world: World) -> None:
    follow(world, rule(query=OFFICES.replace("'billing'", "'home'")))
    world.customer(website=SITE)
    world.settle()
    ((number, causes),) = world.ops("SELECT quarantine_id, causes FROM ops.quarantine")
    assert causes[0]["field"] == "kind"
    with world.hub.connect() as conn, pytest.raises(ConcordError, match="correct the rule"):
        quarantine.fix(conn, number, {"kind": "billing"}, actor="ann")
    follow(world, rule(query=OFFICES))
    world.batch()
    assert world.one("hub", "SELECT count(*) FROM image.address_rules") == 0
    with world.hub.connect() as conn:
        quarantine.replay(conn, number, actor="ann")
    world.settle()
    assert world.one("hub", "SELECT count(*) FROM image.address_rules") == 1
    assert world.one("hub", "SELECT state FROM ops.quarantine") == "healed"
