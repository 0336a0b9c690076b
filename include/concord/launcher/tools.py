"""Run other programs: their words into a log, a failure into one clear error."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from concord.launcher.faults import from_output
from concord.launcher.places import Places

Argv = Sequence[str | Path]
"""A program and its arguments."""


class Tool:
    """A program that runs, in the background until `wait`."""

    def __init__(
        self,
        task: str,
        argv: Argv,
        env: Mapping[str, str],
        places: Places,
        *,
        log: str = "setup.log",
        keep: Sequence[int] = (),
        lines: int = 12,
    ) -> None:
        """Start `argv` in the checkout. `keep` are file descriptors that it inherits."""
        self.task, self.places, self.lines = task, places, lines
        places.logs.mkdir(parents=True, exist_ok=True)
        self.log = places.logs / log
        with self.log.open("ab") as file:
            self._from = file.tell()
            self._process = subprocess.Popen(
                [str(part) for part in argv],
                env=dict(env),
                cwd=places.root,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                pass_fds=tuple(keep),
            )

    def output(self) -> str:
        """What it said so far."""
        with self.log.open("rb") as file:
            file.seek(self._from)
            return file.read().decode(errors="replace")

    def wait(self) -> str:
        """Wait for its end and return what it said. Ends it when interrupted.

        Raises:
            LaunchError: it failed; the message has its last lines.
        """
        try:
            code = self._process.wait()
        finally:
            self.end()
        if code:
            said = self.output()
            if code == -signal.SIGKILL:
                said += "\nIt was killed; the machine may be short of memory."
            raise from_output(self.task, said, self.places.home, self.log, self.lines)
        return self.output()

    def end(self) -> None:
        """End it if it still runs."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def run(
    task: str,
    argv: Argv,
    env: Mapping[str, str],
    places: Places,
    *,
    log: str = "setup.log",
    keep: Sequence[int] = (),
    lines: int = 12,
) -> str:
    """Run a program to its end; see `Tool`."""
    return Tool(task, argv, env, places, log=log, keep=keep, lines=lines).wait()
