"""Peers: what other tools need for the same work, in the same run on the same machine.

Each tool is installed by uv into an environment of its own when it is first asked for, with the
versions named here; a tool that cannot be had is named with the reason. It runs as a program of its
own, as a scheduled job would: start-up and imports count. What it did is verified as ours is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from concord.bench import programs
from concord.bench.results import Taken
from concord.bench.workloads import Job
from concord.errors import ConcordError
from concord.launcher.environment import for_uv

PROGRAMS = Path(__file__).parent / "programs"
PATIENCE = 600  # seconds that an installation may take


@dataclass(frozen=True)
class Peer:
    """A tool; it takes part in a workload when programs/<workload>_<name>.py is there."""

    name: str
    shown: str
    requirements: tuple[str, ...]


PSYCOPG = "psycopg[binary]==3.3.9"
PEERS = (
    Peer("psycopg", "psycopg COPY", (PSYCOPG,)),
    Peer("pandas", "pandas", ("pandas==3.0.6", "SQLAlchemy==2.1.9", PSYCOPG)),
    Peer("duckdb", "DuckDB", ("duckdb==1.4.4", "duckdb-ext-postgres==1.4.4.20260205")),
    Peer("dlt", "dlt", ("dlt[postgres,sql_database]==1.31.0", "pyarrow==26.0.1", PSYCOPG)),
    Peer("reladiff", "reladiff", ("reladiff[postgresql]==0.6.0", "setuptools<81")),
    Peer(
        "datacompy", "datacompy on Polars",
        ("datacompy==1.1.0", "polars==1.44.2", "pyarrow==26.0.1", "adbc-driver-postgresql"),
    ),
    Peer("sling", "sling", ("sling==1.4.11", "sling-linux-amd64==1.4.11")),
    Peer("gx", "GX alone", ("great-expectations==1.24.1", "SQLAlchemy==2.1.9", PSYCOPG)),
    Peer("pandera", "pandera", ("pandera[pandas]==0.35.0", "SQLAlchemy==2.1.9", PSYCOPG)),
)  # fmt: skip
"""In the order of their use."""


class Absent(ConcordError):
    """A peer cannot be had here; the message says why."""


def measure(
    job: Job,
    workload: str,
    given: Sequence[str],
    ready: Callable[[], object] | None,
    right: Callable[[str], bool],
) -> tuple[dict[str, Taken], list[str]]:
    """Run every peer of a workload `job.repeat` times; what was taken, and who is absent and why.

    `given` are the arguments of the programs. `ready` is called before each run, `right` after it
    with what the program said; a program that fails gives no figure and is named with its words.
    """
    assert job.peers
    taken: dict[str, Taken] = {}
    absent: list[str] = []
    for peer in PEERS:
        program = PROGRAMS / f"{workload}_{peer.name}.py"
        if not program.exists():
            continue
        try:
            python = installed(job.peers, peer)
            job.say(f"peer: {peer.shown}")
            taken[peer.shown] = _runs(job, [str(python), str(program), *given], ready, right)
        except (Absent, programs.Failed) as e:
            absent.append(f"{workload}: {peer.shown}: {e}")
    return taken, absent


def _runs(
    job: Job,
    argv: Sequence[str],
    ready: Callable[[], object] | None,
    right: Callable[[str], bool],
) -> Taken:
    seconds: list[float] = []
    peaks: list[float] = []
    verified = True
    for _ in range(job.repeat):
        if ready:
            ready()
        ran = programs.run(argv, environment())
        seconds.append(ran.seconds)
        peaks.append(ran.peak_mb)
        verified &= right(ran.said)
    return Taken(seconds, verified, max(peaks))


def environment() -> dict[str, str]:
    """The environment of a peer: nothing of ours, and no word to anybody."""
    quiet = {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "SLING_DISABLE_TELEMETRY": "true",
        "GX_ANALYTICS_ENABLED": "false",
        "PYTHONWARNINGS": "ignore",
    }
    return for_uv(os.environ) | quiet


def installed(home: Path, peer: Peer) -> Path:
    """The interpreter of a peer's environment, which is made when it is not there.

    Raises:
        Absent: it cannot be installed; says why.
    """
    place = home / peer.name
    python, marker = place / "bin" / "python", place / "concord.txt"
    wanted = "\n".join(peer.requirements)
    if marker.exists() and python.exists() and marker.read_text(encoding="utf-8") == wanted:
        return python
    uv = _uv(home)
    for argv in (
        [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(place)],
        [
            uv,
            "pip",
            "install",
            "--quiet",
            "--compile-bytecode",
            "--python",
            str(python),
            *peer.requirements,
        ],
    ):
        _install(argv)
    marker.write_text(wanted, encoding="utf-8")
    return python


def _install(argv: Sequence[str]) -> None:
    try:
        done = subprocess.run(
            argv,
            env=for_uv(os.environ),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Absent(f"not installed within {PATIENCE} seconds") from None
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise Absent("not installed: " + (" ".join(lines[:2]) or "uv failed without a word"))


def _uv(home: Path) -> str:
    """The uv on PATH, or the one that the launcher installed. Raises Absent."""
    own = home.parent.parent / "bootstrap" / "bin" / "uv"
    found = shutil.which("uv") or (str(own) if own.exists() else None)
    if found is None:
        raise Absent("there is no uv to install it with")
    return found
