"""A record that is written while an older reading of it is being taken in."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import pytest

from concord.pipeline import (
    begin,
    confirm,
    extract,
    finish,
    images,
    incoming,
    load,
    unify,
    validate,
)
from tests.support.world import World

EXTRACT = import_module("concord.pipeline.extract")  # the package has functions of these names
UNIFY = import_module("concord.pipeline.unify")
OLD_PHONE, NEW_PHONE = "+442079460001", "+442079460002"
NEW_SITE = "https://alpha.example"
CONFIRMING = (
    "SELECT count(*)::int FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    " AND datname = current_database() AND query ~ '^-- .*written'"
)


def ready(world: World, run_id: str, lane: str = "fast") -> int:
    """A batch that has read and validated."""
    batch = begin(world.engine, lane=lane, run_id=run_id)
    for system in ("erp", "crm"):
        extract(world.engine, batch, system)
    validate(world.engine, batch)
    return batch


def loaded(world: World, batch: int) -> None:
    for system in ("erp", "crm"):
        load(world.engine, batch, system)
    finish(world.engine, batch)


@pytest.fixture
def written(world: World) -> tuple[int, int]:
    """A batch up to its load, which gives the ERP a telephone number; another that read before."""
    world.customer("Alpha Trading Ltd", phone=OLD_PHONE)
    world.settle()
    world.crm("UPDATE account SET phone_number = %s", NEW_PHONE)
    first = ready(world, "first")
    unify(world.engine, first)
    world.erp("UPDATE customers SET website = %s", NEW_SITE)
    return first, ready(world, "second")


def both_have(world: World, phone: str) -> None:
    """Both systems have this number and the ERP's website, and the CRM never got another number."""
    world.settle()
    assert world.erp("SELECT phone, website FROM customers") == [(phone, NEW_SITE)]
    assert world.crm("SELECT phone_number, web FROM account") == [(phone, NEW_SITE)]
    given = world.ops(
        "SELECT new ->> 'phone' FROM ops.intent WHERE system = 'crm' AND action = 'update'"
        " AND new ? 'phone'"
    )
    assert given in ([], [(phone,)])


@pytest.mark.parametrize("moment", ["clean", "link"])
def test_what_was_confirmed_meanwhile_is_not_taken_back_by_the_older_reading(
    world: World, written: tuple[int, int], monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    first, second = written
    room = incoming if moment == "clean" else UNIFY
    act = getattr(room, moment)

    def overtaken(*given: Any) -> Any:
        load(world.engine, first, "erp")
        return act(*given)

    monkeypatch.setattr(room, moment, overtaken)
    counts = unify(world.engine, second)
    monkeypatch.undo()
    assert counts["older"] == 1
    loaded(world, second)
    assert world.crm("SELECT phone_number FROM account") == [(NEW_PHONE,)]
    both_have(world, NEW_PHONE)


def test_a_confirmation_waits_for_the_images_that_are_being_taken(
    world: World, written: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = written
    act = images.note_changes
    with ThreadPoolExecutor(1) as pool:
        loads = []

        def beside(*given: Any) -> None:
            loads.append(pool.submit(load, world.engine, first, "erp"))
            while not loads[0].done() and world.one("hub", CONFIRMING) == 0:
                time.sleep(0.05)
            act(*given)

        monkeypatch.setattr(images, "note_changes", beside)
        unify(world.engine, second)
        monkeypatch.undo()
        loads[0].result()
    loaded(world, second)
    both_have(world, NEW_PHONE)


@pytest.mark.parametrize("lane", ["fast", "nightly"])
@pytest.mark.parametrize("set_back", [False, True])
def test_what_is_read_of_a_record_while_it_is_written_is_read_again(
    world: World,
    written: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
    set_back: bool,
    lane: str,
) -> None:
    first, second = written
    unify(world.engine, second)
    later: list[Callable[[], None]] = []
    store, snapshot = confirm.store, EXTRACT._snapshot

    def put_off(engine: Any, conn: Any, *given: Any) -> None:
        def now() -> None:
            with world.hub.connect() as own:
                store(engine, own, *given)

        later.append(now)

    def written_first(*given: Any) -> Any:
        if not later:
            monkeypatch.setattr(confirm, "store", put_off)
            load(world.engine, first, "erp")
            monkeypatch.setattr(confirm, "store", store)
            if set_back:
                world.erp("UPDATE customers SET phone = %s", OLD_PHONE)
        return snapshot(*given)

    monkeypatch.setattr(EXTRACT, "_snapshot", written_first)
    third = ready(world, "third", lane)
    unify(world.engine, third)
    later[0]()
    monkeypatch.undo()
    for batch in (second, third):
        loaded(world, batch)
    both_have(world, OLD_PHONE if set_back else NEW_PHONE)
    assert world.ops("SELECT * FROM ops.conflict") == []
