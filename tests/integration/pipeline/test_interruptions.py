"""Interruptions: a batch cut off anywhere is finished or undone by whoever comes next."""

from __future__ import annotations

from typing import Any

import pytest

from concord.errors import LeaseLost
from concord.pipeline import begin, extract, finish, load, unify, validate
from concord.pipeline import confirm as confirm_room
from concord.systems.protocol import Fence
from tests.support.world import World


class Killed(Exception):
    """Stands for the process dying at this line."""


def test_a_create_whose_answer_was_lost_is_found_and_not_repeated(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.customer("Alpha Trading Ltd", phone="+442079460000")

    def die(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(confirm_room, "store", die)
        with pytest.raises(Killed):
            world.batch()
    assert world.one("crm", "SELECT count(*) FROM account") == 1
    assert world.ops("SELECT state FROM ops.intent") == [("sent",)]
    world.settle()
    assert world.ops("SELECT state, source_id IS NOT NULL FROM ops.intent") == [("confirmed", True)]
    assert world.one("crm", "SELECT count(*) FROM account") == 1
    assert world.one("hub", "SELECT count(*) FROM golden.party") == 1


def test_a_change_made_after_a_write_whose_answer_was_lost_is_taken_as_a_change(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise Killed

    def lost_answer() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(confirm_room, "store", die)
            with pytest.raises(Killed):
                world.batch()

    world.customer("Alpha Trading Ltd", phone="+442079460000")
    lost_answer()
    world.crm("UPDATE account SET phone_number = '+442079460001', web = 'https://alpha.example'")
    world.settle()
    both = [("+442079460001", "https://alpha.example")]
    assert world.crm("SELECT phone_number, web FROM account") == both
    assert world.erp("SELECT phone, website FROM customers") == both
    world.erp("UPDATE customers SET phone = '+442079460002'")
    lost_answer()
    world.crm("UPDATE account SET phone_number = '+442079460003'")
    world.settle()
    assert world.one("crm", "SELECT phone_number FROM account") == "+442079460003"
    assert world.one("erp", "SELECT phone FROM customers") == "+442079460003"
    assert world.ops("SELECT * FROM ops.conflict") == []


def test_a_write_that_was_never_sent_is_sent_by_the_next_batch(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concord.systems.postgres.writer import PostgresWriter

    world.customer("Alpha Trading Ltd")

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(PostgresWriter, "apply", die)
        with pytest.raises(Killed):
            world.batch()
    assert world.one("crm", "SELECT count(*) FROM account") == 0
    world.settle()
    assert world.one("crm", "SELECT count(*) FROM account") == 1


def test_a_change_made_while_we_write_is_not_overwritten(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.customer("Alpha Trading Ltd", phone="+442079460000")
    world.settle()
    world.erp("UPDATE customers SET phone = '+442079460001'")
    batch = begin(world.engine, lane="fast", run_id="one")
    for system in ("erp", "crm"):
        extract(world.engine, batch, system)
    validate(world.engine, batch)
    unify(world.engine, batch)
    world.crm("UPDATE account SET phone_number = '+442079460002'")
    counts = [load(world.engine, batch, system) for system in ("erp", "crm")]
    finish(world.engine, batch)
    assert sum(c.get("superseded", 0) for c in counts) == 1
    assert world.one("crm", "SELECT phone_number FROM account") == "+442079460002"
    world.settle()
    kinds = world.ops("SELECT kind FROM ops.conflict WHERE unit = 'phone'")
    assert kinds == [("both_changed",)]
    assert world.one("erp", "SELECT phone FROM customers") == world.one(
        "crm", "SELECT phone_number FROM account"
    )


def test_another_field_changed_while_we_write_is_taken_as_a_change(
    world: World,
) -> None:
    world.customer("Alpha Trading Ltd", phone="+442079460000")
    world.settle()
    world.erp("UPDATE customers SET phone = '+442079460001'")
    batch = begin(world.engine, lane="fast", run_id="one")
    for system in ("erp", "crm"):
        extract(world.engine, batch, system)
    validate(world.engine, batch)
    unify(world.engine, batch)
    world.crm("UPDATE account SET web = 'https://alpha.example'")
    for system in ("erp", "crm"):
        load(world.engine, batch, system)
    finish(world.engine, batch)
    assert world.crm("SELECT phone_number, web FROM account") == [
        ("+442079460001", "https://alpha.example")
    ]
    world.settle()
    assert world.one("erp", "SELECT website FROM customers") == "https://alpha.example"


def test_an_older_reading_never_replaces_a_newer_one(world: World) -> None:
    code = world.customer("Alpha Trading Ltd", phone="+442079460000")
    world.settle()
    world.erp("UPDATE customers SET phone = '+442079460001'")
    old = begin(world.engine, lane="fast", run_id="old")
    for system in ("erp", "crm"):
        extract(world.engine, old, system)
    world.erp("UPDATE customers SET phone = '+442079460002'")
    world.batch()
    validate(world.engine, old)
    counts = unify(world.engine, old)
    for system in ("erp", "crm"):
        load(world.engine, old, system)
    finish(world.engine, old)
    assert counts["older"] >= 1
    assert world.one("crm", "SELECT phone_number FROM account") == "+442079460002"
    world.settle()
    assert world.one("erp", "SELECT phone FROM customers WHERE customer_code = %s", code) == (
        "+442079460002"
    )


def test_a_reading_taken_before_our_own_write_does_not_undo_it(world: World) -> None:
    world.customer("Alpha Trading Ltd", phone="+442079460000")
    world.settle()
    world.erp("UPDATE customers SET phone = '+442079460001'")
    first = begin(world.engine, lane="fast", run_id="first")
    for system in ("erp", "crm"):
        extract(world.engine, first, system)
    validate(world.engine, first)
    unify(world.engine, first)
    # A full comparison reads the CRM before the first batch has written there.
    world.crm("UPDATE account SET web = 'https://alpha.example'")
    second = begin(world.engine, lane="nightly", run_id="second")
    for system in ("erp", "crm"):
        extract(world.engine, second, system)
    for system in ("erp", "crm"):
        load(world.engine, first, system)
    finish(world.engine, first)
    validate(world.engine, second)
    unify(world.engine, second)
    for system in ("erp", "crm"):
        load(world.engine, second, system)
    finish(world.engine, second)
    world.settle()
    assert world.crm("SELECT phone_number, web FROM account") == [
        ("+442079460001", "https://alpha.example")
    ]
    assert world.erp("SELECT phone, website FROM customers") == [
        ("+442079460001", "https://alpha.example")
    ]
    assert world.ops("SELECT * FROM ops.conflict WHERE unit = 'phone'") == []


def test_every_step_may_run_again(world: World) -> None:
    world.customer("Alpha Trading Ltd")
    batch = begin(world.engine, lane="fast", run_id="again")
    for _ in range(2):
        for system in ("erp", "crm"):
            extract(world.engine, batch, system)
    for _ in range(2):
        validate(world.engine, batch)
        unify(world.engine, batch)
    for _ in range(2):
        for system in ("erp", "crm"):
            load(world.engine, batch, system)
    for _ in range(2):
        finish(world.engine, batch)
    assert world.one("crm", "SELECT count(*) FROM account") == 1
    assert world.one("hub", "SELECT count(*) FROM ops.intent") == 1


def test_a_holder_that_was_overtaken_writes_nothing(world: World, config: Any) -> None:
    system = world.engine.system("crm")
    with system.writer(Fence("load:crm", 1_000)):
        pass
    with pytest.raises(LeaseLost), system.writer(Fence("load:crm", 999)):
        pass


def test_what_a_batch_took_in_and_did_not_plan_is_planned_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concord.pipeline import plan

    world.customer("Alpha Trading Ltd")

    def die(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(plan, "plan", die)
        with pytest.raises(Killed):
            world.batch()
    world.batch()
    assert world.one("crm", "SELECT count(*) FROM account") == 1
    assert world.one("hub", "SELECT count(*) FROM ops.replan") == 0


def test_a_finding_of_an_overlapping_batch_lets_no_broken_row_through(
    checked_world: World,
) -> None:
    world = checked_world
    world.account("Broken Ltd", email_address="foo@@bar")
    batches = [begin(world.engine, lane=lane, run_id=lane) for lane in ("fast", "nightly")]
    for batch in batches:
        for system in ("erp", "crm"):
            extract(world.engine, batch, system)
    for batch in reversed(batches):
        validate(world.engine, batch)
    for batch in reversed(batches):
        counts = unify(world.engine, batch)
        assert counts["accepted"] == 0
        assert counts.get("golden_changed", 0) == 0
