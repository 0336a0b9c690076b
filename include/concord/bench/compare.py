"""What it costs to compare a million records of a system with the hub's, when few differ.

The limit is one hashing scan of each side, one after the other, over plain tables in two
databases. Ours names every record that differs, by the real adapter and the real images, and looks
at each again.
"""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import psycopg
from psycopg import sql

from concord.bench.scratch import superuser, world
from concord.hub.database import Connection, Hub
from concord.hub.sql import statement
from concord.model.read import load_config
from concord.model.spec import Column, EntityMapping
from concord.pipeline import Engine, begin, second_look, stage
from concord.pipeline.compare import first_look
from concord.pipeline.looks import look, staged

Say = Callable[[str], object]
COLUMNS = (
    "name", "vat_no", "country", "phone", "email", "website", "terms", "status", "since",
    "revenue", "credit", "currency",
)  # fmt: skip
MAPPING = EntityMapping(
    system="erp",
    entity="party",
    table="bench_customers",
    id="code",
    columns=tuple(Column(field=name, column=name) for name in COLUMNS),
)
MISSING = EXTRA = 300
ONE_IN = 1_000  # rows that get another value


class Result(TypedDict):
    """One line of a benchmark's results; `ratio_to_limit` 1.0 for the limit itself."""

    workload: str
    rows: int
    subject: str
    seconds: float
    peak_mb: float
    ratio_to_limit: float
    verified: bool


@dataclass(frozen=True)
class Timed:
    """Seconds of each of our runs, whether all found exactly what differs, and peak memory."""

    seconds: Sequence[float]
    verified: bool
    peak_mb: float


def bench(rows: int, repeat: int, say: Say) -> list[Result]:
    """Compare so many rows a side in two scratch databases; medians of `repeat` runs.

    `rows`: at least 2,000. Peak memory is that of a process that does nothing else; the limit's
    runs inside the databases and has none.
    """
    with world() as engine:
        say(f"{rows:,} rows a side: building")
        build(engine, rows)
        say("scanning")
        limit = statistics.median([_scan(engine) for _ in range(repeat)])
        say("comparing")
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=spawn) as alone:
            ours = alone.submit(
                measure, engine.hub.url, dict(engine.urls), engine.expectations, rows, repeat
            ).result()
    seconds = statistics.median(ours.seconds)
    name = "full compare"
    return [
        Result(
            workload=name, rows=rows, subject="limit", seconds=limit, peak_mb=0.0,
            ratio_to_limit=1.0, verified=True,
        ),
        Result(
            workload=name, rows=rows, subject="concord", seconds=seconds, peak_mb=ours.peak_mb,
            ratio_to_limit=seconds / limit, verified=ours.verified,
        ),
    ]  # fmt: skip


def build(engine: Engine, rows: int) -> None:
    """The vendor's table, the hub's images of it, a plain copy beside them; then drift."""
    with psycopg.connect(engine.urls["erp"]) as erp:
        erp.execute(statement("bench", "compare_source", rows=sql.Literal(rows)))
    _vacuum(engine.urls["erp"])
    table = stage.stage_table(0, "erp", "party")
    with look(engine, "erp") as seen, psycopg.connect(superuser(engine.hub.url)) as hub:
        reading = seen.snapshot.everything(MAPPING, seen.snapshot.shape(MAPPING))
        staged(hub, table, reading, seen.seq, "full")
        hub.execute(statement("bench", "compare_images", stage=table))
        hub.execute(statement("bench", "compare_plain", stage=table))
        hub.execute(sql.SQL("DROP TABLE {}").format(table))
    with psycopg.connect(superuser(engine.urls["erp"])) as erp:
        erp.execute(statement("bench", "compare_drift"))
    for url in (engine.urls["erp"], engine.hub.url):
        _vacuum(superuser(url))


def _vacuum(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE")


def _scan(engine: Engine) -> float:
    """Seconds of one hashing scan of each side, one after the other."""
    sides = (
        (engine.urls["erp"], sql.Identifier("bench_customers")),
        (engine.hub.url, sql.Identifier("public", "bench_plain")),
    )
    seconds = 0.0
    for url, table in sides:
        with psycopg.connect(superuser(url)) as conn:
            begun = time.perf_counter()
            conn.execute(statement("bench", "compare_scan", table=table)).fetchall()
            seconds += time.perf_counter() - begun
    return seconds


def measure(hub: str, urls: Mapping[str, str], expectations: Path, rows: int, repeat: int) -> Timed:
    """Compare `repeat` times, in a process of its own; nothing is taken in."""
    engine = Engine(load_config(), Hub(hub), urls, expectations)
    seconds, verified = [], True
    for n in range(repeat):
        batch = begin(engine, lane="nightly", run_id=f"bench/compare/{n}/{time.time_ns()}")
        begun = time.perf_counter()
        with engine.hub.connect() as conn:
            with look(engine, "erp") as seen:
                first = first_look(conn, batch, MAPPING, seen, seen.snapshot.shape(MAPPING))
            with look(engine, "erp") as again:
                _, found = second_look.take(conn, MAPPING, again, first, (), {})
            seconds.append(time.perf_counter() - begun)
            kinds = (found.missing, found.extra, found.changed, found.timing)
            verified &= kinds == (MISSING, EXTRA, rows // ONE_IN, 0)
            verified &= _named(conn, first.suspects) == expected(rows)
            conn.rollback()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Timed(seconds, verified, peak)


def _named(conn: Connection, suspects: sql.Identifier) -> set[str]:
    rows: list[Any] = conn.execute(sql.SQL("SELECT source_id FROM {}").format(suspects)).fetchall()
    return {name for (name,) in rows}


def expected(rows: int) -> set[str]:
    """The keys that compare_drift.sql makes differ."""
    changed = {f"C{n:08}" for n in range(ONE_IN - 1, rows + 1, ONE_IN)}
    missing = {f"C{n:08}" for n in range(1, MISSING + 1)}
    extra = {f"N{n:08}" for n in range(MISSING + 1, MISSING + EXTRA + 1)}
    return changed | missing | extra
