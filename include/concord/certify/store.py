"""Certificates as they are kept: one row each in `ops.certificate`, each hash over the one before.

The hash can be computed again without a database: SHA-256 over the hash before it and the UTF-8
text `number, at, batch, kind, verdict, body`, joined by the sign U+001F.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from concord.errors import ConcordError
from concord.hub.database import Connection

KINDS = ("completeness", "tie")

SELECT = "SELECT number, at, batch_id, kind, verdict, body, previous, hash FROM ops.certificate "


@dataclass(frozen=True)
class Certificate:
    """One certificate. `body` is its canonical JSON, byte for byte what was hashed."""

    number: int
    at: datetime
    batch: int
    kind: str
    verdict: str
    body: str
    previous: bytes
    hash: bytes

    @property
    def content(self) -> dict[str, Any]:
        """What it says."""
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def due(self) -> bytes:
        """The hash that its content and the certificate before it give."""
        at = f"{self.at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
        parts = (str(self.number), at, str(self.batch), self.kind, self.verdict, self.body)
        return hashlib.sha256(self.previous + "\x1f".join(parts).encode()).digest()


def canonical(body: Mapping[str, Any]) -> str:
    """A body as JSON with sorted keys, no spaces, and numbers that are whole or text."""
    return json.dumps(
        body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def issue(
    conn: Connection, batch_id: int, kind: str, verdict: str, body: Mapping[str, Any]
) -> None:
    """Add a certificate in the caller's transaction (READ COMMITTED); a batch has one of a kind.

    Certificates are put in a chain, so a second writer waits until the first one's transaction
    ends: issue last, then commit.
    """
    conn.execute(
        "INSERT INTO ops.certificate (batch_id, kind, verdict, body) VALUES (%s, %s, %s, %s)",
        (batch_id, kind, verdict, canonical(body)),
    )


def of_batch(conn: Connection, batch_id: int) -> list[Certificate]:
    """The certificates of a batch, in order."""
    rows = conn.execute(SELECT + "WHERE batch_id = %s ORDER BY number", (batch_id,)).fetchall()
    return [Certificate(*row) for row in rows]


def latest(conn: Connection, limit: int, before: int | None = None) -> list[Certificate]:
    """The newest certificates, or the newest before a number, newest first."""
    rows = conn.execute(
        SELECT + "WHERE number < coalesce(%s, 9223372036854775807) ORDER BY number DESC LIMIT %s",
        (before, limit),
    ).fetchall()
    return [Certificate(*row) for row in rows]


def read(conn: Connection, number: int) -> Certificate:
    """One certificate. Raises ConcordError when there is none with this number."""
    row = conn.execute(SELECT + "WHERE number = %s", (number,)).fetchone()
    if row is None:
        raise ConcordError(f"there is no certificate {number}; see ./concord certificate list")
    return Certificate(*row)


def chain(conn: Connection, after: int = 0) -> Iterator[Certificate]:
    """All certificates with a greater number, in order, streamed."""
    with conn.cursor("certificates") as cur:
        cur.itersize = 50
        cur.execute(SELECT + "WHERE number > %s ORDER BY number", (after,))
        for row in cur:
            yield Certificate(*row)
