"""Errors named by what the caller should do about them (retry, fix, stop), in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Said(str):
    """A sentence for a person, in English, with what it was made of: its key and its values.

    Whoever shows it in another language takes that language's sentence of this key. A plain text
    can only be shown as it is.
    """

    key: str
    values: Mapping[str, object]

    def __new__(cls, text: str, key: str = "", **values: object) -> Said:
        """`text`: the English sentence. `values`: by the names of the places in the others."""
        said = super().__new__(cls, text)
        said.key, said.values = key, values
        return said


def parts(text: str) -> dict[str, object]:
    """A sentence as the hub keeps it: `why` in English, `said` with its key and values."""
    if not isinstance(text, Said):
        return {"why": text}
    return {"why": str(text), "said": {"key": text.key, "values": dict(text.values)}}


def whole(kept: Mapping[str, Any]) -> str:
    """A sentence from what `parts` made."""
    why, said = str(kept.get("why") or ""), kept.get("said")
    return Said(why, said["key"], **said["values"]) if said else why


class ConcordError(Exception):
    """Base of all errors that carry a message for a person. Never shows a password or a value."""

    @property
    def said(self) -> str:
        """The message, as a `Said` where its maker made it one."""
        first = self.args[0] if self.args else ""
        return first if isinstance(first, Said) else str(self)


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file: where, what, why, and what to do."""

    file: str
    line: int | None
    where: str  # dotted path of keys, or a record key
    what: str
    hint: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        where = f" {self.where}:" if self.where else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{place}:{where} {self.what.rstrip('.')}.{hint}"


class ConfigError(ConcordError):
    """The configuration cannot be used: a person has to edit a file. Nothing runs."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(p) for p in problems))


class Transient(ConcordError):
    """Try again later: the other side is away or busy."""


class SystemUnavailable(Transient):
    """A system could not be reached. `address` has no password."""

    def __init__(self, system: str, address: str, why: str) -> None:
        self.system, self.address, self.why = system, address, why
        text = f"{system} at {address} cannot be reached: {why}"
        super().__init__(Said(text, "system.away", system=system, address=address, why=why))


class HubUnavailable(Transient):
    """The hub database could not be reached."""


class StageLost(Transient):
    """The hub lost what a batch had read: its server crashed. Nothing of it was taken, no cursor
    moved; a new batch reads it again.
    """


class LeaseLost(Transient):
    """Another holder has a newer fencing token; nothing was written after it."""


class TooEarly(Transient):
    """A step was called before those that it builds on are done; it did nothing."""


class NotAuthorised(ConcordError):
    """A system answered, but refuses the credentials or a right: retrying does not help."""


class EntityStopped(ConcordError):
    """One entity of one system cannot go on (its key is gone, the resource is missing)."""


class NotBalanced(ConcordError):
    """A batch's books do not add up: a defect, never a user's mistake."""


class AlreadyDecided(ConcordError):
    """Somebody else was quicker: the task is closed. Says who decided what, and when."""


class ChangedSince(ConcordError):
    """What a person decided about is not what he saw any more: look again, then decide."""


class MayNot(ConcordError):
    """The person has no right to see or decide what was asked for."""
