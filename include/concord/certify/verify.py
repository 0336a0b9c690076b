"""Verify: does each certificate follow from the one before it; is the chain the anchored one?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from concord.certify import anchor, store
from concord.certify.anchor import Line
from concord.certify.store import Certificate
from concord.hub.database import Connection


@dataclass(frozen=True)
class Broken:
    """The first thing that is wrong: `kind` for programs, `what` for people."""

    kind: str  # changed, removed, cut, replaced, anchor_changed, not_anchored
    number: int  # of the certificate
    what: str


@dataclass
class Verified:
    """What came of it. Sound when `broken` is None."""

    certificates: int = 0
    anchored: int = 0
    broken: Broken | None = None
    notes: list[str] = field(default_factory=list)


def verify(conn: Connection, path: Path) -> Verified:
    """Recompute the chain, and compare it with the anchor at `path`.

    Raises:
        AnchorFailed: the file is there and cannot be read.
    """
    out = Verified()
    hashes: list[str] = []
    chain = ""
    before: Certificate | None = None
    for one in store.chain(conn):
        chain = chain or anchor.chain_of(one)
        out.broken = out.broken or _link(before, one)
        hashes.append(one.hash.hex())
        out.certificates, before = out.certificates + 1, one
    lines, unreadable, others = anchor.read(path, chain)
    out.anchored = len({one.number for one in lines})
    if out.broken is None:
        out.broken = _anchored(hashes, lines, unreadable, path)
    if others and not hashes:
        what = f"the hub has no certificate, and {others} stand in {path}: all were removed"
        out.broken = Broken("cut", 1, what)
    elif others:
        out.notes.append(
            f"{path} has {others} certificates of another chain, which are not in this hub. If"
            " another hub used the directory, that is why; if not, this hub's chain was begun anew."
        )
    return out


def _link(before: Certificate | None, one: Certificate) -> Broken | None:
    """What is wrong between two certificates that follow each other."""
    due = 1 if before is None else before.number + 1
    if one.number != due:
        missing = f"{due}" if one.number == due + 1 else f"{due} to {one.number - 1}"
        return Broken("removed", due, f"certificate {missing} was removed from the hub")
    if one.due != one.hash:
        what = f"certificate {one.number} was changed after it was issued"
        return Broken("changed", one.number, what)
    if before is not None and one.previous != before.hash:
        what = f"certificate {before.number} is not the one that certificate {one.number} followed"
        return Broken("replaced", before.number, what)
    return None


def _anchored(
    hashes: list[str], lines: list[Line], unreadable: Iterable[int], path: Path
) -> Broken | None:
    """What is wrong between a chain that is sound in itself and its anchor."""
    kept: dict[int, set[str]] = {}
    for one in lines:
        kept.setdefault(one.number, set()).add(one.hash)
    last = max(kept, default=0)
    if last > len(hashes):
        gone = f"{last}" if last == len(hashes) + 1 else f"{len(hashes) + 1} to {last}"
        what = f"certificate {gone} stands in {path} and not in the hub: the chain was cut off"
        return Broken("cut", len(hashes) + 1, what)
    wrong = [n for n, found in sorted(kept.items()) if found != {hashes[n - 1]}]
    if wrong:
        return _differs(wrong, last, path)
    damaged = ", ".join(map(str, unreadable))
    missing = [n for n in range(1, last + 1) if n not in kept]
    if missing or damaged:
        n = missing[0] if missing else 0
        what = f"line {damaged} of {path} cannot be read" if damaged else ""
        what = what or f"{path} has no line of certificate {n} any more"
        return Broken("anchor_changed", n, f"the anchor was changed: {what}")
    if last < len(hashes):
        what = (
            f"certificate {last + 1} and those after it do not stand in {path};"
            " ./concord certificate anchor adds them"
        )
        return Broken("not_anchored", last + 1, what)
    return None


def _differs(wrong: list[int], last: int, path: Path) -> Broken:
    """A hash covers all certificates before it: a later line that agrees clears the chain."""
    first = wrong[0]
    if wrong != list(range(first, last + 1)):
        what = f"the anchor was changed: the line of certificate {first} in {path} is another one"
        return Broken("anchor_changed", first, what)
    what = (
        f"certificate {first} is not the one that was anchored: it was replaced in the hub, or its"
        f" line in {path} was changed"
    )
    return Broken("replaced", first, what)
