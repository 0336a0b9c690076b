"""Two batches at once over one new thing: whatever overtakes what, one record of it is made."""

from __future__ import annotations

from typing import Any

import pytest

from concord.pipeline import begin, extract, finish, lease, load, plan, unify, validate
from tests.support.world import World


def planned(world: World, run_id: str) -> int:
    """A batch that has come up to its load."""
    batch = begin(world.engine, lane="fast", run_id=run_id)
    for system in ("erp", "crm"):
        extract(world.engine, batch, system)
    validate(world.engine, batch)
    unify(world.engine, batch)
    return batch


def loaded(world: World, batch: int) -> None:
    for system in ("erp", "crm"):
        load(world.engine, batch, system)
    finish(world.engine, batch)


def test_a_create_that_was_planned_anew_before_it_went_out_does_not_go(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.customer("Alpha Trading Ltd")
    first = planned(world, "first")
    second: list[int] = []
    renew = lease.renew

    def overtaken(*given: Any) -> None:
        if not second:
            world.erp("UPDATE customers SET name = 'Beta Trading Ltd'")
            second.append(planned(world, "second"))
        renew(*given)

    monkeypatch.setattr(lease, "renew", overtaken)
    load(world.engine, first, "crm")
    loaded(world, second[0])
    assert world.crm("SELECT account_name FROM account") == [("Beta Trading Ltd",)]


def test_a_create_planned_while_another_one_of_the_same_thing_went_out_is_planned_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.customer("Alpha Trading Ltd")
    first = planned(world, "first")
    world.erp("UPDATE customers SET name = 'Beta Trading Ltd'")
    statement = plan.statement
    went: list[int] = []

    def overtaking(room: str, name: str, **parts: Any) -> Any:
        ours = name == "supersede_waiting" and "party_crm" in repr(parts["desired"])
        if ours and not went:  # what is desired is known by now
            went.append(first)
            load(world.engine, first, "crm")
        return statement(room, name, **parts)

    monkeypatch.setattr(plan, "statement", overtaking)
    second = planned(world, "second")
    assert went
    loaded(world, second)
    world.settle()
    assert world.crm("SELECT account_name FROM account") == [("Beta Trading Ltd",)]
    assert world.one("hub", "SELECT count(*) FROM ops.replan") == 0
