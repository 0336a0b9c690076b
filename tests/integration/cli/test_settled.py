"""`status --wait`: agreement is said when there is some, and not before."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from concord.cli.settled import settled, wait
from concord.errors import ConcordError
from concord.sandbox.business import seed_business
from tests.support.world import World


def now(world: World) -> datetime:
    found: datetime = world.one("hub", "SELECT clock_timestamp()")
    return found


def is_settled(world: World, since: datetime) -> bool:
    with world.hub.connect() as conn:
        return settled(conn, world.config, since)


def test_only_a_batch_that_finds_nothing_to_write_settles_it(company: World) -> None:
    since = now(company)
    company.customer()
    assert company.batch()["confirmed"] > 0
    assert company.batch().get("planned", 0) == 0
    assert not is_settled(company, since)  # nothing of the standard lane was carried yet
    company.batch("standard")
    assert is_settled(company, since)
    since = now(company)
    assert not is_settled(company, since)
    company.customer("Beta Works GmbH")
    assert company.batch()["confirmed"] > 0
    assert not is_settled(company, since)
    company.settle()
    assert is_settled(company, since)


def test_what_is_on_both_sides_is_told_once_batches_are_through(company: World) -> None:
    seed_business(company.urls["erp"], products=10)
    for lane in ("standard", "fast"):
        company.batch(lane)
    with pytest.raises(ConcordError, match="do not agree yet after 0 s; running now: nothing"):
        wait(company.hub, company.config, 0)

    def later() -> None:
        time.sleep(0.5)
        company.settle()

    with ThreadPoolExecutor(1) as others:
        running = others.submit(later)
        said = wait(company.hub, company.config, 120)
        running.result()
    assert said.startswith("On both sides: ")
    assert "product 10" in said
    assert company.one("crm", "SELECT count(*) FROM product") == 10
