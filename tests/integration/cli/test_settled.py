"""`status --wait`: agreement is said when there is some, and not before."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from concord.cli.settled import wait
from concord.errors import ConcordError
from concord.sandbox.business import seed_business
from tests.support.world import World


def batches(world: World, lanes: list[str], stop: threading.Event) -> None:
    """What Airflow does: one batch after the other."""
    time.sleep(0.5)
    for lane in lanes:
        if not stop.is_set():
            world.batch(lane)


def agreed(world: World, lanes: list[str], seconds: float) -> str:
    """What `wait` says while the batches of these lanes run."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as others:
        running = others.submit(batches, world, lanes, stop)
        try:
            return wait(world.hub, world.config, seconds)
        finally:
            stop.set()
            running.result()


def test_agreement_comes_after_the_batch_that_finds_nothing_to_write(company: World) -> None:
    company.customer()
    seed_business(company.urls["erp"], products=10)
    said = agreed(company, ["standard", "fast", "fast", "fast"], 120)
    assert said.startswith("On both sides: ")
    assert "party 1" in said
    assert "product 10" in said
    assert company.one("crm", "SELECT count(*) FROM product") == 10


def test_a_batch_from_before_or_one_that_writes_is_no_agreement(company: World) -> None:
    company.batch("standard")
    company.settle()
    with pytest.raises(ConcordError, match="do not agree yet after 2 s; running now: nothing"):
        agreed(company, [], 2)
    company.customer()
    with pytest.raises(ConcordError, match="do not agree yet"):
        agreed(company, ["fast"], 12)
