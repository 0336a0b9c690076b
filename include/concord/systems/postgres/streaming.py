"""COPY out of a system, in blocks: an error of whoever receives them is told from the system's."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from psycopg.sql import Composed

from concord.hub.database import Connection

BLOCK = 256 * 1024  # bytes handed on at once


class ReceiverError(Exception):
    """An error of the database that a reading goes into: not one of the system's."""

    def __init__(self, error: psycopg.Error) -> None:
        self.error = error


def copy_out(conn: Connection, query: Composed, write: Callable[[bytes], object]) -> int:
    """Run a COPY and hand its blocks on; returns the number of rows."""

    def hand_on(blocks: list[bytes]) -> None:
        try:
            write(b"".join(blocks))
        except psycopg.Error as e:
            raise ReceiverError(e) from None

    waiting: list[bytes] = []
    size = 0
    with psycopg.Cursor(conn) as cur:
        with cur.copy(query) as blocks:
            for block in blocks:
                waiting.append(bytes(block))
                size += len(block)
                if size >= BLOCK:
                    hand_on(waiting)
                    waiting, size = [], 0
        if waiting:
            hand_on(waiting)
        return cur.rowcount
