"""Full scope: what a night looks for with nothing locked, and finds whoever forgot it."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from concord.pipeline import foreseen
from tests.faults.processes import Child
from tests.support.ruled import follow, rule
from tests.support.world import World

OFFICES = "SELECT count(*) FROM image.address_rules WHERE deleted_at IS NULL"


def test_a_night_plans_what_no_batch_has_planned(world: World) -> None:
    world.customer("Alpha")
    world.settle()
    world.ops("UPDATE image.party_crm SET legal_name = 'Omega'")
    assert world.batch("fast").get("planned", 0) == 0
    assert world.batch("nightly")["confirmed"] == 1
    assert world.batch("nightly")["planned"] == 0


def test_a_night_ends_a_write_that_waits_and_is_not_wanted_any_more(world: World) -> None:
    world.limit("crm", count=1)
    for name in ("Alpha", "Beta"):
        world.customer(name)
    world.batch()
    states = "SELECT state, count(*) FROM ops.intent GROUP BY 1"
    assert world.ops(states) == [("waiting", 2)]
    world.ops("UPDATE golden.party SET deleted_at = now() WHERE legal_name = 'Alpha'")
    world.batch("nightly")
    assert sorted(world.ops(states)) == [("superseded", 1), ("waiting", 1)]


@pytest.mark.parametrize("given", [False, True])
def test_a_lane_of_minutes_goes_on_while_a_night_looks(world: World, *, given: bool) -> None:
    if given:
        follow(world, rule())
        world.batch()
    world.customer("Alpha", website="https://alpha.example")
    world.settle()
    if given:  # then the night notes what the other lane will note as well
        world.ops("UPDATE image.address_rules SET raw_hash = NULL")
    act = foreseen._look

    def standing(*args: Any) -> None:
        act(*args)
        os.kill(os.getpid(), signal.SIGSTOP)
        setattr(foreseen, "_look", act)  # noqa: B010

    def work() -> None:
        setattr(foreseen, "_look", standing)  # noqa: B010
        world.batch("nightly")

    night = Child.run(work)
    assert night.wait_stopped()
    world.customer("Beta", website="https://beta.example")
    world.crm("UPDATE account SET web = 'https://new.example'")
    try:
        assert Child.run(lambda: world.batch("fast")).wait(60) == 0
    finally:
        night.go_on()
    assert world.one("crm", "SELECT count(*) FROM account") == 2
    assert night.wait(60) == 0
    world.settle()
    assert world.one("crm", "SELECT count(*) FROM account") == 2
    assert not given or world.one("hub", OFFICES) == 2
    assert world.batch("nightly")["planned"] == 0
