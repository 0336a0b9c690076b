"""Processes told apart for certain: a process id alone may belong to somebody else by now.

An `Identity` is a process id with the moment the process started, so a stale file never makes us
signal a stranger. Components run in a session of their own; Airflow's task processes change their
process group but not their session, so a component's whole offspring is found by session.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_PROC = Path("/proc")
_HAS_PROC = sys.platform.startswith("linux")


@dataclass(frozen=True)
class Identity:
    """A process id and an opaque mark of when it started, unique for this boot."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """The identity of a living process; None when there is none (a zombie is none)."""
        row = _row(pid)
        return None if row is None else row.identity

    @classmethod
    def load(cls, value: Any) -> Identity | None:
        """The identity that `dump` wrote; None for anything else."""
        if not isinstance(value, dict):
            return None
        pid, started = value.get("pid"), value.get("started")
        return cls(pid, started) if isinstance(pid, int) and isinstance(started, str) else None

    def dump(self) -> dict[str, Any]:
        """As JSON."""
        return {"pid": self.pid, "started": self.started}

    def alive(self) -> bool:
        """Whether this very process is still running."""
        return Identity.of(self.pid) == self


@dataclass(frozen=True)
class _Row:
    pid: int
    session: int
    ticks: int  # since boot; 0 where the system does not tell
    uid: int
    started: str

    @property
    def identity(self) -> Identity:
        return Identity(self.pid, self.started)


@cache
def _boot() -> str:
    return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]


def _row(pid: int) -> _Row | None:
    if not _HAS_PROC:
        return next((r for r in _ps(["-p", str(pid)]) if r.pid == pid), None)
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        uid = (_PROC / str(pid)).stat().st_uid
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The command name is in parentheses and may hold anything, parentheses too.
    fields = stat.rpartition(")")[2].split()
    if fields[0] in "ZXx":
        return None
    ticks = int(fields[19])
    return _Row(pid, int(fields[3]), ticks, uid, f"{_boot()}:{ticks}")


def _ps(options: list[str]) -> Iterable[_Row]:
    listing = subprocess.run(
        ["ps", *options, "-o", "pid=,pgid=,uid=,stat=,lstart="],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout
    for line in listing.splitlines():
        pid, pgid, uid, state, started = line.split(None, 4)
        if not state.startswith("Z"):
            yield _Row(int(pid), int(pgid), 0, int(uid), started.strip())


def _table() -> Iterable[_Row]:
    if not _HAS_PROC:
        return _ps(["-ax"])
    rows = (_row(int(entry)) for entry in os.listdir(_PROC) if entry.isdigit())
    return [row for row in rows if row is not None]


def offspring(leader: Identity) -> list[Identity]:
    """Living processes of the session that `leader` opened, the leader included.

    The kernel does not give a process id away while a session of that number exists, so members
    are ours even after the leader died; one that started before the leader is not.
    """
    since = int(leader.started.rpartition(":")[2]) if _HAS_PROC else 0
    return [
        row.identity
        for row in _table()
        if row.session == leader.pid
        and row.ticks >= since
        and row.uid == os.getuid()
        and (row.pid != leader.pid or row.identity == leader)
    ]


def working_in(directory: Path) -> list[Identity]:
    """Living processes whose working directory is `directory` (Linux; elsewhere none)."""
    found = []
    for entry in os.listdir(_PROC) if _HAS_PROC else ():
        if entry.isdigit():
            with suppress(OSError):
                if os.path.samefile(_PROC / entry / "cwd", directory):
                    identity = Identity.of(int(entry))
                    found.extend([identity] if identity else [])
    return found


def send(identity: Identity, number: int) -> None:
    """Signal this very process; nothing happens when it is gone."""
    if identity.alive():
        with suppress(ProcessLookupError):
            os.kill(identity.pid, number)


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.1) -> bool:
    """Poll until `condition` holds; False when it did not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
    return True


def end(members: Callable[[], list[Identity]], grace: float) -> list[Identity]:
    """End all that `members` finds: TERM, up to `grace` seconds, then KILL.

    `members` is asked again before each signal, for what was started meanwhile.

    Returns:
        Those that did not end even so.
    """
    for identity in members():
        send(identity, signal.SIGTERM)
    if not wait_until(lambda: not members(), grace):
        for _ in range(3):
            for identity in members():
                send(identity, signal.SIGKILL)
            if wait_until(lambda: not members(), 3):
                break
    return members()
