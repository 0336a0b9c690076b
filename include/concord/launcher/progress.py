"""Progress for a person: a line that counts on a terminal, plain lines elsewhere."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

PATIENCE = 2.0
"""Seconds after which a silent command would look stuck."""


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 5 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


class Step:
    """One step under way. `note` says more while it lasts, `result` when it is done."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.note = ""
        self.result = ""
        self.begun = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self.begun


class Progress:
    """Shows steps on a stream.

    `quiet` leaves out steps that were done before anybody would wonder.
    """

    def __init__(self, stream: TextIO | None = None, *, quiet: bool = False) -> None:
        self.stream = stream or sys.stdout
        self.quiet = quiet
        self.live = self.stream.isatty()
        encoding = getattr(self.stream, "encoding", None) or "ascii"
        try:
            "✓✗…".encode(encoding)
            self.done, self.failed, self.dots = "✓", "✗", "…"
        except UnicodeEncodeError:
            self.done, self.failed, self.dots = "+", "x", "..."

    def say(self, text: str = "") -> None:
        """Print a line of its own."""
        encoding = getattr(self.stream, "encoding", None) or "ascii"
        self.stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        self.stream.flush()

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Show `title` while the body runs, then how long it took and whether it went well."""
        step = Step(title)
        stop = threading.Event()
        shower = threading.Thread(target=self._show, args=(step, stop), daemon=True)
        shower.start()
        mark = self.failed
        try:
            yield step
            mark = self.done
        finally:
            stop.set()
            shower.join()
            if self.live:
                self.stream.write("\r\x1b[K")
            if not (self.quiet and mark == self.done and step.seconds < PATIENCE):
                result = f": {step.result}" if step.result else ""
                self.say(f"{mark} {title}{result} ({duration(step.seconds)})")

    def _show(self, step: Step, stop: threading.Event) -> None:
        """Redraw a terminal's line, or print a line after 2 s, 10 s and then every 30 s."""
        pause = 0.25 if self.live else PATIENCE
        while not stop.wait(pause):
            note = f", {step.note}" if step.note else ""
            line = f"{self.dots} {step.title} ({duration(step.seconds)}{note})"
            if not self.live:
                self.say(line)
                pause = 8.0 if pause == PATIENCE else 30.0
            elif not self.quiet or step.seconds >= PATIENCE:
                width = max(20, shutil.get_terminal_size().columns)
                self.stream.write("\r\x1b[K" + line[: width - 1])
                self.stream.flush()
