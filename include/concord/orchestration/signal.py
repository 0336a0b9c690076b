"""The event that starts a lane: a system says that something was changed in it.

A trigger, run by Airflow's triggerer, listens to every system of the lane that has a signal. What
comes in a short while is one event, and after an event it rests. The lane's DAG runs one at a time
and keeps at most one event waiting, so any number of changes during a run make one more run.

A signal is only a hint to look: what changed is read from the committed cursors, so one too many
does no harm, and for one too few there is the schedule.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

if TYPE_CHECKING:
    from concord.model.spec import SystemSpec

log = logging.getLogger("concord.signal")

GATHER = 0.5  # seconds in which changes that belong together mostly come
LONGEST = 60.0  # seconds between two tries to connect
STEADY = 60.0  # seconds after which a connection counts as good


class ChangeSignal(BaseEventTrigger):
    """Fires when one of the systems has changed, `pause_seconds` apart at least.

    It is stored with the names of the systems alone. Their addresses, which hold passwords, are
    found each time that it connects.
    """

    def __init__(self, systems: list[str], pause_seconds: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.systems, self.pause_seconds = systems, pause_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """What Airflow keeps to make the trigger again."""
        kwargs = {"systems": self.systems, "pause_seconds": self.pause_seconds}
        return f"{type(self).__module__}.{type(self).__qualname__}", kwargs

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """One event for all changes of a while, with the names of the systems that signalled."""
        changed: set[str] = set()
        woken = asyncio.Event()
        listeners = {asyncio.create_task(_listen(name, changed, woken)) for name in self.systems}
        try:
            while True:
                await _until(woken, listeners)
                await asyncio.sleep(GATHER)
                event = TriggerEvent({"systems": sorted(changed)})  # type: ignore[no-untyped-call]
                changed.clear()
                woken.clear()
                yield event
                await asyncio.sleep(self.pause_seconds)
        finally:
            for listener in listeners:
                listener.cancel()
            await asyncio.gather(*listeners, return_exceptions=True)


async def _until(woken: asyncio.Event, listeners: set[asyncio.Task[None]]) -> None:
    """Wait for a signal; a listener that ends by a defect ends the trigger with it."""
    waiting = asyncio.create_task(woken.wait())
    try:
        while not waiting.done():
            done, _ = await asyncio.wait({waiting, *listeners}, return_when=asyncio.FIRST_COMPLETED)
            for listener in done & listeners:
                listener.result()
                listeners.discard(listener)
    finally:
        waiting.cancel()


async def _listen(name: str, changed: set[str], woken: asyncio.Event) -> None:
    """Note each signal of a system, and each new connection: changes may have been missed.

    Ends at once for a system that has no signal.
    """
    from concord.errors import ConcordError

    failures = 0
    while True:
        begun = time.monotonic()
        try:
            spec = await asyncio.to_thread(_spec, name)
            async for _ in _signals(spec):
                changed.add(name)
                woken.set()
            return
        except ConcordError as error:
            failures = 1 if time.monotonic() - begun > STEADY else failures + 1
            pause = min(LONGEST, 2.0**failures) * random.uniform(0.5, 1)
            log.warning("No change signal from %s, again in %.0f s: %s", name, pause, error)
            await asyncio.sleep(pause)


def _spec(name: str) -> SystemSpec:
    """What systems.yaml says now. Imports what listening needs, beside Airflow's event loop."""
    import concord.orchestration.bridge
    import concord.systems.registry
    from concord.model.read import load_config

    config = load_config()
    concord.orchestration.bridge.hide_passwords(config)
    return config.system[name]


async def _signals(spec: SystemSpec) -> AsyncIterator[None]:
    from concord.orchestration.bridge import system_url
    from concord.systems.registry import SIGNALS

    signal = SIGNALS.get(spec.kind)
    if signal is None:
        return
    url = await system_url(spec)
    async for _ in signal(spec.name, spec.connection, url):
        yield
