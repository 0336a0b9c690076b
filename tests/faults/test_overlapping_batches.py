"""Scenario 12: batches overlap, an old one is cleared and goes on, and no older value wins."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from concord.errors import Transient
from concord.pipeline import begin, extract, finish, load, run_batch, unify, validate
from tests.faults.checker import check, shown
from tests.faults.naive import BlindSync
from tests.faults.people import at_work, change_something, pairs, watch
from tests.faults.processes import Child
from tests.support.world import World

TRIES = 5  # as often as a task of Airflow is repeated


def test_no_older_value_replaces_a_newer_one_however_batches_overlap(
    world: World,
    spare_urls: Mapping[str, str],
    tmp_path: Path,
    scale: Callable[[int, int], int],
    figure: Callable[..., None],
) -> None:
    rounds, records = scale(1, 8), scale(20, 100)
    watch(world.config, world.urls)
    tags = pairs(world.urls, records)
    world.settle()
    for n in range(rounds):
        _one_round(world, tags, n, tmp_path / f"enough{n}")
    world.settle()
    assert world.batch("nightly").get("planned", 0) == 0
    verdict = check(world.config, world.urls, shown(world.hub.url))
    assert verdict.clean, verdict.words()
    batches = world.one("hub", "SELECT count(*) FROM ops.batch WHERE state = 'done'")
    older = world.one("hub", "SELECT sum(n)::int FROM ops.batch_count WHERE name = 'older'")
    assert older > 0  # readings did arrive after newer ones
    figure(
        "12 overlapping batches", batches=batches, edits=verdict.edits, older_readings=older,
        older_over_newer=0, overwritten=0, naive_older_over_newer=_cleared(world, spare_urls),
    )  # fmt: skip


def _one_round(world: World, tags: Sequence[str], n: int, enough: Path) -> None:
    """An old reading, then every kind of batch at once, the old one among them, and people."""

    def people(seed: int) -> None:
        with at_work(world.urls, seed) as person:
            while not enough.exists():
                change_something(person, tags, person.random.choice(("erp", "crm")))
                time.sleep(0.02)

    with at_work(world.urls, 100 + n) as person:  # so that the old reading holds something
        for _ in range(10):
            change_something(person, tags, "erp")
    old = begin(world.engine, lane="fast", run_id=f"old/{n}")
    for system in ("erp", "crm"):
        extract(world.engine, old, system)
    writers = [Child.run(lambda seed=seed: people(seed)) for seed in (2 * n + 1, 2 * n + 2)]
    runs = [
        Child.run(lambda: _runs(world, "fast", f"micro/{n}", 2)),
        Child.run(lambda: _runs(world, "nightly", f"nightly/{n}", 1)),
        Child.run(lambda: _runs(world, "fast", f"manual/{n}", 1)),
        Child.run(lambda: _cleared_run(world, old)),
    ]
    codes = [child.wait() for child in runs]
    enough.touch()
    codes += [child.wait() for child in writers]
    assert codes == [0] * len(codes)


def _runs(world: World, lane: str, name: str, batches: int) -> None:
    engine = world.fresh_engine()
    for n in range(batches):
        _patiently(lambda n=n: run_batch(engine, lane=lane, run_id=f"{name}/{n}"))


def _cleared_run(world: World, batch: int) -> None:
    """The rest of a batch, a moment later, and all of its steps once more."""
    engine = world.fresh_engine()
    time.sleep(1)
    for _ in range(2):
        for system in ("erp", "crm"):
            _patiently(lambda s=system: extract(engine, batch, s))
        _patiently(lambda: validate(engine, batch))
        _patiently(lambda: unify(engine, batch))
        for system in ("erp", "crm"):
            _patiently(lambda s=system: load(engine, batch, s))
        _patiently(lambda: finish(engine, batch))


def _patiently(work: Callable[[], object]) -> None:
    for n in range(TRIES):
        try:
            work()
            return
        except Transient:
            if n == TRIES - 1:
                raise
            time.sleep(0.5)


def _cleared(world: World, urls: Mapping[str, str]) -> int:
    """Older over newer values of the naive variant, whose old run writes what it once read."""
    watch(world.config, urls)
    tags = pairs(urls, 20)
    with at_work(urls, seed=1) as people, BlindSync.on(urls) as sync:
        for _ in range(20):
            change_something(people, tags, "erp")
        old = sync.read()
        for _ in range(20):
            change_something(people, tags, "erp")
        sync.run()
        sync.write(old)
    stale = len(check(world.config, urls).stale)
    assert stale > 0
    return stale
