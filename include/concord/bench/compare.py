"""What it costs to compare a million records of a system with the hub's, when few differ.

The limit is one hashing scan of each side, one after the other, over plain tables in two
databases. Ours names every record that differs, by the real adapter and the real images, and looks
at each again.
"""

from __future__ import annotations

import time
from typing import Any

import psycopg
from psycopg import sql

from concord.bench import peers
from concord.bench.programs import peak
from concord.bench.results import LIMIT, OURS, Report, Taken, compared
from concord.bench.scratch import alone, superuser, world
from concord.bench.tables import COLUMNS, KEY, MAPPING, TABLE, make, vacuum
from concord.bench.workloads import Job
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.pipeline import Engine, begin, second_look, stage
from concord.pipeline.compare import first_look
from concord.pipeline.looks import look, staged

NAME = "full compare"
PLAIN = "bench_plain"
MISSING = EXTRA = 300
ONE_IN = 1_000  # rows that get another value


def bench(job: Job) -> Report:
    """Compare `job.rows` rows a side in two scratch databases.

    Peak memory is that of a process that does nothing else; the limit's runs inside the databases
    and has none.
    """
    with world() as engine:
        job.say("building")
        build(engine, job.rows)
        job.say("scanning and comparing")
        subjects = {LIMIT: _scans(engine, job)}
        subjects[OURS] = alone(engine, measure, job.rows, job.repeat)
        report = Report()
        if job.peers:
            found, report.absent = _peers(engine, job)
            subjects |= found
        report.results = compared(NAME, job.rows, subjects)
        return report


def build(engine: Engine, rows: int) -> None:
    """The vendor's table, the hub's images of it, a plain copy beside them; then drift."""
    make(engine.urls["erp"], rows)
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
        vacuum(superuser(url))


def _scans(engine: Engine, job: Job) -> Taken:
    """The limit: one hashing scan of each side; both have as many rows as they should."""
    seconds, verified = [], True
    for _ in range(job.repeat):
        took, counts = _scan(engine)
        seconds.append(took)
        verified &= counts == [job.rows - MISSING + EXTRA, job.rows]
    return Taken(seconds, verified)


def _scan(engine: Engine) -> tuple[float, list[int]]:
    """Seconds of one hashing scan of each side, one after the other, and the rows of each."""
    sides = (
        (engine.urls["erp"], sql.Identifier(TABLE)),
        (engine.hub.url, sql.Identifier("public", PLAIN)),
    )
    seconds, counts = 0.0, []
    for url, table in sides:
        with psycopg.connect(superuser(url)) as conn:
            begun = time.perf_counter()
            row = conn.execute(statement("bench", "compare_scan", table=table)).fetchone()
            seconds += time.perf_counter() - begun
        assert row
        counts.append(int(row[0]))
    return seconds, counts


def measure(engine: Engine, rows: int, repeat: int) -> Taken:
    """Compare `repeat` times; nothing is taken in."""
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
    return Taken(seconds, verified, peak())


def _named(conn: Connection, suspects: sql.Identifier) -> set[str]:
    rows: list[Any] = conn.execute(sql.SQL("SELECT source_id FROM {}").format(suspects)).fetchall()
    return {name for (name,) in rows}


def expected(rows: int) -> set[str]:
    """The keys that compare_drift.sql makes differ."""
    changed = {f"C{n:08}" for n in range(ONE_IN - 1, rows + 1, ONE_IN)}
    missing = {f"C{n:08}" for n in range(1, MISSING + 1)}
    extra = {f"N{n:08}" for n in range(MISSING + 1, MISSING + EXTRA + 1)}
    return changed | missing | extra


def _peers(engine: Engine, job: Job) -> tuple[dict[str, Taken], list[str]]:
    """Other tools, over the vendor's table and the plain copy; each prints the keys it names."""
    wanted = expected(job.rows)
    given = [superuser(engine.urls["erp"]), superuser(engine.hub.url), TABLE, PLAIN, KEY, *COLUMNS]

    def right(said: str) -> bool:
        return set(said.split()) == wanted

    return peers.measure(job, "compare", given, None, right)
