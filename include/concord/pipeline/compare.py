"""Compare: which records of a system differ from the hub's images, without moving all of them."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import EntityMapping
from concord.pipeline.fields import partition
from concord.systems.protocol import Reading, Shape, Snapshot

ROWS_A_BUCKET = 256
MAX_BUCKETS = 16_384
READ_ALL_ABOVE = 0.3  # share of differing buckets from which reading everything is cheaper


def differing(
    conn: Connection,
    mapping: EntityMapping,
    snapshot: Snapshot,
    shape: Shape,
    also: Sequence[str],
) -> tuple[int, Reading]:
    """How many records were compared, and a reading of those that differ.

    Buckets whose count or digest differs are taken apart into keys and hashes; records that are
    new, changed or gone are read, and `also`. With nothing in the hub all is read at once.
    """
    live = _live(conn, mapping)
    if live == 0:
        return 0, snapshot.everything(mapping, shape)
    buckets = min(MAX_BUCKETS, max(16, live // ROWS_A_BUCKET))
    theirs = {d.bucket: (d.count, d.digest) for d in snapshot.digests(mapping, buckets, shape)}
    ours = _digests(conn, mapping, buckets)
    wanted = [b for b in {*theirs, *ours} if theirs.get(b, (0, "0:0")) != ours.get(b, (0, "0:0"))]
    compared = max(live, sum(count for count, _ in theirs.values()))
    if len(wanted) > READ_ALL_ABOVE * buckets and buckets > 16:
        return compared, snapshot.everything(mapping, shape)
    there = dict(snapshot.hashes(mapping, buckets, wanted, shape)) if wanted else {}
    here = _hashes(conn, mapping, buckets, wanted)
    ids = {i for i, h in there.items() if here.get(i) != h} | (here.keys() - there.keys())
    return compared, snapshot.records(mapping, sorted(ids | set(also)), shape)


def add_missing(
    conn: Connection, table: sql.Identifier, mapping: EntityMapping, reading: Reading
) -> int:
    """After everything was read: stage as deleted what the hub has and the source has not.

    Returns how many. A reading by name already holds its deletions; then nothing is added, as
    every record of the hub is either staged or was found equal.
    """
    if not reading.complete:
        return 0
    done = conn.execute(
        statement("pipeline", "add_missing", stage=table, image=partition(mapping)),
    )
    return done.rowcount


def _live(conn: Connection, mapping: EntityMapping) -> int:
    row = conn.execute(
        sql.SQL("SELECT count(*) FROM {} WHERE deleted_at IS NULL").format(partition(mapping))
    ).fetchone()
    assert row
    return int(row[0])


def _seen(mapping: EntityMapping) -> sql.Composed:
    return statement("pipeline", "seen", image=partition(mapping))


def _digests(conn: Connection, mapping: EntityMapping, buckets: int) -> dict[int, tuple[int, str]]:
    rows = conn.execute(
        statement("pipeline", "image_digests", seen=_seen(mapping)),
        {"buckets": buckets, "system": mapping.system, "entity": mapping.entity},
    ).fetchall()
    return {bucket: (count, digest) for bucket, count, digest in rows}


def _hashes(
    conn: Connection, mapping: EntityMapping, buckets: int, wanted: Sequence[int]
) -> dict[str, object]:
    rows = conn.execute(
        statement("pipeline", "image_hashes", seen=_seen(mapping)),
        {
            "buckets": buckets,
            "wanted": list(wanted),
            "system": mapping.system,
            "entity": mapping.entity,
        },
    ).fetchall()
    return dict(rows)
