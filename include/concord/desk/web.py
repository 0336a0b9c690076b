"""What a page is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from concord.desk import company
from concord.errors import ConcordError
from concord.hub.database import Connection
from concord.model.spec import Config
from concord.pipeline import Engine
from concord.stewardship import sight

Right = Literal["read", "decide"]

HTML = "text/html; charset=utf-8"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
)
HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class Reader:
    """Who asks: the name that decisions are kept under, and what Airflow lets that person do."""

    name: str
    may_decide: bool = False
    account: Any = field(default=None, repr=False)  # whoever serves the pages knows more by it

    @property
    def may_see(self) -> frozenset[str]:
        """Sensitivities of the fields that are shown: who decides has to see what about."""
        return sight.ALL if self.may_decide else sight.PLAIN

    @property
    def actor(self) -> str:
        """The name as the hub keeps it."""
        return f"airflow:{self.name}"


@dataclass(frozen=True)
class Ask:
    """One request. `root` is the path under which the app is mounted, without a slash at its end.

    `conn` is in a transaction that is read-only where the route only reads, and committed when the
    page function returns; routes that do not need the hub, and error pages, have none. `engine`
    opens the engine with the addresses that whoever serves the pages knows; it raises ConfigError.
    """

    config: Config
    reader: Reader
    language: str
    root: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    partial: bool = False
    connection: Connection | None = None
    engine: Callable[[], Engine] = company.engine

    @property
    def conn(self) -> Connection:
        """The hub."""
        assert self.connection is not None, f"{self.path} is a route without a hub"
        return self.connection

    def number(self, name: str) -> int | None:
        """A query's whole number, None where it is not given or is none."""
        text = self.query.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None

    def text(self, name: str, longest: int = 200) -> str:
        """A query's text without space around it, cut."""
        return self.query.get(name, "").strip()[:longest]

    def given(self, name: str) -> str:
        """A form's field, empty where it is not given."""
        return (self.form.get(name) or ("",))[0]


@dataclass(frozen=True)
class Answered:
    """A decision on what Airflow asks too: it is told, as the person, once the hub has it.

    `kind`: `change_set`, or `review` for held deletions and changed columns.
    """

    kind: str
    number: int
    option: str
    form: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """One response."""

    body: str | bytes
    status: int = 200
    kind: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    answered: Answered | None = None

    @property
    def all_headers(self) -> dict[str, str]:
        """Its own headers over those of every answer."""
        return {**HEADERS, "Content-Type": self.kind, **self.headers}


@dataclass(frozen=True)
class Route:
    """One page: `path` may hold `{name}` and `{name:int}`. `decide` needs the right to decide."""

    method: Literal["GET", "POST"]
    path: str
    page: Callable[[Ask], Answer]
    right: Right = "read"
    hub: bool = True  # whether the page needs a connection to the hub

    @property
    def writes(self) -> bool:
        """Whether it changes something in the hub."""
        return self.method == "POST" and self.hub


class NotThere(ConcordError):
    """The page, or the record that it is about, is not there (any more)."""


class Refused(ConcordError):
    """What was sent cannot be carried out as it is; the message says why and what to do."""


def see(ask: Ask, path: str) -> Answer:
    """Go on to another page of ours; `path` begins with a slash."""
    if ask.partial:  # HTMX follows this itself: a redirect would be taken as the part of the page
        return Answer("", headers={"HX-Redirect": ask.root + path})
    return Answer("", 303, headers={"Location": ask.root + path})
