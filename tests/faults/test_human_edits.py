"""Scenario 6: people edit both sides while batches run, and nothing that they typed is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from tests.faults.checker import check, shown
from tests.faults.naive import BlindSync
from tests.faults.people import at_work, change_something, pairs, watch
from tests.support.world import World

EACH = 4  # people, two a system


def test_every_last_value_that_a_person_typed_is_applied_or_shown(
    world: World,
    spare_urls: Mapping[str, str],
    scale: Callable[[float, float], float],
    figure: Callable[..., None],
) -> None:
    records, edits = int(scale(30, 200)), int(scale(400, 10_000))
    watch(world.config, world.urls)
    tags = pairs(world.urls, records)
    world.settle()
    done, batches = _everybody(world, tags, edits, int(scale(3, 30)))
    world.settle()
    assert world.batch("nightly").get("planned", 0) == 0
    verdict = check(world.config, world.urls, shown(world.hub.url))
    assert verdict.clean, verdict.words()
    assert verdict.disputed > 0  # people did clash
    naive = _blindly(world, spare_urls, records)
    figure(
        "6 human edits", records=records, edits=done, batches=batches, disputed=verdict.disputed,
        lost=0, overwritten=0, naive_overwritten=f"{naive} of {records * 6}",
    )  # fmt: skip


def _everybody(world: World, tags: Sequence[str], edits: int, batches: int) -> tuple[int, int]:
    """People at both sides and batches of both lanes, until there were enough of either."""
    counts, errors, enough = [0] * EACH, list[BaseException](), threading.Event()

    def work(n: int) -> None:
        try:
            with at_work(world.urls, seed=n + 1) as people:
                while people.edits < edits // EACH or not enough.wait(0.02):
                    change_something(people, tags, ("erp", "crm")[n % 2])
                    counts[n] = people.edits
                    time.sleep(0.01)
        except BaseException as e:
            errors.append(e)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(EACH)]
    for thread in threads:
        thread.start()
    done = 0
    try:
        while done < batches or any(thread.is_alive() for thread in threads):
            world.batch("nightly" if done % 4 == 3 else "fast")
            done += 1
            if done >= batches:
                enough.set()
    finally:
        enough.set()
        for thread in threads:
            thread.join()
    assert not errors
    return sum(counts), done


def _blindly(world: World, urls: Mapping[str, str], records: int) -> int:
    """How many values the naive variant destroys: edits come between its reading and writing."""
    watch(world.config, urls)
    tags = pairs(urls, records)
    with at_work(urls, seed=EACH + 1) as people, BlindSync.on(urls) as sync:

        def edit() -> None:
            for _ in range(records):
                change_something(people, tags, people.random.choice(("erp", "crm")))

        for _ in range(3):
            edit()
            sync.run(meanwhile=edit)
        sync.run()
    verdict = check(world.config, urls)
    destroyed = len(verdict.overwritten + verdict.stale)
    assert destroyed > 0
    return destroyed
