"""Connections to the hub database."""

from __future__ import annotations

import os
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


class HubConnection(psycopg.Connection[TupleRow]):
    """A connection whose loss is told as HubUnavailable by whichever statement meets it."""

    address = ""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for a statement. Raises HubUnavailable when the connection is lost."""
        try:
            return super().wait(gen, interval, timeout)
        except psycopg.Error as e:
            if self.broken:
                raise HubUnavailable(f"the hub at {self.address}: {first_line(e)}") from None
            raise


class Hub:
    """The hub database as one role sees it."""

    def __init__(self, url: str) -> None:
        self.url = url

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

    def connect(self, **options: Any) -> Connection:
        """A new connection, autocommit off. Raises HubUnavailable."""
        try:
            conn = HubConnection.connect(
                self.url,
                options=f"{SESSION} {KEEPALIVE}",
                application_name="concord",
                connect_timeout=10,
                **options,
            )
        except psycopg.OperationalError as e:
            raise HubUnavailable(
                f"the hub at {self.address} cannot be reached: {first_line(e)}"
            ) from None
        conn.address = self.address
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
