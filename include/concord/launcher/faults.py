"""What goes wrong around a start, in words for a person: what, where, why, what to do."""

from __future__ import annotations

import errno
import re
import shutil
from pathlib import Path

from concord.errors import ConcordError

_FULL = ("no space left on device", "disk quota exceeded", "could not extend file")
_OFFLINE = (
    "dns error",
    "failed to lookup address",
    "name or service not known",
    "temporary failure in name resolution",
    "network is unreachable",
    "connection refused",
    "error sending request",
    "connecttimeout",
    "operation timed out",
    "max retries exceeded",
    "newconnectionerror",
    "could not connect",
    "failed to fetch",
    "no matching distribution found",
)
_CREDENTIALS = re.compile(r"//[^/@\s]+@")


class LaunchError(ConcordError):
    """Starting or stopping cannot go on. The message says why and what to do."""

    def __init__(self, what: str, todo: str = "", *, code: int = 1) -> None:
        self.what, self.todo, self.code = what, todo, code
        super().__init__(f"{what}\n{todo}" if todo else what)


def tail(text: str, lines: int = 12) -> str:
    """The last non-empty lines of a tool's output, without credentials in addresses."""
    kept = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join("  " + _CREDENTIALS.sub("//", line) for line in kept[-lines:])


def disk_full(place: Path) -> LaunchError:
    """The error for a full disk or quota at `place`."""
    free = shutil.disk_usage(existing(place)).free // 2**20
    return LaunchError(
        f"The disk that holds {place} is full ({free} MB free).",
        "Free some space and run the same command again; it goes on where it stopped.",
    )


def existing(place: Path) -> Path:
    """`place` or its nearest parent that exists."""
    while not place.exists() and place != place.parent:
        place = place.parent
    return place


def from_output(task: str, output: str, place: Path, log: Path, lines: int = 12) -> LaunchError:
    """Turn the output of a failed tool into one clear error.

    `task` says what was being done ("Installing the packages"), `place` is where it wrote,
    `log` has everything that the tool said; the message has its last `lines`.
    """
    low = output.lower()
    if any(mark in low for mark in _FULL):
        return disk_full(place)
    if any(mark in low for mark in _OFFLINE):
        return LaunchError(
            f"{task} failed: the package index cannot be reached.\n{tail(output, 4)}",
            "Check the network, the proxy (HTTPS_PROXY) and the index settings of uv and pip "
            f"(UV_DEFAULT_INDEX, PIP_INDEX_URL), then run the same command again. Log: {log}",
        )
    return LaunchError(f"{task} failed:\n{tail(output, lines)}", f"Everything it said: {log}")


def from_os(error: OSError, place: Path) -> LaunchError:
    """Turn an error of the operating system into one clear error."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(Path(error.filename) if error.filename else place)
    what = error.strerror or type(error).__name__
    where = error.filename or place
    todo = ""
    if error.errno in (errno.EACCES, errno.EPERM):
        todo = f"Run as the user that owns {place}, or set CONCORD_HOME to a directory of your own."
    elif error.errno == errno.EROFS:
        todo = "Set CONCORD_HOME to a directory that can be written."
    return LaunchError(f"{where}: {what}.", todo)
