"""The change signal: what a commit in a system does to the trigger, on real PostgreSQL."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import psycopg
import pytest

from concord.orchestration import signal
from concord.orchestration.signal import ChangeSignal

PAUSE = 1.0
QUIET = 1.5  # seconds without an event after which none is on its way

Behaviour = Callable[["Events"], Awaitable[None]]


class Events:
    """A running trigger, and what it fires."""

    def __init__(self, fired: AsyncIterator[Any]) -> None:
        self._fired = fired
        self._next: asyncio.Task[Any] | None = None

    async def within(self, seconds: float) -> Any:
        """The payload of the next event, None when there is none for so long."""
        self._next = self._next or asyncio.ensure_future(anext(self._fired))
        done, _ = await asyncio.wait({self._next}, timeout=seconds)
        if not done:
            return None
        event, self._next = self._next.result(), None
        return event.payload

    async def close(self) -> None:
        if self._next is not None:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)
        await self._fired.aclose()


@pytest.fixture
def watched(sandbox_urls: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The sandbox's systems, as the environment names them."""
    for system, url in sandbox_urls.items():
        monkeypatch.setenv(f"CONCORD_{system.upper()}_URL", url)
    return sandbox_urls


def play(behaviour: Behaviour, systems: tuple[str, ...] = ("erp", "crm")) -> None:
    """Run a trigger in an event loop, and the behaviour beside it, after its first event."""

    async def both() -> None:
        events = Events(ChangeSignal(list(systems), PAUSE).run())
        try:
            await behaviour(events)
        finally:
            await events.close()

    asyncio.run(both())


def signals(url: str, times: int = 1) -> None:
    """So many commits, each with a signal."""
    with psycopg.connect(url, autocommit=True) as conn:
        for _ in range(times):
            conn.execute("NOTIFY concord_changed, ''")


async def listening(events: Events) -> None:
    """Wait for the event of the first connections, and until nothing more comes of them."""
    assert await events.within(20)
    while await events.within(QUIET):
        pass


def test_a_commit_is_one_event_that_names_its_system(watched: dict[str, str]) -> None:
    async def behaviour(events: Events) -> None:
        await listening(events)
        signals(watched["crm"])
        assert await events.within(3) == {"systems": ["crm"]}
        assert await events.within(QUIET) is None

    play(behaviour)


def test_many_commits_are_few_events_and_the_last_one_is_never_missed(
    watched: dict[str, str],
) -> None:
    async def behaviour(events: Events) -> None:
        await listening(events)
        signals(watched["erp"], 200)
        signals(watched["crm"], 200)
        assert await events.within(3) == {"systems": ["crm", "erp"]}
        signals(watched["erp"])  # while it rests
        begun = asyncio.get_running_loop().time()
        assert await events.within(5) == {"systems": ["erp"]}
        assert asyncio.get_running_loop().time() - begun >= PAUSE
        assert await events.within(QUIET) is None

    play(behaviour)


def test_a_lost_connection_comes_back_and_fires_once_since_something_may_be_missed(
    watched: dict[str, str],
) -> None:
    async def behaviour(events: Events) -> None:
        await listening(events)
        with psycopg.connect(watched["crm"], autocommit=True) as conn:
            ended = conn.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE application_name = 'concord signal' AND datname = current_database()"
            ).fetchone()
        assert ended == (1,)
        assert await events.within(10) == {"systems": ["crm"]}
        assert await events.within(QUIET) is None
        signals(watched["crm"])
        assert await events.within(3) == {"systems": ["crm"]}

    play(behaviour)


def test_a_system_that_is_away_takes_no_signal_from_the_others(
    watched: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("CONCORD_CRM_URL", "postgresql://reader:hush@127.0.0.1:1/crm")

    async def behaviour(events: Events) -> None:
        await listening(events)
        signals(watched["erp"])
        assert await events.within(3) == {"systems": ["erp"]}

    play(behaviour)
    assert "No change signal from crm" in caplog.text
    assert "hush" not in caplog.text


def test_a_system_without_a_signal_has_none_and_asks_for_no_address(
    watched: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from concord.systems.registry import SIGNALS

    monkeypatch.delitem(SIGNALS, "postgres")

    async def behaviour(events: Events) -> None:
        assert await events.within(QUIET) is None

    play(behaviour)
    assert caplog.text == ""


def test_a_defect_ends_the_trigger_with_its_error(
    watched: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(signal, "_spec", broken)

    async def behaviour(events: Events) -> None:
        with pytest.raises(ZeroDivisionError):
            await events.within(5)

    play(behaviour)


def test_what_airflow_stores_has_names_and_no_address(dag_bag: Any) -> None:
    (asset,) = dag_bag.dags["micro_batch_fast"].timetable.asset_condition.objects
    (watcher,) = asset.watchers
    path, kwargs = watcher.trigger.serialize()
    assert path == "concord.orchestration.signal.ChangeSignal"
    assert json.loads(json.dumps(kwargs)) == {"systems": ["erp", "crm"], "pause_seconds": 3}
    assert ChangeSignal(**kwargs).serialize() == (path, kwargs)
