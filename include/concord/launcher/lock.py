"""One command at a time may set up, start or stop things."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from concord.launcher.faults import LaunchError
from concord.launcher.places import Places
from concord.launcher.progress import Progress


@dataclass(frozen=True)
class Held:
    """A lock that is held.

    Tools that change what it protects inherit `fd`: should this command be killed, the lock stays
    held until they are gone too.
    """

    fd: int


@contextmanager
def hold(
    places: Places, command: str, progress: Progress, patience: float = 900.0
) -> Iterator[Held]:
    """Hold the lock; wait up to `patience` seconds for another command to finish.

    Raises:
        LaunchError: the other command took longer; it names its process id.
    """
    places.home.mkdir(parents=True, exist_ok=True)
    fd = os.open(places.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not _try(fd):
            _wait(fd, progress, patience)
        os.ftruncate(fd, 0)
        with suppress(OSError):  # on a full disk `down` must still work
            os.pwrite(fd, f"./concord {command}, process {os.getpid()}".encode(), 0)
        yield Held(fd)
    finally:
        with suppress(OSError):
            os.ftruncate(fd, 0)
        os.close(fd)


def free(places: Places) -> bool:
    """Whether nobody holds the lock at this moment."""
    with suppress(FileNotFoundError):
        fd = os.open(places.lock, os.O_RDWR | os.O_CLOEXEC)
        try:
            return _try(fd)
        finally:
            os.close(fd)
    return True


def _try(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(fd: int, progress: Progress, patience: float) -> None:
    holder = os.pread(fd, 200, 0).decode(errors="replace") or "a tool of an interrupted command"
    deadline = time.monotonic() + patience
    with progress.step(f"Waiting for {holder}"):
        while not _try(fd):
            if time.monotonic() > deadline:
                raise LaunchError(
                    f"{holder} is still at work.", "Wait for it, or end it, and try again."
                )
            time.sleep(0.2)
