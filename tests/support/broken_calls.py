"""Faults in the middle of a batch: its process dies, a connection is cut, an answer gets lost.

Every statement and every commit of every connection (hub, ERP, CRM) is a call of `Connection.wait`,
so a fault can strike at any of them: before the call, or when the other side has carried it out.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from random import Random
from typing import Any

import psycopg

KINDS = ("killed", "cut", "reply lost")
STEPS = 8  # a batch's calls of steps: begin, two of extract and load, validate, unify, finish


@dataclass(frozen=True)
class Strike:
    """What happens to one batch, at its nth call of a database."""

    kind: str
    at: int


def drawn(rng: Random, chance: float, calls: int) -> tuple[Strike, ...]:
    """The strikes of one batch that makes some `calls`: of each kind with `chance` a step."""
    return tuple(
        Strike(kind, 1 + rng.randrange(max(calls, 1)))
        for kind in KINDS
        for _ in range(STEPS)
        if rng.random() < chance
    )


def arm(strikes: tuple[Strike, ...], struck: Callable[[str], None], counted: Any) -> None:
    """Make this process suffer the strikes. For a child that ends after its batch.

    `struck` hears of each before it happens; `counted` is a shared integer, the calls so far.
    """
    wait, lock = psycopg.Connection.wait, threading.Lock()
    waiting = {s.at: s.kind for s in strikes}

    def faulty(
        self: psycopg.Connection[Any], gen: Generator[Any, Any, Any], interval: float = 0.1,
        timeout: float | None = None,
    ) -> Any:  # fmt: skip
        if gen.__name__ == "_enter_gen":  # of a pipeline: nothing is sent
            return wait(self, gen, interval, timeout)
        with lock:
            counted.value += 1
            kind = waiting.pop(counted.value, None)
        if kind is not None:
            struck(kind)
        if kind == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if kind == "cut":
            _cut(self)
        done = wait(self, gen, interval, timeout)
        if kind == "reply lost":
            self.pgconn.finish()
            raise psycopg.OperationalError("the connection was lost before the answer came")
        return done

    psycopg.Connection.wait = faulty  # type: ignore[method-assign, assignment]


def _cut(connection: psycopg.Connection[Any]) -> None:
    """Take the line away; neither side is told."""
    with socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)
