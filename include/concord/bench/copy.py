"""What it costs to bring all rows of a system's table into `stage`.

The limit is binary COPY piped from database to database by two psql, into an unlogged table. Ours
is what a first extract does: a look at the system, row hashes computed there, COPY blocks handed
through into an unlogged table, its statistics, committed.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import sql

from concord.bench import peers, programs
from concord.bench.programs import peak
from concord.bench.results import LIMIT, OURS, Report, Taken, compared
from concord.bench.scratch import superuser, world
from concord.bench.tables import COLUMNS, KEY, MAPPING, TABLE, make, summed
from concord.bench.workloads import Job
from concord.pipeline import Engine, stage
from concord.pipeline.looks import look, staged
from concord.systems.digest import row_hash

NAME = "full copy"
PIPED = sql.Identifier("public", "bench_piped")
SAMPLE = 200  # rows whose hash is computed again, in Python


def bench(job: Job) -> Report:
    """Copy `job.rows` rows, and see that the very same rows arrived."""
    with world() as engine:
        job.say("building")
        make(engine.urls["erp"], job.rows)
        wanted = summed(engine.urls["erp"], sql.Identifier(TABLE), (KEY, *COLUMNS))
        job.say("copying")
        subjects = {OURS: ours(engine, job.repeat, wanted)}
        subjects[LIMIT] = piped(engine, job.repeat, wanted)
        report = Report()
        if job.peers:
            found, report.absent = _peers(engine, job, wanted)
            subjects |= found
        report.results = compared(NAME, job.rows, subjects)
        return report


def ours(engine: Engine, repeat: int, wanted: tuple[Any, ...]) -> Taken:
    """Extract by the real adapter into a real stage table."""
    seconds, verified = [], True
    table = stage.stage_table(0, "erp", "party")
    for _ in range(repeat):
        begun = time.perf_counter()
        with engine.hub.connect() as conn, look(engine, "erp") as seen:
            reading = seen.snapshot.everything(MAPPING, seen.snapshot.shape(MAPPING))
            staged(conn, table, reading, seen.seq, "full")
            conn.commit()
        seconds.append(time.perf_counter() - begun)
        verified &= summed(engine.hub.url, table, ("source_id", *COLUMNS)) == wanted
        verified &= _hashes_right(engine, table)
    return Taken(seconds, verified, peak())


def _hashes_right(engine: Engine, table: sql.Identifier) -> bool:
    """Whether every row has a hash, and a sample's hashes are those of their values."""
    texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(c)) for c in COLUMNS)
    with engine.hub.connect() as conn:
        rows = conn.execute(
            sql.SQL("SELECT raw_hash, {} FROM {} ORDER BY source_id LIMIT %s").format(texts, table),
            (SAMPLE,),
        ).fetchall()
        without = conn.execute(
            sql.SQL("SELECT FROM {} WHERE raw_hash IS NULL LIMIT 1").format(table)
        ).fetchone()
    hashed = (row_hash(dict(zip(COLUMNS, values, strict=True))) for _, *values in rows)
    return without is None and [h for h, *_ in rows] == list(hashed)


def piped(engine: Engine, repeat: int, wanted: tuple[Any, ...]) -> Taken:
    """The limit: nothing but binary COPY, out of one server process and into another."""
    source, target = engine.urls["erp"], superuser(engine.hub.url)
    psql = [str(programs.psql()), "-X", "-q", "-v", "ON_ERROR_STOP=1"]
    out = f"COPY {TABLE} TO STDOUT (FORMAT BINARY)"
    into = "COPY public.bench_piped FROM STDIN (FORMAT BINARY)"
    with psycopg.connect(source) as conn:
        types = conn.execute(
            "SELECT string_agg(format('%%I %%s', attname, format_type(atttypid, atttypmod)), ', '"
            " ORDER BY attnum) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND NOT attisdropped",
            (TABLE,),
        ).fetchone()
    assert types
    made = sql.SQL("CREATE UNLOGGED TABLE {} ({})").format(PIPED, sql.SQL(types[0]))
    seconds, verified = [], True
    for _ in range(repeat):
        with psycopg.connect(target) as conn:
            conn.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(PIPED))
            conn.execute(made)
        ran = programs.piped([[*psql, "-c", out, source], [*psql, "-c", into, target]])
        seconds.append(ran.seconds)
        verified &= summed(target, PIPED, (KEY, *COLUMNS)) == wanted
    with psycopg.connect(target) as conn:
        conn.execute(sql.SQL("DROP TABLE {}").format(PIPED))
    return Taken(seconds, verified)


def _peers(engine: Engine, job: Job, wanted: tuple[Any, ...]) -> tuple[dict[str, Taken], list[str]]:
    """Other tools' copies of the same table, each into a table of its own in the hub database."""
    target = superuser(engine.hub.url)

    def right(_: str) -> bool:
        with suppress(psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
            return summed(target, sql.Identifier("peer", TABLE), (KEY, *COLUMNS)) == wanted
        return False

    def ready() -> None:
        with psycopg.connect(target) as conn:
            conn.execute("DROP SCHEMA IF EXISTS peer CASCADE")
            conn.execute("CREATE SCHEMA peer")

    given = [superuser(engine.urls["erp"]), target, TABLE]
    return peers.measure(job, "copy", given, ready, right)
