"""Stage: where a batch's rows lie between extract and unify; unlogged, dropped at the end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from psycopg import sql

from concord.hub.database import Connection
from concord.systems.protocol import ColumnType, Reading, Row

STAGE_TYPES: dict[ColumnType, str] = {
    "text": "text",
    "integer": "bigint",
    "decimal": "numeric",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamptz",
}


def stage_table(batch_id: int, system: str, entity: str, kind: str = "b") -> sql.Identifier:
    """The table of what a batch read of one entity of one system; others of its by their kind."""
    return sql.Identifier("stage", f"{kind}{batch_id}_{system}_{entity}")


def work_table(batch_id: int, kind: str, entity: str) -> sql.Identifier:
    """A table of unify's or plan's own for one entity: kind names the set (see unify.py)."""
    return sql.Identifier("stage", f"{kind}{batch_id}_{entity}")


def exists(conn: Connection, table: sql.Identifier) -> bool:
    """Whether a stage table is there."""
    row = conn.execute("SELECT to_regclass(%s) IS NOT NULL", (table.as_string(conn),)).fetchone()
    return bool(row and row[0])


def create(conn: Connection, table: sql.Identifier, reading: Reading) -> None:
    """Make an empty stage table for a reading, in place of one that an earlier try left."""
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(STAGE_TYPES[kind]))
        for name, kind in reading.columns.items()
    ]
    conn.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
    conn.execute(
        sql.SQL("CREATE UNLOGGED TABLE {} ({})").format(
            table,
            sql.SQL(", ").join(
                [sql.SQL("source_id text, op text, raw_hash uuid"), *columns],
            ),
        )
    )


def fill(
    conn: Connection, table: sql.Identifier, reading: Reading
) -> tuple[int, list[tuple[Row, str, str]]]:
    """Stream a reading into its stage table.

    Returns how many rows were read, and those that PostgreSQL cannot hold as
    (row, column, why); these are not in the table and go to quarantine.
    """
    if reading.copy is not None:
        statement = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(table)
        with conn.cursor().copy(statement) as copy:
            return reading.copy(copy.write), []
    assert reading.rows is not None
    refused: list[tuple[Row, str, str]] = []
    n = 0
    with conn.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy:
        for row in reading.rows:
            n += 1
            fault = unfit(row, reading)
            if fault:
                refused.append((row, *fault))
                continue
            values = [row.values.get(name) for name in reading.columns]
            copy.write_row((row.source_id, row.op, row.raw_hash, *values))
    return n, refused


def unfit(row: Row, reading: Reading) -> tuple[str, str] | None:
    """Why PostgreSQL could not store a row: (column, reason), or None."""
    if "\0" in row.source_id:
        return "", "the key holds a NUL character"
    for name, kind in reading.columns.items():
        value = row.values.get(name)
        if value is None:
            continue
        if "\0" in value:
            return name, "holds a NUL character; remove it in the source"
        try:
            value.encode()
        except UnicodeEncodeError:
            return name, "is not valid Unicode text; correct it in the source"
        if kind != "text" and not _reads_as(kind, value):
            return name, f"is not a valid {kind}; correct it in the source"
    return None


def _reads_as(kind: ColumnType, value: str) -> bool:
    try:
        if kind == "integer":
            int(value)
        elif kind == "decimal":
            return Decimal(value).is_finite()
        elif kind == "date":
            date.fromisoformat(value)
        elif kind == "timestamp":
            datetime.fromisoformat(value)
        else:
            return value.lower() in {"true", "false", "t", "f"}
    except (ValueError, InvalidOperation):
        return False
    return True


def drop_all(conn: Connection, batch_id: int) -> int:
    """Drop every table of a batch; returns how many."""
    rows = conn.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'stage' AND c.relkind = 'r' AND c.relname ~ %s",
        (rf"^[a-z]{batch_id}_",),
    ).fetchall()
    for (name,) in rows:
        conn.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier("stage", name)))
    return len(rows)


def storable(text: str) -> str:
    """A text as PostgreSQL can hold it: U+2400, the visible symbol, stands for NUL.

    A record can be kept and read in this form, and is not the original.
    """
    return text.replace("\0", "\u2400").encode("utf-8", "replace").decode()


def names(columns: Iterable[str]) -> list[sql.Identifier]:
    """Quoted column names."""
    return [sql.Identifier(c) for c in columns]
