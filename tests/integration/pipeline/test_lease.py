"""Leases: taken over at once from the dead, in time from those that hang, never from the living."""

from __future__ import annotations

import threading
import time

import pytest

from concord.errors import LeaseLost
from concord.pipeline import lease
from tests.faults.processes import Child
from tests.support.world import World

NAME = "load:crm"


def holder(world: World) -> Child:
    """A process that holds the lease and does nothing."""

    def work() -> None:
        with lease.hold(world.fresh_engine(), NAME):
            time.sleep(60)

    child = Child.run(work)
    end = time.monotonic() + 20
    while world.ops("SELECT token FROM ops.lease WHERE expires_at > clock_timestamp()") != [(1,)]:
        assert time.monotonic() < end
        time.sleep(0.01)
    return child


def test_the_lease_of_a_process_that_died_is_taken_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "WAIT_SECONDS", 20)
    holder(world).kill()
    with lease.hold(world.engine, NAME) as fence:
        assert fence.token == 2
    assert lease.SECONDS > lease.WAIT_SECONDS  # or it could have expired


def test_a_living_holder_keeps_its_lease(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "WAIT_SECONDS", 0.5)
    child = holder(world)
    try:
        with pytest.raises(LeaseLost, match="held by another"), lease.hold(world.engine, NAME):
            pass
    finally:
        child.kill()


def test_a_holder_that_hangs_is_passed_over_and_told_so_when_it_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "SECONDS", 0.3)
    with (
        world.hub.connect(autocommit=True) as conn,
        lease.hold(world.engine, NAME) as old,
        lease.hold(world.fresh_engine(), NAME) as new,
    ):
        assert new.token == old.token + 1
        with pytest.raises(LeaseLost, match="taken over"):
            lease.renew(conn, old)
        lease.renew(conn, new)


def test_takers_that_come_together_get_it_one_after_the_other(world: World) -> None:
    tokens, inside = [], []

    def take() -> None:
        with lease.hold(world.fresh_engine(), NAME) as fence:
            inside.append(1)
            assert len(inside) == 1
            tokens.append(fence.token)
            time.sleep(0.02)
            inside.pop()

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(tokens) == [1, 2, 3, 4, 5, 6]
