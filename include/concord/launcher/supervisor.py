"""The supervisor: one small process that keeps the components running, and ends them.

It reads `run/spec.json`, starts each component in a session of its own, restarts one that dies,
and writes what it knows to `run/components.json`. SIGTERM makes it end them all and leave. A
component that dies at once again and again is given up, so that the state says so and a machine
is not kept busy by it. A periodic one is meant to end, and runs again after a while.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from concord.errors import ConcordError
from concord.launcher import lock
from concord.launcher.files import read_json, write_json
from concord.launcher.places import Places
from concord.launcher.postgres import Cluster
from concord.launcher.processes import Identity, end, offspring, send
from concord.launcher.progress import Progress

LOG_LIMIT = 20 * 2**20
"""Bytes after which a log is moved aside; one older one is kept."""

_DATABASE_CHECK = 2.0


@dataclass(frozen=True)
class Policy:
    """When to start a component again: seconds, and how often it may die early."""

    settled: float = 60.0
    first_pause: float = 1.0
    longest_pause: float = 30.0
    early_deaths: int = 8

    def pause(self, deaths: int) -> float:
        """How long to wait after the given number of early deaths in a row."""
        return float(min(self.longest_pause, self.first_pause * 2 ** max(0, deaths - 1)))


@dataclass
class Component:
    """One program that is kept running."""

    name: str
    argv: list[str]
    log: Path
    directory: Path
    every: float | None = None  # seconds between runs of one that is meant to end
    patience: float = 12.0  # seconds that it and its workers get to end by themselves
    last: bool = False  # others need it until they have ended
    state: str = "waiting"  # waiting, running, resting, failed, stopped
    restarts: int = -1
    deaths: int = 0  # early ones in a row
    due: float = 0.0
    begun: float = 0.0
    exit: int | None = None
    process: subprocess.Popen[bytes] | None = None
    identity: Identity | None = field(default=None)

    def start(self) -> None:
        """Start it in a session of its own, in a directory where nobody else is."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.argv,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.identity = Identity.of(self.process.pid)
        self.state, self.begun = "running", time.monotonic()
        self.restarts += 1

    def died(self, policy: Policy, code: int) -> None:
        """Take note of its end, end what it left, and decide when it starts again."""
        if self.identity is not None:
            end(self.members, grace=1.0)
        now = time.monotonic()
        if self.every is not None:
            self.exit, self.process = code, None
            self.state, self.due = "resting", now + self.every
            return
        self.deaths = 1 if now - self.begun > policy.settled else self.deaths + 1
        self.exit, self.process = code, None
        self.state = "failed" if self.deaths >= policy.early_deaths else "waiting"
        self.due = now + policy.pause(self.deaths)

    def members(self) -> list[Identity]:
        """Its living processes, workers included."""
        if self.process is not None:
            self.process.poll()  # bury it, or it stays as a zombie of ours
        return offspring(self.identity) if self.identity is not None else []

    def gone(self) -> bool:
        """Whether nothing of it is left."""
        return not self.members()

    def dump(self) -> dict[str, Any]:
        """Its state, for `status` and for whoever has to clean up."""
        process = self.identity.dump() if self.identity is not None else None
        return {
            "state": self.state,
            "process": process,
            "restarts": max(0, self.restarts),
            "exit": self.exit,
        }


class Supervisor:
    """Keeps components running until it is told to stop."""

    def __init__(self, places: Places, spec: Mapping[str, Any], cluster: Cluster | None) -> None:
        self.places, self.cluster = places, cluster
        self.policy = Policy(**spec.get("policy", {}))
        self.components = [
            Component(name, list(argv), places.logs / f"{name}.log", home_of_components(places))
            for name, argv in spec["components"].items()
        ]
        for component in self.components:
            component.due = time.monotonic() + spec.get("delays", {}).get(component.name, 0.0)
            component.last = component.name in spec.get("last", ())
            patience = spec.get("patience", {})
            component.patience = patience.get(component.name, component.patience)
        for name, job in spec.get("periodic", {}).items():
            log, directory = places.logs / f"{name}.log", home_of_components(places)
            made = Component(name, list(job["argv"]), log, directory, float(job["every"]))
            made.state, made.due = "resting", time.monotonic() + float(job["first"])
            self.components.append(made)
        self._interface = spec.get("interface", {})
        self._stopping = self._again = False
        self._written: dict[str, Any] = {}
        self._database_due = 0.0

    def run(self) -> None:
        """Until SIGTERM. SIGUSR1 tries again what was given up."""
        home_of_components(self.places).mkdir(parents=True, exist_ok=True)
        with self._signals() as woken:
            while not self._stopping:
                self._look_after()
                self._write()
                select.select([woken], [], [], 0.5)
                with suppress(BlockingIOError):
                    os.read(woken, 1024)
        self.stop()

    def stop(self) -> None:
        """End every component with all that it started; what others need, last.

        A component is told alone, so that its workers finish what they do; what is left of it
        after its patience is ended by force.
        """
        for group in (False, True):
            going = [c for c in self.components if c.last is group and not c.gone()]
            begun = time.monotonic()
            for component in going:
                if component.identity is not None:
                    send(component.identity, signal.SIGTERM)
            while going := [component for component in going if not component.gone()]:
                for component in going:
                    if time.monotonic() - begun > component.patience:
                        self._force(component)
                time.sleep(0.1)
        for component in self.components:
            component.state = "stopped"
        self._write()

    def _force(self, component: Component) -> None:
        for process in end(component.members, grace=1.0):
            print(f"process {process.pid} cannot be ended", flush=True)
            component.process = component.identity = None  # nothing more can be done about it

    def _look_after(self) -> None:
        now = time.monotonic()
        if now >= self._database_due:
            self._revive_database()
            self._database_due = now + _DATABASE_CHECK
        if self._again:
            self._again = False
            for component in self.components:
                if component.state == "failed":
                    component.state, component.deaths, component.due = "waiting", 0, now
        for component in self.components:
            code = component.process.poll() if component.process is not None else None
            if code is not None:
                print(f"{_clock()} {component.name} ended with {code}", flush=True)
                component.died(self.policy, code)
            if component.state in ("waiting", "resting") and now >= component.due:
                try:
                    component.start()
                except OSError as error:
                    print(f"{_clock()} {component.name}: {error}", flush=True)
                    component.begun = now
                    component.died(self.policy, 127)
            _limit(component.log)
        _limit(self.places.logs / "postgres.log")

    def _revive_database(self) -> None:
        """Start the embedded PostgreSQL again if it died; nobody else would notice."""
        if self.cluster is None or self.cluster.postmaster() is not None:
            return
        if not lock.free(self.places):
            return  # a command is at work, perhaps stopping it
        print(f"{_clock()} PostgreSQL is gone; starting it", flush=True)
        try:
            self.cluster.start(Progress())
        except (ConcordError, OSError) as error:
            print(f"{_clock()} {error}", flush=True)

    def _write(self) -> None:
        own = Identity.of(os.getpid())
        state = {
            "supervisor": own.dump() if own else None,
            "interface": self._interface,
            "components": {c.name: c.dump() for c in self.components},
        }
        if state == self._written:
            return
        try:
            write_json(state_file(self.places), state)
        except OSError as error:  # a full disk must not end what runs
            print(f"{_clock()} {error}", flush=True)
        else:
            self._written = state

    @contextmanager
    def _signals(self) -> Iterator[int]:
        """Let signals set flags; give a descriptor that each of them wakes."""

        def stop(number: int, frame: object) -> None:
            self._stopping = True

        def again(number: int, frame: object) -> None:
            self._again = True

        woken, waker = os.pipe()
        os.set_blocking(woken, False)
        os.set_blocking(waker, False)
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGUSR1, again)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(waker)
        try:
            yield woken
        finally:
            signal.set_wakeup_fd(-1)


def state_file(places: Places) -> Path:
    """What runs, as the supervisor last knew it."""
    return places.run / "components.json"


def spec_file(places: Places) -> Path:
    """What the supervisor is to run."""
    return places.run / "spec.json"


def home_of_components(places: Places) -> Path:
    """The working directory of all components: what works in there is theirs."""
    return places.run / "components"


def _limit(log: Path) -> None:
    with suppress(FileNotFoundError):
        if log.stat().st_size > LOG_LIMIT:
            # Writers append, so a truncated file goes on from its beginning.
            older = log.with_suffix(".old.log")
            with suppress(OSError):
                older.write_bytes(log.read_bytes())
            os.truncate(log, 0)


def _clock() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")


def main() -> int:
    """Supervise what `run/spec.json` of this checkout names."""
    places = Places.find(os.environ)
    spec = read_json(spec_file(places))
    cluster = Cluster(places, os.environ) if spec.get("embedded") else None
    Supervisor(places, spec, cluster).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
