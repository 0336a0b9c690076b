"""`./concord status` and `./concord down`."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from concord.launcher import airflow, environment, runtime, settings
from concord.launcher.lock import hold
from concord.launcher.places import Places
from concord.launcher.postgres import Cluster
from concord.launcher.progress import Progress
from concord.launcher.tools import Argv, run

STOPPED = 3
"""Exit code of `status` when nothing runs."""


def show(places: Places, environ: Mapping[str, str], wait: float | None = None) -> int:
    """Print what runs and what the last batches did, after waiting `wait` seconds for agreement.

    Returns:
        0 when all is well, 1 when something is not running, 3 when nothing is.

    Raises:
        LaunchError: the two sides do not agree within `wait` seconds.
    """
    running = runtime.look(places)
    postgres = Cluster(places, environ).postmaster()
    rows = [(c.name, c.state, c.pid, _history(c)) for c in running.components]
    if postgres is not None:
        rows.append(("postgres", "running", postgres.pid, ""))
    if not running.up and any(c.pid for c in running.components):
        rows.append(("supervisor", "lost", None, "./concord up or ./concord down puts it right"))
    if not rows:
        print("Concord is not running. Start it: ./concord up")
        return STOPPED
    if wait is not None:
        print(f"{agreed(places, environ, wait)}\n")
    for name, state, pid, note in rows:
        print(f"{name:<14}{state:<10}{f'pid {pid}' if pid else '':<14}{note}".rstrip())
    if running.up:
        password = places.shown(airflow.password_file(places))
        print(f"{'interface':<14}{running.interface.url}  ({airflow.USER}, password in {password})")
    if batches := brief(places, environ):
        print(f"\n{batches}")
    healthy = all(c.state in ("running", "resting") for c in running.components)
    return 0 if running.up and healthy else 1


def _history(component: runtime.ComponentState) -> str:
    log = f"see {component.name}.log"
    if component.state == "failed":
        return f"given up after ending with {component.exit} again and again; {log}"
    if component.state == "resting":
        ended = {None: "", 0: "; last time all was well"}
        return "runs daily" + ended.get(component.exit, f"; ended with {component.exit}; {log}")
    return f"restarted {component.restarts} times; {log}" if component.restarts else ""


def down(places: Places, environ: Mapping[str, str], progress: Progress) -> int:
    """Stop everything that `up` or another command started. Returns the exit code."""
    with hold(places, "down", progress):
        with progress.step("Stopping Airflow"):
            anything = runtime.stop(places)
        with progress.step("Stopping PostgreSQL"):
            anything = Cluster(places, environ).stop() or anything
    progress.say("Stopped." if anything else "Nothing was running.")
    return 0


def brief(places: Places, environ: Mapping[str, str]) -> str:
    """The last batches in a few lines; empty when they cannot be had quickly."""
    cluster = Cluster(places, environ)
    chosen = settings.load(places, environ)
    if not environment.ready(places) or (chosen.embedded and not cluster.ready()):
        return ""
    env = settings.children(places, chosen, cluster.socket, environ)
    argv = [str(places.python), "-m", "concord.cli", "status", "--brief"]
    try:
        answer = subprocess.run(
            argv, env=env, capture_output=True, text=True, timeout=20, check=False
        )
    except subprocess.TimeoutExpired:
        return "The hub did not answer within 20 s."
    said = answer.stdout if answer.returncode == 0 else answer.stderr
    return said.strip()


def agreed(places: Places, environ: Mapping[str, str], seconds: float) -> str:
    """Wait until both sides agree; what they agree on. Raises LaunchError when they do not."""
    chosen = settings.load(places, environ)
    env = settings.children(places, chosen, Cluster(places, environ).socket, environ)
    argv: Argv = [places.python, "-m", "concord.cli", "status", "--wait", str(seconds), "--brief"]
    said = run("Waiting until both sides agree", argv, env, places, log="up.log")
    return said.splitlines()[0]


@contextmanager
def undisturbed() -> Iterator[None]:
    """Clean up to the end even if Ctrl-C is pressed again."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [(number, signal.signal(number, signal.SIG_IGN)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
