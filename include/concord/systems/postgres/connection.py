"""Connections to a PostgreSQL system, and what its errors mean to the engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from concord.errors import (
    ConcordError,
    ConfigError,
    EntityStopped,
    NotAuthorised,
    Problem,
    SystemUnavailable,
)
from concord.hub.database import SESSION, Connection, first_line

# With row_security off a row policy raises an error: rows that it hid would look deleted.
COMMON = f"{SESSION} -c row_security=off"
READING = (
    "-c statement_timeout=30min -c lock_timeout=10s -c idle_in_transaction_session_timeout=10min"
)
# A writer that stands still in a transaction holds the fence; the server ends it soon.
WRITING = "-c statement_timeout=5min -c lock_timeout=3s -c idle_in_transaction_session_timeout=30s"

_KEEPALIVE = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,  # milliseconds
}

# A refused connection carries no SQLSTATE, so the server's words have to tell.
_REFUSED = (
    "password authentication failed",
    "authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "is not permitted to log in",
    "permission denied for database",
)


@dataclass(frozen=True)
class Target:
    """One system's database: how to reach it, and how to name it in messages."""

    system: str
    params: dict[str, Any]

    @classmethod
    def of(cls, system: str, connection: str, url: str) -> Target:
        """Read a libpq URL or key=value string. Raises ConfigError, without echoing it."""
        try:
            return cls(system, dict(conninfo_to_dict(url)))
        except psycopg.Error:
            what = f"the address of connection {connection} is not a PostgreSQL address"
            hint = "Write postgresql://user:password@host:5432/database."
            raise ConfigError([Problem("systems.yaml", None, system, what, hint)]) from None

    @property
    def address(self) -> str:
        """`host[:port]/database`, never user, password or options."""
        host = str(self.params.get("host") or self.params.get("hostaddr") or "")
        if not host or host.startswith(("/", "@")):
            host = "local socket"
        port = self.params.get("port")
        database = self.params.get("dbname") or self.params.get("user") or ""
        return f"{host}:{port}/{database}" if port else f"{host}/{database}"

    @property
    def role(self) -> str:
        """The role that connects, for messages."""
        return str(self.params.get("user") or "of the operating system's user")

    def connect(self, application: str, settings: str) -> Connection:
        """A new connection in autocommit. Raises SystemUnavailable, NotAuthorised."""
        with self.errors("connecting"):
            return psycopg.connect(
                **self.options(application, settings), autocommit=True, prepare_threshold=None
            )

    def options(self, application: str, settings: str) -> dict[str, Any]:
        """What a connection is opened with."""
        given = str(self.params.get("options") or "")
        return {
            "connect_timeout": 10,
            **_KEEPALIVE,
            **self.params,
            "options": f"{given} {COMMON} {settings}".strip(),
            "application_name": application,
            "client_encoding": "UTF8",
        }

    @contextmanager
    def errors(self, doing: str) -> Iterator[None]:
        """Turn the driver's errors inside the block into ours; a defect of ours stays as it is."""
        try:
            yield
        except psycopg.Error as e:
            ours = self.translate(e, doing)
            if ours is None:
                raise
            raise ours from None

    def translate(self, error: psycopg.Error, doing: str) -> ConcordError | None:
        """Our error for a driver's error, or None when it is neither's fault but ours.

        Only the message's first line is passed on: later lines may quote values.
        """
        words = error.diag.message_primary or first_line(error)
        state = error.sqlstate or ""
        if isinstance(error, errors.InsufficientPrivilege) or state.startswith("28"):
            return self._refused(words, doing)
        if isinstance(error, errors.ReadOnlySqlTransaction):
            return self.unavailable("it is read-only now (a standby, or being maintained)")
        if isinstance(
            error, errors.UndefinedTable | errors.UndefinedColumn | errors.InvalidSchemaName
        ):
            return EntityStopped(f"{self.system} at {self.address}, {doing}: {words}")
        if isinstance(error, errors.DataError):
            what = f"a value could not be read as its type ({type(error).__name__})"
            return EntityStopped(f"{self.system} at {self.address}, {doing}: {what}")
        if not state and any(known in words for known in _REFUSED):
            return self._refused(words, doing)
        if not state and "role" in words and "does not exist" in words:
            return self._refused(words, doing)
        lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
        if lost or state in {"25P03", "25P04"}:
            return self.unavailable(words)
        return None

    def unavailable(self, why: str) -> SystemUnavailable:
        """The error for a system that is away or busy."""
        return SystemUnavailable(self.system, self.address, why)

    def _refused(self, words: str, doing: str) -> NotAuthorised:
        if "row-level security" in words:
            todo = (
                "A row policy would hide records, and hidden records look deleted: map a view of"
                f" the wanted rows, or ALTER ROLE {self.role} BYPASSRLS."
            )
        elif doing == "connecting":
            todo = "Check the user and password of its connection."
        elif "denied for" in words:
            todo = f"GRANT the missing right to role {self.role}."
        else:
            todo = f"Give role {self.role} that right."
        return NotAuthorised(f"{self.system} at {self.address}, {doing}: {words}. {todo}")
