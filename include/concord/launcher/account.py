"""PostgreSQL refuses to run as root: find or make the account that it runs under then."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concord.launcher.faults import LaunchError
from concord.launcher.progress import Progress

NAME = "concord_pg"


@dataclass(frozen=True)
class Account:
    """A user that owns the server's data."""

    uid: int
    gid: int

    def popen(self) -> dict[str, Any]:
        """Arguments that make `subprocess` run a program under this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_account(data: Path) -> Account | None:
    """Who must run the server: None for whoever calls, an account when root calls.

    Data that is there keeps its owner. Otherwise it is a system account of our own, made on
    first use, or `nobody` where accounts cannot be made.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in (NAME, "nobody"):
        if name == NAME:
            _make()
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise LaunchError(
        "PostgreSQL does not run as root, and no account for it could be made.",
        f"Run ./concord as an ordinary user, or make a system user named {NAME}.",
    )


def _make() -> None:
    shell = "/usr/sbin/nologin" if os.path.exists("/usr/sbin/nologin") else "/bin/false"
    making = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/"]
    try:
        pwd.getpwnam(NAME)
    except KeyError:
        try:
            subprocess.run([*making, "--shell", shell, NAME], capture_output=True, check=False)
        except FileNotFoundError:
            return


def open_way(account: Account, places: list[Path], progress: Progress) -> None:
    """Let `account` pass through the directories above `places`, and read what is in them.

    Only the right to pass is added (o+x), not the right to list, and only where it is missing.
    """
    opened = []
    for place in places:
        for parent in reversed(place.resolve().parents):
            if not _passable(parent, account):
                os.chmod(parent, stat.S_IMODE(parent.stat().st_mode) | stat.S_IXOTH)
                opened.append(str(parent))
    if opened:
        names = ", ".join(dict.fromkeys(opened))
        progress.say(f"  PostgreSQL's own account may now pass through {names} (chmod o+x).")


def readable(tree: Path) -> None:
    """Let everybody read and run a package's files, which a strict umask may have closed."""
    for directory, _, names in os.walk(tree):
        for path in (Path(directory), *(Path(directory, name) for name in names)):
            mode = stat.S_IMODE(path.stat().st_mode)
            wide = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
            if wide != mode:
                path.chmod(wide)


def _passable(directory: Path, account: Account) -> bool:
    status = directory.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)
