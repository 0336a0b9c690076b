"""What the night costs the day: how long a change takes in the fast lane beside full comparisons.

People type telephone numbers into the CRM, one after the other, and fast batches carry them to the
ERP, back to back. First alone, then beside nightly batches of another process that compare
everything, in which twenty records differ that no capture told of. The limit is the time by day
that 95 of 100 changes keep to; ours is the same by night.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg

from concord.bench import company
from concord.bench.programs import peak
from concord.bench.results import LIMIT, OURS, Report, Taken, compared
from concord.bench.scratch import alone, superuser, world
from concord.bench.workloads import Job
from concord.pipeline import Engine, run_batch

NAME = "fast lane by night"
DRIFTED = 20
EVERY = 0.2  # seconds between two changes
LONG_ENOUGH, QUICK = 40.0, 8.0  # seconds by day, and by night at least; among few customers
MANY = 10_000
DRIFT = (
    "UPDATE customers SET phone = '+4420' || lpad(((right(phone, 8)::bigint + 104729)"
    " %% 90000000)::text, 8, '0') WHERE customer_code IN"
    " (SELECT customer_code FROM customers WHERE customer_code ~ '^B[0-9]'"
    " ORDER BY md5(customer_code) LIMIT %s) RETURNING vat_no"
)
TYPED = "UPDATE account SET phone_number = %s WHERE tax_number = %s"


def bench(job: Job) -> Report:
    """Measure both among `job.rows` customers."""
    with world() as engine:
        settled = company.take_in(engine, job.rows, job.say)
        job.say("by day, then by night")
        day, night, verified, nights, mb = alone(
            engine, both, LONG_ENOUGH if job.rows >= MANY else QUICK
        )
    subjects = {LIMIT: Taken([_p95(day)], settled), OURS: Taken([_p95(night)], verified, mb)}
    medians = f"median {statistics.median(day):.2f} s by day, {statistics.median(night):.2f} s"
    return Report(
        compared(NAME, job.rows, subjects),
        notes=[
            f"{NAME}: {len(day)} changes by day, {len(night)} beside {len(nights)} nights of"
            f" {min(nights):.1f} to {max(nights):.1f} s; {medians} by night"
        ],
    )


def both(
    engine: Engine, least: float = LONG_ENOUGH
) -> tuple[list[float], list[float], bool, list[float], float]:
    """Latencies by day and by night, whether all was found and arrived, each night's length, and
    the peak memory. `least`: seconds of each.
    """
    with psycopg.connect(superuser(engine.urls["erp"])) as conn:
        found = conn.execute(
            "SELECT vat_no FROM customers WHERE vat_no IS NOT NULL ORDER BY md5(vat_no) LIMIT 5000"
        )
        known = [vat for (vat,) in found]
        conn.execute("SET session_replication_role = replica")
        drifted = {vat for (vat,) in conn.execute(DRIFT, (DRIFTED,)).fetchall()}
        conn.execute("DELETE FROM concord.change_log WHERE xid = pg_current_xact_id()")
    people = People(engine, [vat for vat in known if vat not in drifted])
    end = time.monotonic() + least
    day = people.beside(lambda: time.monotonic() > end)
    with ThreadPoolExecutor(1) as aside:
        over = aside.submit(alone, engine, nights, least)
        night = people.beside(over.done)
        batches, seconds = over.result()
    named = _named(engine, batches)
    verified = named == {(batches[0], "erp", "party", DRIFTED, DRIFTED)} and not people.missing
    verified &= company.settle(engine) and company.agreed(engine)
    return day, night, verified, seconds, peak()


def nights(engine: Engine, at_least: float) -> tuple[list[int], list[float]]:
    """Run nightly batches, one after the other, for some seconds; the batches, and how long each
    took.
    """
    batches: list[int] = []
    seconds: list[float] = []
    end = time.monotonic() + at_least
    while not batches or time.monotonic() < end:
        begun = time.monotonic()
        batch, _ = run_batch(engine, lane="nightly", run_id=f"bench/night/{time.time_ns()}")
        batches.append(batch)
        seconds.append(time.monotonic() - begun)
    return batches, seconds


def _named(engine: Engine, batches: list[int]) -> set[tuple[int, str, str, int, int]]:
    """What the nights named as differing: batch, system, entity, confirmed, of these late."""
    with engine.hub.connect() as conn:
        rows = conn.execute(
            "SELECT batch_id, system, entity, confirmed, late FROM ops.comparison"
            " WHERE confirmed > 0 AND batch_id = ANY(%s)",
            (batches,),
        ).fetchall()
    return {(int(b), s, e, int(c), int(late)) for b, s, e, c, late in rows}


@dataclass
class People:
    """Who types into the CRM, and when each change was in the ERP."""

    engine: Engine
    customers: list[str]
    missing: dict[str, tuple[str, float]] = field(default_factory=dict)  # typed, not arrived
    typed: int = 0

    def beside(self, over: Callable[[], bool]) -> list[float]:
        """Run fast batches until it is over, and then what is left; seconds from being typed to the
        end of the batch after which it was in the ERP.
        """
        took: list[float] = []
        stop = threading.Event()
        with ThreadPoolExecutor(1) as aside:
            typing = aside.submit(self._type, stop)
            try:
                while not over() and not typing.done():
                    took += self._batch()
            finally:
                stop.set()
            typing.result()
        for _ in range(company.MOST):
            if self.missing:
                took += self._batch()
        return took

    def _type(self, stop: threading.Event) -> None:
        with psycopg.connect(self.engine.urls["crm"], autocommit=True) as conn:
            while not stop.wait(EVERY):
                self.typed += 1
                vat = self.customers[self.typed % len(self.customers)]
                number = f"+4479{self.typed:08}"
                conn.execute(TYPED, (number, vat))
                self.missing[vat] = (number, time.monotonic())

    def _batch(self) -> list[float]:
        waiting = dict(self.missing)
        run_batch(self.engine, lane="fast", run_id=f"bench/beside/{time.time_ns()}")
        now, took = time.monotonic(), []
        with psycopg.connect(self.engine.urls["erp"]) as conn:
            rows = conn.execute(
                "SELECT vat_no, phone FROM customers WHERE vat_no = ANY(%s)", (list(waiting),)
            ).fetchall()
        for vat, phone in rows:
            number, since = waiting[vat]
            if phone == number:
                took.append(now - since)
                with suppress(KeyError):
                    if self.missing[vat][0] == number:
                        del self.missing[vat]
        return took


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]
