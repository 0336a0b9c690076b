"""Connections to the hub database.

A step opens many for a moment, and a new one costs more than most of what is done with it: a server
process of its own, which has to learn every table anew. So a connection that was left in order is
kept, made as if new, and given out again, to the same process alone.
"""

from __future__ import annotations

import os
import weakref
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.rows import TupleRow

from concord.errors import ConfigError, HubUnavailable, Problem

SESSION = (
    "-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=postgres "
    "-c extra_float_digits=1 -c bytea_output=hex -c jit=off"
)
"""Settings under which `col::text` has one form; see `concord.mapping.formats`."""

# A machine that vanishes without a word must not hold the hub's locks for hours. On a Unix socket
# the server ignores these.
KEEPALIVE = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"

Connection = psycopg.Connection[TupleRow]


KEPT = 4  # connections that a hub keeps for later


class HubConnection(psycopg.Connection[TupleRow]):
    """A connection whose loss is told as HubUnavailable by whichever statement meets it."""

    address = ""
    kept: Kept | None = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Commit and keep it; after an error roll back and close, as any connection."""
        if kind is not None or self.kept is None or self.closed:
            super().__exit__(kind, error, trace)
            return
        try:
            self.commit()
        except BaseException:
            self.close()
            raise
        self.kept.keep(self)

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for a statement. Raises HubUnavailable when the connection is lost."""
        try:
            return super().wait(gen, interval, timeout)
        except psycopg.Error as e:
            if self.broken:
                raise HubUnavailable(f"the hub at {self.address}: {first_line(e)}") from None
            raise


class Kept:
    """Connections that wait to be used again, by the process that opened them.

    A forked child leaves its parent's alone: to end them there would end them here.
    """

    def __init__(self) -> None:
        self.idle: dict[int, list[HubConnection]] = {}
        weakref.finalize(self, _end, self.idle)

    def keep(self, conn: HubConnection) -> None:
        """Make it as if new, so that the server drops its locks, settings and temporary tables.

        Where that fails, or there are enough, it is closed; what was done with it is committed.
        """
        mine = self.idle.setdefault(os.getpid(), [])
        conn.kept = None  # or what waits would itself keep the hub from being let go
        try:
            conn.autocommit = True
            conn.isolation_level = conn.read_only = None
            conn.execute("DISCARD ALL")
        except (psycopg.Error, HubUnavailable):
            conn.close()
            return
        if len(mine) < KEPT:
            mine.append(conn)
        else:
            conn.close()

    def take(self) -> HubConnection | None:
        """One that still answers, in autocommit."""
        mine = self.idle.setdefault(os.getpid(), [])
        while mine:
            try:
                conn = mine.pop()
            except IndexError:  # another thread took the last one
                return None
            try:
                conn.execute("")
            except (psycopg.Error, HubUnavailable):
                conn.close()
            else:
                conn.kept = self
                return conn
        return None


def _end(idle: dict[int, list[HubConnection]]) -> None:
    """End those of this process."""
    mine = idle.get(os.getpid(), [])
    while mine:
        mine.pop().close()


class Hub:
    """The hub database as one role sees it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._kept = Kept()

    @classmethod
    def from_environment(cls, variable: str = "CONCORD_HUB_URL") -> Hub:
        """The hub named by an environment variable (the engine's role by default)."""
        url = os.environ.get(variable)
        if not url:
            what = f"{variable} is not set"
            hint = "Start with ./concord, or set it to the hub's address."
            raise ConfigError([Problem("environment", None, "", what, hint)])
        return cls(url)

    @property
    def address(self) -> str:
        """Host and database, never user or password."""
        return safe_address(self.url)

    def close(self) -> None:
        """Close the connections that wait to be used again; the next one is opened anew."""
        _end(self._kept.idle)

    def connect(self, **options: Any) -> Connection:
        """A connection as if new, autocommit off. Raises HubUnavailable."""
        known = self._kept.take() if options.keys() <= {"autocommit"} else None
        if known is not None:
            known.autocommit = bool(options.get("autocommit"))
            return known
        try:
            conn = HubConnection.connect(
                self.url,
                options=f"{SESSION} {KEEPALIVE}",
                application_name="concord",
                connect_timeout=10,
                prepare_threshold=None,  # a kept connection forgets what was prepared
                **options,
            )
        except psycopg.OperationalError as e:
            raise HubUnavailable(
                f"the hub at {self.address} cannot be reached: {first_line(e)}"
            ) from None
        conn.address = self.address
        if options.keys() <= {"autocommit"}:
            conn.kept = self._kept
        return conn


def safe_address(url: str) -> str:
    """`host[:port]/database` of a libpq URL, without user, password or options."""
    parts = urlsplit(url)
    host = parts.hostname or "local socket"
    port = f":{parts.port}" if parts.port else ""
    return f"{host}{port}{parts.path}"


def first_line(error: BaseException) -> str:
    """The first line of a driver's message; later lines may quote values."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
