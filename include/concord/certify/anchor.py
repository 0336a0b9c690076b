"""The anchor: a file outside the hub with one line a certificate, only ever added to.

Who can change the hub can make a whole new chain; who compares it with this file sees that. Lines
of other chains (another hub that used the same directory) are left alone. The same lines go out by
e-mail where that is set up; what was sent is noted beside the file.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import TextIO

from concord.certify import mail, store
from concord.certify.store import Certificate
from concord.errors import ConcordError
from concord.hub.database import Connection
from concord.model.spec import Certificates

FILE = "certificates.log"
SENT = ".sent"  # ends the name of the file that notes which lines went out by e-mail
LINE = re.compile(
    r"chain=(?P<chain>[0-9a-f]{16}) certificate=(?P<number>[1-9][0-9]*) at=(?P<at>\S+)"
    r" batch=(?P<batch>[0-9]+) kind=(?P<kind>[a-z]+) verdict=(?P<verdict>[a-z]+)"
    r" hash=(?P<hash>[0-9a-f]{64})"
)


class AnchorFailed(ConcordError):
    """The head of the chain could not be kept outside the hub; the certificates themselves are."""


@dataclass(frozen=True)
class Line:
    """What the file says of one certificate; `text` is the line as it should stand there."""

    place: int  # number of the line, from 1
    number: int
    hash: str
    text: str


def place(settings: Certificates, home: Path) -> Path:
    """Where the anchor is: as configured, or in Concord's own directory."""
    return Path(settings.anchor) if settings.anchor else home / FILE


def line(chain: str, one: Certificate) -> str:
    """A certificate's line."""
    at = f"{one.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    return (
        f"chain={chain} certificate={one.number} at={at} batch={one.batch} kind={one.kind}"
        f" verdict={one.verdict} hash={one.hash.hex()}"
    )


def chain_of(first: Certificate) -> str:
    """What tells this chain from others: the random bytes that its first certificate follows."""
    return first.previous.hex()[:16]


def read(path: Path, chain: str) -> tuple[list[Line], list[int], int]:
    """The chain's lines; the numbers of lines that cannot be read; how many other chains have.

    A file that is not there has no lines. Raises AnchorFailed when it cannot be read.
    """
    own, broken, others = [], [], 0
    for n, text in enumerate(_lines(path), 1):
        match = LINE.fullmatch(text)
        if match is None:
            broken.append(n)
        elif match["chain"] == chain:
            own.append(Line(n, int(match["number"]), match["hash"], text))
        else:
            others += 1
    return own, broken, others


def keep(conn: Connection, settings: Certificates, home: Path) -> int:
    """Add a line for every certificate that has none yet, and send those that were not sent.

    Can be called again at any time. Returns how many lines were added.

    Raises:
        AnchorFailed: the file cannot be written, or the mail server refuses for good.
        Transient: the mail server cannot be reached now.
    """
    first = next(store.chain(conn), None)
    if first is None:
        return 0
    path = place(settings, home)
    chain = chain_of(first)
    added = _add(conn, path, chain)
    if settings.mail is not None:
        sent = path.with_name(path.name + SENT)
        with _open(sent) as file:
            waiting = _missing(conn, sent, chain)
            if waiting:
                mail.send(settings.mail, waiting)
                _append(file, waiting)
    return len(added)


def _add(conn: Connection, path: Path, chain: str) -> list[str]:
    with _open(path) as file:
        missing = _missing(conn, path, chain)
        _append(file, missing)
    return missing


def _missing(conn: Connection, path: Path, chain: str) -> list[str]:
    """The lines that the file has not yet: those after its last one.

    Raises AnchorFailed when that one is not in the hub: to go on would hide it.
    """
    own, _, _ = read(path, chain)
    last = max(own, key=lambda one: one.number, default=None)
    after = list(store.chain(conn, last.number - 1 if last else 0))
    if last is not None and (not after or after.pop(0).hash.hex() != last.hash):
        raise AnchorFailed(
            f"certificate {last.number} of {path} is not in the hub: ./concord certificate verify"
            " says more. If a backup was restored, name another file as `certificates.anchor`."
        )
    return [line(chain, one) for one in after]


@contextmanager
def _open(path: Path) -> Iterator[TextIO]:
    """The file, to append to, while nobody else does. Raises AnchorFailed."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
    except OSError as e:
        raise AnchorFailed(
            f"the anchor of the certificates, {path}, cannot be written: {e.strerror or e}."
            " Correct that and run the step again; the certificates are in the hub."
        ) from None


def _append(file: TextIO, lines: list[str]) -> None:
    if lines:
        file.write("".join(f"{text}\n" for text in lines))
        file.flush()
        os.fsync(file.fileno())


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    except OSError as e:
        raise AnchorFailed(f"{path} cannot be read: {e.strerror or e}") from None
