"""What runs now: start the supervisor, see what it says, and end it with all that it started."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from concord.launcher import supervisor
from concord.launcher.airflow import Interface
from concord.launcher.faults import LaunchError
from concord.launcher.files import read_json, write_json
from concord.launcher.places import Places
from concord.launcher.processes import Identity, end, offspring, send, wait_until, working_in

_PATIENCE = 90.0
_GRACE = 5.0


@dataclass(frozen=True)
class ComponentState:
    """One component as the supervisor last wrote it, checked against the processes there are."""

    name: str
    state: str  # running, waiting, resting, failed, stopped, lost
    pid: int | None
    restarts: int
    exit: int | None


@dataclass(frozen=True)
class Running:
    """What the state file says, checked."""

    supervisor: Identity | None
    interface: Interface
    components: tuple[ComponentState, ...]

    @property
    def up(self) -> bool:
        """Whether the supervisor lives."""
        return self.supervisor is not None

    @property
    def given_up(self) -> list[str]:
        """Components that died at once again and again."""
        return [c.name for c in self.components if c.state == "failed"]


def look(places: Places) -> Running:
    """What runs now. A state file of processes that are gone counts for nothing."""
    state = read_json(supervisor.state_file(places))
    identity = Identity.load(state.get("supervisor"))
    alive = identity if identity is not None and identity.alive() else None
    components = [_component(n, c) for n, c in sorted(state.get("components", {}).items())]
    return Running(alive, Interface(**state.get("interface", {})), tuple(components))


def _component(name: str, entry: Mapping[str, Any]) -> ComponentState:
    identity = Identity.load(entry.get("process"))
    alive = identity is not None and identity.alive()
    state = entry.get("state", "lost")
    if state == "running" and not alive:
        state = "lost"
    pid = identity.pid if identity is not None and alive else None
    return ComponentState(name, state, pid, entry.get("restarts", 0), entry.get("exit"))


def start(
    places: Places,
    env: Mapping[str, str],
    interface: Interface,
    work: Mapping[str, Any],
    *,
    embedded: bool,
) -> None:
    """Start the supervisor, which outlives this command, and wait until it has begun.

    `work` has `components` (name -> command) and may have `delays` (name -> seconds until it
    starts), `patience` (name -> seconds that it gets to end), `last` (names that the others need
    until they have ended) and `periodic` (name -> argv, every, first).

    Raises:
        LaunchError: it ended at once; the message has its words.
    """
    spec = {
        **work,
        "interface": {"host": interface.host, "port": interface.port},
        "embedded": embedded,
    }
    write_json(supervisor.spec_file(places), spec)
    log = places.logs / "supervisor.log"
    with log.open("ab") as file:
        begun = file.tell()
        process = subprocess.Popen(
            [str(places.python), "-m", "concord.launcher.supervisor"],
            env=dict(env),
            cwd=places.run,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _outliving.append(process)

    def begins() -> bool:
        running = look(places).supervisor
        return process.poll() is not None or (running is not None and running.pid == process.pid)

    if not wait_until(begins, 30.0) or process.poll() is not None:
        said = log.read_bytes()[begun:].decode(errors="replace").strip()
        raise LaunchError(f"The supervisor did not start: {said[-500:]}", f"Log: {log}")


def stop(places: Places) -> bool:
    """End the supervisor, the components and all that they started.

    Returns:
        Whether anything ran.

    Raises:
        LaunchError: a process could not be ended.
    """
    identity = look(places).supervisor
    if identity is not None:
        send(identity, signal.SIGTERM)
        if not wait_until(lambda: not _alive(identity), _PATIENCE):
            send(identity, signal.SIGKILL)
    remains = _remains(places)
    survivors = end(lambda: _remains(places), _GRACE)
    if survivors:
        pids = ", ".join(str(process.pid) for process in survivors)
        raise LaunchError(f"The processes {pids} cannot be ended.", "End them by hand.")
    supervisor.state_file(places).unlink(missing_ok=True)
    supervisor.spec_file(places).unlink(missing_ok=True)
    return identity is not None or bool(remains)


def _remains(places: Places) -> list[Identity]:
    """What components left: by the sessions that were written down, and by where they work."""
    components = read_json(supervisor.state_file(places)).get("components", {})
    leaders = [Identity.load(entry.get("process")) for entry in components.values()]
    found = {process for leader in leaders if leader for process in offspring(leader)}
    home = supervisor.home_of_components(places)
    found.update(working_in(home) if home.exists() else ())
    return sorted(found, key=lambda process: process.pid)


def _alive(identity: Identity) -> bool:
    for process in _outliving:
        process.poll()  # a child of ours stays as a zombie until it is asked for
    return identity.alive()


_outliving: list[subprocess.Popen[bytes]] = []
"""Supervisors that are meant to go on; a Popen object that is dropped would warn."""
