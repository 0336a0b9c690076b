"""Readings turned into rows, whichever way they travel."""

from __future__ import annotations

import psycopg
from psycopg.sql import SQL, Identifier

from concord.hub.database import SESSION
from concord.pipeline.stage import STAGE_TYPES
from concord.systems.protocol import Reading, Row


def rows_of(reading: Reading | None, scratch_url: str) -> dict[str, Row]:
    """All rows of a reading by source_id; binary blocks are read by a PostgreSQL of the test's.

    A key that comes twice is a failure, but for one that comes as deleted and as it is now.
    """
    found = sorted(all_rows_of(reading, scratch_url), key=lambda row: row.op)
    # What is there now counts: it comes last.
    by_id = {row.source_id: row for row in found}
    keys = {(row.source_id, row.op) for row in found}
    assert len(keys) == len(found), "a record came twice"
    return by_id


def all_rows_of(reading: Reading | None, scratch_url: str) -> list[Row]:
    """All rows of a reading as they come."""
    assert reading is not None, "no reading: the system asks for a full comparison"
    if reading.rows is None:
        return _copied(reading, scratch_url)
    assert reading.copy is None
    return list(reading.rows)


def _copied(reading: Reading, scratch_url: str) -> list[Row]:
    assert reading.copy is not None
    names = list(reading.columns)
    table = SQL(", ").join(
        SQL("{} {}").format(Identifier(name), SQL(STAGE_TYPES[kind]))
        for name, kind in reading.columns.items()
    )
    fixed = SQL("source_id text, op text, raw_hash uuid")
    columns = SQL(", ").join([fixed, table] if names else [fixed])
    texts = SQL(", ").join(
        [SQL("source_id, op, raw_hash"), *(SQL("{}::text").format(Identifier(n)) for n in names)]
    )
    with psycopg.connect(scratch_url, options=SESSION) as conn:
        conn.execute(SQL("CREATE TEMP TABLE read ({})").format(columns))
        with conn.cursor().copy(SQL("COPY read FROM STDIN (FORMAT BINARY)")) as copy:
            said = reading.copy(copy.write)
        rows = conn.execute(SQL("SELECT {} FROM read").format(texts)).fetchall()
    assert said == len(rows), f"the reading counted {said} rows and gave {len(rows)}"
    return [Row(r[0], r[1], r[2], dict(zip(names, r[3:], strict=True))) for r in rows]
