"""Batches of different lanes at once: what one of them changes reaches what refers to it."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from concord.pipeline import (
    begin,
    extract,
    finish,
    given,
    golden_check,
    images,
    load,
    plan,
    validate,
)
from concord.pipeline.unify import take_in
from tests.faults.processes import Child
from tests.support.configured import mapped
from tests.support.lanes import contact, in_lanes, settle
from tests.support.world import World

WORD_LEFT = "SELECT count(*) FROM ops.relinked"


@pytest.fixture
def laned(world: World) -> World:
    """Parties in one lane, contacts and addresses in another; the CRM names survivors of merges."""
    world.config = mapped(world.config, "party", "crm", merged_into="merged_into")
    return in_lanes(world)


def until_taken_in(world: World, lane: str) -> int:
    """A batch that has taken in what it read, and planned nothing yet; returns its id."""
    batch_id = begin(world.engine, lane=lane, run_id=f"{lane} by hand")
    for system in world.config.system:
        extract(world.engine, batch_id, system)
    validate(world.engine, batch_id)
    take_in(world.engine, batch_id)
    return batch_id


def rest(world: World, batch_id: int) -> None:
    """What comes after that."""
    golden_check.check(world.engine, batch_id)
    given.evaluate(world.engine, batch_id)
    golden_check.check_given(world.engine, batch_id)
    plan.plan(world.engine, batch_id)
    for system in world.config.system:
        load(world.engine, batch_id, system)
    finish(world.engine, batch_id)


def stopped(world: World, room: Any, name: str) -> Child:
    """A fast batch in a process of its own, which stops once it has passed the point."""
    act = getattr(room, name)

    def standing(*given: Any) -> None:
        act(*given)
        if given[-1].name == "contact":
            os.kill(os.getpid(), signal.SIGSTOP)

    def work() -> None:
        setattr(room, name, standing)
        world.batch("fast")

    child = Child.run(work)
    assert child.wait_stopped()
    return child


def people(world: World) -> list[tuple[Any, ...]]:
    return world.crm(
        "SELECT p.display_name, a.account_name FROM person AS p"
        " JOIN account AS a ON a.id = p.account_id ORDER BY 1"
    )


def test_a_contact_that_was_planned_before_its_party_had_a_place_follows_it(laned: World) -> None:
    code = laned.customer("Alpha")
    contact(laned, code, "Ann")
    party = until_taken_in(laned, "standard")
    assert laned.batch("fast").get("planned", 0) == 0  # nothing says yet that Alpha gets a place
    rest(laned, party)
    assert people(laned) == []
    laned.batch("fast")
    assert people(laned) == [("Ann", "Alpha")]
    assert laned.one("hub", WORD_LEFT) == 0
    assert laned.batch("nightly")["planned"] == 0


def test_a_contact_taken_in_while_its_party_gets_a_place_is_not_forgotten(laned: World) -> None:
    code = laned.customer("Alpha", vat_no="GB123456789")
    laned.batch("standard", dry_run=True)  # known, and not made in the CRM
    contact(laned, code, "Ann")
    light = stopped(laned, images, "take")
    laned.account("Alpha", tax_number="GB123456789")
    laned.batch("standard")
    light.go_on()
    assert light.wait(60) == 0
    settle(laned)
    assert people(laned) == [("Ann", "Alpha")]
    assert laned.one("hub", WORD_LEFT) == 0


def test_a_contact_taken_in_while_its_account_is_merged_follows_the_one_that_stays(
    laned: World,
) -> None:
    for n, name in enumerate("ab"):
        laned.customer(name, vat_no=f"GB10000000{n}")
    settle(laned)
    account = dict(laned.crm("SELECT account_name, id FROM account"))
    laned.crm("INSERT INTO person (account_id, display_name) VALUES (%s, 'Ann')", account["a"])
    light = stopped(laned, images, "take")
    laned.crm("UPDATE account SET merged_into = %s WHERE id = %s", account["b"], account["a"])
    laned.batch("standard")
    light.go_on()
    assert light.wait(60) == 0
    settle(laned)
    of_ann = laned.one("hub", "SELECT party FROM golden.contact WHERE deleted_at IS NULL")
    stays = laned.one("hub", "SELECT golden_id FROM golden.party WHERE deleted_at IS NULL AND"
                      " golden_id IN (SELECT to_id FROM ops.redirect)")  # fmt: skip
    assert of_ann == stays
    assert laned.one("hub", WORD_LEFT) == 0
    assert laned.batch("nightly")["planned"] == 0


def test_a_party_whose_contact_is_just_being_made_is_not_deleted_beneath_it(
    laned: World,
) -> None:
    """A deletion waits for loads of what refers to it, as those could not see it coming."""
    laned.config = mapped(laned.config, "party", "erp", on_delete="propagate")
    laned.engine = laned.fresh_engine()
    code = laned.customer("Alpha")
    settle(laned)
    account = laned.one("crm", "SELECT id FROM account")
    laned.crm("INSERT INTO person (account_id, display_name) VALUES (%s, 'Ann')", account)
    laned.erp("DELETE FROM customers WHERE customer_code = %s", code)
    held: list[str] = []
    real = load.__globals__["lease"].hold

    def noting(engine: Any, name: str) -> Any:
        held.append(name)
        return real(engine, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load.__globals__["lease"], "hold", noting)
        laned.batch("standard")
    crm = [name for name in held if name.startswith("load:crm:")]
    assert crm[-1] == "load:crm:party"
    assert {"load:crm:address", "load:crm:contact"} == set(crm[:-1])
