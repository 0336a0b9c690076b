"""Compare: which records of a system differ from what the hub last saw of it, by two looks.

The first look computes count and digest of every bucket of keys where the data is, on both sides
at once; unequal buckets are taken apart into keys and row hashes, and these name the suspects.
While business goes on, a suspect is no more than that: the hub may have been told of a change after
the look began, or be about to be told. So each is read again by a second look (second_look.py), and
only what differs still, and is not under way by itself, is confirmed.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import EntityMapping
from concord.pipeline import stage
from concord.pipeline.companies import Companies
from concord.pipeline.fields import partition
from concord.pipeline.looks import Look
from concord.systems.protocol import Digest, Position, Shape, Snapshot

ROWS_A_BUCKET = 16  # the number of buckets grows with the records, so few are named in vain
FEWEST_BUCKETS, MOST_BUCKETS = 256, 1 << 20
MOST_UNEQUAL = 0.9  # share of unequal buckets from which nothing is gained by naming
READ_ALL_ABOVE = 0.3  # share of suspects from which reading everything is cheaper
COUNTED = 100_000  # images from which an estimate of their number will do
CHUNK = 10_000  # digests that are fetched at once
HUB_MEMORY = "128MB"  # that the sums of all buckets may take in the hub

Bucket = tuple[int, int, str]  # number, count, digest
Buckets = tuple[int, list[int]]  # how many there are, and the numbers of some
T = TypeVar("T")


@dataclass
class FirstLook:
    """What the first look found; `suspects` is a stage table, and `named` are in it.

    `everything`: they are not named, as most records differ, or as the hub has none yet. `stage` is
    where the second look puts what it reads.
    """

    batch: int
    at: datetime
    position: Position
    shape: Shape
    suspects: sql.Identifier
    stage: sql.Identifier
    live: int  # in the hub
    compared: int = 0
    keyless: int = 0
    named: int = 0
    everything: bool = False
    aliases: dict[str, str] = field(default_factory=dict)  # see `_keep`
    by_company: Companies | None = None
    companies: dict[str, dict[str, int]] = field(default_factory=dict)  # see `Companies.records`
    began: float = field(default_factory=time.monotonic)


def first_look(
    conn: Connection, batch_id: int, mapping: EntityMapping, look: Look, shape: Shape
) -> FirstLook:
    """Compare one entity with the hub, and name what differs."""
    suspects = stage.stage_table(batch_id, mapping.system, mapping.entity, "x")
    table = stage.stage_table(batch_id, mapping.system, mapping.entity)
    position, live = look.snapshot.position, _live(conn, mapping)
    out = FirstLook(batch_id, look.at, position, shape, suspects, table, live)
    if out.live == 0:
        out.everything = True
        return out
    buckets = min(MOST_BUCKETS, max(FEWEST_BUCKETS, out.live // ROWS_A_BUCKET))
    out.compared, out.keyless, unequal = _unequal(conn, mapping, look.snapshot, buckets, shape)
    if buckets > FEWEST_BUCKETS and len(unequal) > MOST_UNEQUAL * buckets:
        out.everything = True
    elif unequal:
        out.aliases = _name(conn, out, mapping, look, (buckets, unequal))
        out.named, gone = count_suspects(conn, suspects)
        out.compared += gone
        out.everything = buckets > FEWEST_BUCKETS and out.named > READ_ALL_ABOVE * out.live
    return out


def name_all(
    conn: Connection, mapping: EntityMapping, table: sql.Identifier, suspects: sql.Identifier
) -> None:
    """Name what differs between a stage table that holds every record and the hub."""
    theirs = sql.SQL("(SELECT source_id, raw_hash FROM {} WHERE op = 'U')").format(table)
    ours = sql.SQL("({})").format(seen_all(mapping))
    _suspect(conn, mapping, suspects, theirs, ours)


def seen(mapping: EntityMapping, few: sql.Composable) -> sql.Composed:
    """The query of keys and raw hashes that the hub last saw; takes `system` and `entity`.

    `few`: a table or query of the keys that matter; of others the query may say anything.
    """
    image = sql.SQL("(SELECT i.* FROM {} AS i JOIN {} AS few USING (source_id))").format(
        partition(mapping), few
    )
    return statement("pipeline", "seen", image=image)


def seen_all(mapping: EntityMapping) -> sql.Composed:
    """The same of all records."""
    waiting = statement("pipeline", "waiting")
    return statement(
        "pipeline",
        "seen_all",
        image=partition(mapping),
        waiting=waiting,
        seen=seen(mapping, sql.SQL("({})").format(waiting)),
    )


def add_missing(conn: Connection, table: sql.Identifier, mapping: EntityMapping) -> int:
    """Stage as deleted what the hub has and a stage table with every record has not.

    Returns how many.
    """
    done = conn.execute(
        statement("pipeline", "add_missing", stage=table, image=partition(mapping)),
    )
    return done.rowcount


def _live(conn: Connection, mapping: EntityMapping) -> int:
    """How many records the hub has; of a large table by the planner's estimate, at no cost."""
    images = partition(mapping)
    row = conn.execute(
        "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", (images.as_string(conn),)
    ).fetchone()
    if row is None or row[0] < COUNTED:
        row = conn.execute(
            sql.SQL("SELECT count(*) FROM {} WHERE deleted_at IS NULL").format(images)
        ).fetchone()
    assert row
    return int(row[0])


def count_suspects(conn: Connection, suspects: sql.Identifier) -> tuple[int, int]:
    """How many suspects there are, and how many of them the system does not have."""
    row = conn.execute(
        sql.SQL("SELECT count(*), count(*) FILTER (WHERE copies = 0) FROM {}").format(suspects)
    ).fetchone()
    assert row
    return int(row[0]), int(row[1])


def _unequal(
    conn: Connection, mapping: EntityMapping, snapshot: Snapshot, buckets: int, shape: Shape
) -> tuple[int, int, list[int]]:
    """Records there with a key, those without one, and the buckets that are not equal.

    Both databases compute at once. Their results are read in step, so neither is held here.
    """
    values = {"buckets": buckets, "system": mapping.system, "entity": mapping.entity}
    conn.execute("SELECT set_config('work_mem', %s, true)", (HUB_MEMORY,))
    query = statement("pipeline", "image_digests", seen=seen_all(mapping))
    with (
        ThreadPoolExecutor(1) as aside,
        conn.cursor() as cur,
        closing(_stream(cur, query, values)) as ours,
    ):
        begun = aside.submit(lambda: _begun(snapshot.digests(mapping, buckets, shape)))
        here = _begun(ours)
        counts = {True: 0, False: 0}
        unequal = list(_apart(_keyed(begun.result(), counts), here))
        return counts[True], counts[False], unequal


def _stream(
    cur: psycopg.Cursor[TupleRow], query: sql.Composed, values: dict[str, Any]
) -> Generator[Bucket, None, None]:
    yield from cur.stream(query, values, size=CHUNK)


def _begun(rows: Iterable[T]) -> Iterator[T]:
    """The same rows, once the first of them is there."""
    iterator = iter(rows)
    first = list(islice(iterator, 1))
    return chain(first, iterator)


def _keyed(digests: Iterator[Digest], counts: dict[bool, int]) -> Iterator[Bucket]:
    """The buckets; how many records have a key, and how many have not, is added to `counts`."""
    for digest in digests:
        counts[digest.bucket is not None] += digest.count
        if digest.bucket is not None:
            yield digest.bucket, digest.count, digest.digest


def _apart(theirs: Iterator[Bucket], ours: Iterator[Bucket]) -> Iterator[int]:
    """The numbers of the buckets that are not equal, from two lists in the order of numbers."""
    there, here = next(theirs, None), next(ours, None)
    while there is not None or here is not None:
        if here is None or (there is not None and there[0] < here[0]):
            assert there is not None
            yield there[0]
            there = next(theirs, None)
        elif there is None or here[0] < there[0]:
            yield here[0]
            here = next(ours, None)
        else:
            if there != here:
                yield there[0]
            there, here = next(theirs, None), next(ours, None)


def _name(
    conn: Connection, first: FirstLook, mapping: EntityMapping, look: Look, wanted: Buckets
) -> dict[str, str]:
    """Put what differs in the wanted buckets into the table of suspects; returns the aliases."""
    buckets, numbers = wanted
    ours = stage.stage_table(first.batch, mapping.system, mapping.entity, "y")
    theirs = stage.stage_table(first.batch, mapping.system, mapping.entity, "z")
    for table in (ours, theirs):
        conn.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
        conn.execute(
            sql.SQL("CREATE UNLOGGED TABLE {} (source_id text, raw_hash uuid)").format(table)
        )
    values = {
        "buckets": buckets,
        "wanted": numbers,
        "system": mapping.system,
        "entity": mapping.entity,
    }
    with ThreadPoolExecutor(1) as aside:
        hashes = look.snapshot.hashes(mapping, buckets, numbers, first.shape)
        there = aside.submit(lambda: list(hashes))
        conn.execute(statement("pipeline", "keep_ours", ours=ours, seen=seen_all(mapping)), values)
        aliases = _keep(conn, theirs, there.result())
    for table in (ours, theirs):
        conn.execute(sql.SQL("ANALYZE {}").format(table))
    _suspect(conn, mapping, first.suspects, theirs, ours)
    return aliases


def _keep(
    conn: Connection, table: sql.Identifier, hashes: Sequence[tuple[str, UUID]]
) -> dict[str, str]:
    """Store keys and hashes; returns the keys that could not be stored, by what stands for them."""
    aliases = {}
    copying = sql.SQL("COPY {} (source_id, raw_hash) FROM STDIN").format(table)
    with conn.cursor().copy(copying) as copy:
        for source_id, raw_hash in hashes:
            name = stage.storable(source_id)
            if name != source_id:
                aliases[name] = source_id
            copy.write_row((name, raw_hash))
    return aliases


def _suspect(
    conn: Connection,
    mapping: EntityMapping,
    suspects: sql.Identifier,
    theirs: sql.Composable,
    ours: sql.Composable,
) -> None:
    """Make the table of suspects: the records that two tables or queries tell apart."""
    conn.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(suspects))
    conn.execute(statement("pipeline", "create_suspects", suspects=suspects))
    conn.execute(
        statement("pipeline", "name_suspects", suspects=suspects, theirs=theirs, ours=ours),
        {"system": mapping.system, "entity": mapping.entity},
    )
    conn.execute(sql.SQL("ANALYZE {}").format(suspects))
