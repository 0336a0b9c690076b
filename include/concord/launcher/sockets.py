"""A directory for PostgreSQL's socket: a socket's path has at most about a hundred bytes."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from concord.launcher.account import Account
from concord.launcher.faults import LaunchError

NAME = ".s.PGSQL.5432"
LIMIT = 107 if sys.platform.startswith("linux") else 103
"""Bytes of a socket's path, the closing zero left out."""


def directory(preferred: Path, account: Account | None) -> Path:
    """`preferred` if a socket can be made in it, else a short one of this user's alone.

    The answer is the same as long as `preferred` stays where it is.

    Raises:
        LaunchError: somebody else has taken the short directory's name.
    """
    if _holds_socket(preferred):
        return preferred
    name = f"concord-{hashlib.sha256(str(preferred).encode()).hexdigest()[:10]}"
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    # XDG_RUNTIME_DIR is closed to other accounts, PostgreSQL's too when root starts it.
    base = Path(runtime) if account is None and os.path.isdir(runtime) else Path("/tmp")
    if len(os.fsencode(base / name / NAME)) > LIMIT:
        base = Path(tempfile.gettempdir())
    chosen = base / name
    owner = os.getuid() if account is None else account.uid
    with suppress(FileExistsError):
        chosen.mkdir(mode=0o700)
        if account is not None:
            os.chown(chosen, account.uid, account.gid)
    found = chosen.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise LaunchError(
            f"{chosen} is needed for PostgreSQL's socket, but belongs to somebody else.",
            "Remove it, or move the checkout to a shorter path.",
        )
    return chosen


def _holds_socket(place: Path) -> bool:
    """Whether the path is short enough and the file system knows sockets."""
    if len(os.fsencode(place / NAME)) > LIMIT:
        return False
    probe = place / f".p{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as trial:
        try:
            trial.bind(str(probe))
        except OSError:
            return False
        finally:
            probe.unlink(missing_ok=True)
    return True
