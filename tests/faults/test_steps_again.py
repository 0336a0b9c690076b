"""Scenario 14: a batch's steps run again, in any order and two at once, and nothing differs."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from concord.errors import TooEarly
from concord.hub.database import Hub
from concord.model.spec import Config
from concord.pipeline import begin, extract, finish, load, unify, validate
from tests.faults.people import PARTY, WRITER, at_work, change_something, pairs
from tests.faults.processes import Child
from tests.support.world import World

STEPS = ("extract erp", "extract crm", "validate", "unify", "load erp", "load crm", "finish")


@pytest.fixture
def undisturbed(
    config: Config, pg: Any, hub_template: str, spare_urls: dict[str, str], no_suites: Path
) -> Iterator[World]:
    """Another world, in which the same things happen and each step runs once."""
    name = pg.name("hub")
    pg.create(name, hub_template, "concord_owner")
    yield World(config, Hub(pg.url(name, "concord_engine")), spare_urls, no_suites)
    pg.drop(name)


def test_steps_in_any_order_and_three_times_each_leave_the_state_of_one_run(
    world: World,
    undisturbed: World,
    scale: Callable[[int, int], int],
    figure: Callable[..., None],
) -> None:
    rounds, records = scale(1, 20), scale(10, 100)
    worlds = (world, undisturbed)
    for w in worlds:
        tags = pairs(w.urls, records)
        w.settle()
    early, calls = 0, 0
    for n in range(rounds):
        for w in worlds:
            _work_done_by_people(w, tags, seed=n + 1)
        undisturbed.batch()
        batch = begin(world.engine, lane="fast", run_id=f"again/{n}")
        refused, called = _in_any_order(world, batch, random.Random(n))
        early, calls = early + refused, calls + called
        assert state(world) == state(undisturbed)
    assert early > 0  # some orders were wrong ones
    figure(
        "14 steps again", batches=rounds, calls=calls, refused=early, differing=0,
        naive_doubled=_without_a_ledger(undisturbed.urls, records),
    )  # fmt: skip


def test_each_step_twice_at_once_leaves_the_state_of_one_run(
    world: World, undisturbed: World, scale: Callable[[int, int], int]
) -> None:
    worlds = (world, undisturbed)
    for w in worlds:
        tags = pairs(w.urls, 10)
        w.settle()
    for n in range(scale(1, 10)):
        for w in worlds:
            _work_done_by_people(w, tags, seed=n + 1)
        undisturbed.batch()
        batch = begin(world.engine, lane="fast", run_id=f"twice/{n}")
        for name in STEPS:
            both = [Child.run(partial(step, world, batch, name)) for _ in range(2)]
            assert [child.wait() for child in both] == [0, 0], name
        assert state(world) == state(undisturbed)


def step(world: World, batch: int, name: str) -> None:
    """One step of a batch."""
    what, _, system = name.partition(" ")
    if what in {"extract", "load"}:
        {"extract": extract, "load": load}[what](world.fresh_engine(), batch, system)
    else:
        {"validate": validate, "unify": unify, "finish": finish}[what](world.engine, batch)


def _in_any_order(world: World, batch: int, chance: random.Random) -> tuple[int, int]:
    """Call all steps at random until each was called three times and the batch is done.

    Returns how many calls came too early, and how many there were.
    """
    refused, calls = 0, 0
    while True:
        order = [*STEPS] * 3
        chance.shuffle(order)
        for name in order:
            calls += 1
            try:
                step(world, batch, name)
            except TooEarly:
                refused += 1
        if world.ops("SELECT state FROM ops.batch WHERE batch_id = %s", batch) == [("done",)]:
            return refused, calls


def _work_done_by_people(world: World, tags: list[str], seed: int) -> None:
    """Changes on both sides, and two customers that are new, the same in every world."""
    with at_work(world.urls, seed) as people:
        for _ in range(len(tags)):
            change_something(people, tags, people.random.choice(("erp", "crm")))
        for system, kind in (("erp", "O"), ("crm", "Company")):
            table, id_, columns = PARTY[system]
            n = people.number()
            values = {
                "legal_name": f"New {n}", "kind": kind, "website": f"https://n{n}.example",
                "payment_terms": "N30" if system == "erp" else "Net 30",
            }  # fmt: skip
            people.add(system, table, id_, {columns[f]: v for f, v in values.items()})


def state(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """What the systems, the images and the golden records say, without generated keys."""
    out: dict[str, list[tuple[Any, ...]]] = {}
    for entity in world.config.entities:
        refs = {f.name for f in entity.references}
        fields = [f.name for f in entity.fields if f.name not in refs]
        for m in entity.mappings:
            columns = [c.column for c in m.columns if c.field not in refs]
            out[f"{m.system}.{m.entity}"] = _rows(
                world.urls[m.system], ("public", m.table), columns
            )
            image = ("image", f"{m.entity}_{m.system}")
            out[".".join(image)] = _rows(world.hub.url, image, [*fields, "deleted_at"])
        out[f"golden.{entity.name}"] = _rows(
            world.hub.url, ("golden", entity.name), [*fields, "version", "deleted_at"]
        )
    out["intents"] = world.ops(
        "SELECT system, entity, action, state, count(*) FROM ops.intent GROUP BY 1, 2, 3, 4"
        " ORDER BY 1, 2, 3, 4"
    )
    return out


def _rows(url: str, table: tuple[str, str], columns: list[str]) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as conn:
        rows = conn.execute(
            sql.SQL("SELECT {} FROM {}").format(
                sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(*table)
            )
        ).fetchall()
    return sorted(rows, key=repr)


def _without_a_ledger(urls: Mapping[str, str], records: int) -> int:
    """Doubles made by a load step that applies its stage by INSERT and is run three times."""
    name = f"{WRITER} naive"
    with psycopg.connect(urls["crm"], autocommit=True, application_name=name) as conn:
        staged = [f"https://naive{n}.example" for n in range(records)]
        for _ in range(3):
            for web in staged:
                conn.execute("INSERT INTO account (account_name, web) VALUES ('Naive', %s)", (web,))
        row = conn.execute(
            "SELECT count(*) - count(DISTINCT web) FROM account WHERE account_name = 'Naive'"
        ).fetchone()
    assert row is not None
    assert row[0] == 2 * records
    return int(row[0])
