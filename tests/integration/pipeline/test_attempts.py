"""Two attempts at one step: one that works is waited for, one that hangs is not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from concord.errors import HubUnavailable
from concord.pipeline import batch as batch_room
from concord.pipeline import begin, lease
from concord.pipeline.batch import step
from tests.faults.processes import Child
from tests.support.world import World

HOLDING = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'concord step%%'"
    " AND datname = current_database() AND state = 'idle in transaction'"
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_room, "LOOK", 0.2)
    monkeypatch.setattr(batch_room, "SILENCE", 0.5)
    monkeypatch.setattr(batch_room, "STEP_WAIT", 2)


@contextmanager
def attempt(world: World, batch: int, name: str, system: str = "", **held: bool) -> Iterator[Child]:
    """A process that is inside a step and says nothing for as long as the block takes."""

    def work() -> None:
        engine = world.fresh_engine()
        with step(engine, batch, name, system, anyway=True):
            if held:
                with lease.hold(engine, f"{name}:{system}:party"):
                    time.sleep(60)
            time.sleep(60)

    child = Child.run(work)
    try:
        end = time.monotonic() + 20
        inside = "SELECT count(*) FROM ops.lease WHERE expires_at > now()" if held else HOLDING
        while not world.one("hub", inside):
            assert time.monotonic() < end
            time.sleep(0.01)
        yield child
    finally:
        child.kill()


def test_a_step_whose_first_attempt_hangs_is_taken_over(world: World) -> None:
    batch = begin(world.engine, lane="fast", run_id="one")
    with attempt(world, batch, "validate"):
        begun = time.monotonic()
        with step(world.engine, batch, "validate", anyway=True) as taken:
            assert not taken.past
        assert time.monotonic() - begun < batch_room.STEP_WAIT
    assert world.ops("SELECT state, tries FROM ops.batch_step") == [("done", 2)]


def test_a_load_that_still_renews_its_lease_is_waited_for(world: World) -> None:
    batch = begin(world.engine, lane="fast", run_id="one")
    with attempt(world, batch, "load", "crm", lease=True) as first:
        with (
            pytest.raises(HubUnavailable, match="lock timeout"),
            step(world.engine, batch, "load", "crm", anyway=True),
        ):
            pass
        assert first.alive()
        assert world.one("hub", HOLDING) == 1


def test_another_step_is_not_held_up_by_one_that_hangs(world: World) -> None:
    batch = begin(world.engine, lane="fast", run_id="one")
    with attempt(world, batch, "extract", "crm"):
        with step(world.engine, batch, "extract", "erp") as taken:
            assert not taken.past
        assert world.one("hub", HOLDING) == 1
