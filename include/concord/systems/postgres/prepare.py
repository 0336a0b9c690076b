"""What a database needs so that no change is missed and every write happens once, as DDL to read.

The text is made from what is missing now and may run again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from psycopg.sql import SQL, Composed, Identifier, Literal

from concord.errors import ConfigError, Problem
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import EntityMapping
from concord.systems.postgres import decoding
from concord.systems.postgres.columns import ROOM
from concord.systems.postgres.connection import Target
from concord.systems.postgres.lines import LineTable
from concord.systems.postgres.table import Table, load

MARK = "Concord: change log, applied keys, write fence"


@dataclass(frozen=True)
class Survey:
    """What of schema `concord` is there for the connected role."""

    present: bool
    reads_log: bool
    writes: bool
    watched: dict[int, str]  # table oid -> key column that its triggers log
    lines: dict[tuple[int, int], str]  # document's and lines' oid -> parent column that is logged

    def logs(self, table: Table) -> bool:
        """Whether the table's change log works, and logs its mapped key and all of its lines."""
        return self.watched.get(table.relation) == table.key.name and all(
            self.lines.get((table.relation, lines.relation)) == lines.parent.name
            for lines in table.lines.values()
        )


def survey(conn: Connection, target: Target) -> Survey:
    """Look at schema `concord`. Raises ConfigError when somebody else's schema has that name."""
    row = conn.execute(statement(ROOM, "survey")).fetchone()
    assert row
    present, mark, reads_log, writes = row
    if present and mark != MARK:
        what = "has a schema named concord that is not ours"
        hint = "Rename it; Concord keeps its change log under that name."
        raise ConfigError([Problem("systems.yaml", None, target.system, what, hint)])
    rows = conn.execute(statement(ROOM, "watched")).fetchall() if reads_log else []
    watched: dict[int, str] = dict(rows)
    rows = conn.execute(statement(ROOM, "watched_lines")).fetchall() if reads_log else []
    lines = {(document, relation): parent for document, relation, parent in rows}
    return Survey(present, reads_log, writes, watched, lines)


def why_not_logged(conn: Connection, table: Table) -> str | None:
    """Why triggers cannot see all changes of a table and its lines, or None."""
    if not table.plain_key:
        return f"its key has type {table.key.native}"
    why = _unseen(conn, table.relation)
    for lines in table.lines.values():
        theirs = _unseen(conn, lines.relation)
        why = why or lines.follows(table.key) or (theirs and f"of table {lines.name}, {theirs}")
    return why


def _unseen(conn: Connection, relation: int) -> str | None:
    row = conn.execute(statement(ROOM, "why_not_logged"), {"relation": relation}).fetchone()
    return row[0] if row else None


def prepare_text(
    conn: Connection,
    target: Target,
    mappings: Sequence[EntityMapping],
    *,
    log: bool,
    logical: bool,
) -> str:
    """The DDL that is missing; empty when nothing is.

    `log`: with triggers on the tables. `logical`: with a publication and a replication slot.

    Raises:
        EntityStopped: a mapped table or its key column is not there.
        ConfigError: somebody else's schema or publication has our name.
    """
    found = survey(conn, target)
    tables = [load(conn, target, mapping) for mapping in mappings] if log or logical else []
    row = conn.execute("SELECT current_user").fetchone()
    assert row
    role = Identifier(row[0])
    unlogged = [t for t in tables if log and not found.logs(t) and why_not_logged(conn, t) is None]
    parts = []
    if unlogged or not (found.writes and found.reads_log):
        triggers = SQL("").join(_log(conn, table) for table in unlogged)
        parts.append(statement(ROOM, "prepare", mark=Literal(MARK), tables=triggers, role=role))
    if logical:
        parts += _decoding(conn, target, tables, role)
    return SQL("").join(parts).as_string(conn)


def _decoding(
    conn: Connection, target: Target, tables: Sequence[Table], role: Identifier
) -> list[Composed]:
    """What is missing for logical decoding of these tables; nothing where it cannot be had."""
    fit = [t for t in tables if decoding.why_not_decoded(conn, t) is None]
    impossible, forbidden = decoding.no_decoding(conn)
    if impossible or not fit:
        return []
    slot, ours = decoding.slot_of(conn), _published(conn, target)
    covered = decoding.published(conn)
    parts = []
    if forbidden or not ours or slot is None or not slot.readable:
        row = conn.execute(statement(ROOM, "slot_name")).fetchone()
        assert row
        name, covered = Literal(row[0]), {}
        grant = statement(ROOM, "grant_replication", role=role) if forbidden else SQL("")
        lost = slot is not None and not slot.readable
        drop = statement(ROOM, "drop_slot", slot=name) if lost else SQL("")
        parts.append(
            statement(
                ROOM, "prepare_decoding", role=grant, mark=Literal(MARK), lost=drop, slot=name
            )
        )
    if not all(decoding.covers(covered, t) for t in fit):
        listed = SQL(", ").join(
            SQL("ONLY {}").format(Identifier(*name))
            for name in dict.fromkeys(name for t in fit for name in t.names)
        )
        parts.append(statement(ROOM, "prepare_published", tables=listed))
    return parts


def _published(conn: Connection, target: Target) -> bool:
    """Whether our publication is there. Raises ConfigError when another has its name."""
    mark = _publication(conn)
    if mark not in {None, MARK}:
        what = "has a publication named concord that is not ours"
        hint = "Rename it; Concord decodes changes under that name."
        raise ConfigError([Problem("systems.yaml", None, target.system, what, hint)])
    return mark is not None


def _publication(conn: Connection) -> str | None:
    """The comment on publication `concord`, or None when there is no such publication."""
    row = conn.execute(statement(ROOM, "publication")).fetchone()
    return row[0] if row else None


def _log(conn: Connection, table: Table) -> Composed:
    name = table.ident.as_string(conn)
    own = statement(
        ROOM,
        "prepare_table",
        table=table.ident,
        function=Identifier("concord", f"log_{_short(table.name)}_{_digest(name)}"),
        key=Identifier(table.key.name),
        table_name=Literal(name),
        key_name=Literal(table.key.name),
        notify=statement(ROOM, "prepare_notify"),
    )
    return SQL("").join([own, *(_log_lines(conn, table, lines) for lines in table.lines.values())])


def _log_lines(conn: Connection, table: Table, lines: LineTable) -> Composed:
    name = lines.ident.as_string(conn)
    digest = _digest(f"{name} {table.ident.as_string(conn)}")
    function = f"log_{_short(lines.name)}_{digest}"
    triggers = {
        event: Identifier(f"concord_lines_{event}_{digest}")
        for event in ("insert", "update", "delete", "truncate")
    }
    return statement(
        ROOM,
        "prepare_lines",
        table=lines.ident,
        document=Literal(table.relation),
        function=Identifier("concord", function),
        parent=Identifier(lines.parent.name),
        table_name=Literal(name),
        parent_name=Literal(lines.parent.name),
        function_name=Literal(function),
        notify=statement(ROOM, "prepare_notify"),
        **triggers,
    )


def _short(name: str) -> str:
    return name.encode()[:40].decode(errors="ignore")  # a name has 63 bytes at most


def _digest(name: str) -> str:
    return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:8]


def unprepare_text(conn: Connection, target: Target) -> str:
    """The DDL that takes everything away again; empty when nothing is there."""
    present = survey(conn, target).present
    slot = decoding.slot_of(conn)
    parts = [_unprepared(conn)] if present else []
    if _publication(conn) == MARK:
        parts.append(SQL("DROP PUBLICATION IF EXISTS concord;\n").format())
    if slot is not None:
        parts.append(statement(ROOM, "drop_slot", slot=Literal(slot.name)))
    return SQL("").join(parts).as_string(conn)


def _unprepared(conn: Connection) -> Composed:
    objects = conn.execute(statement(ROOM, "prepared_objects")).fetchall()
    triggers = [
        SQL("DROP TRIGGER IF EXISTS {} ON {};\n").format(
            Identifier(name), Identifier(schema, table)
        )
        for name, schema, table in objects
        if table is not None
    ]
    functions = [
        SQL("DROP FUNCTION IF EXISTS {}();\n").format(Identifier(schema, name))
        for name, schema, table in objects
        if table is None
    ]
    return statement(
        ROOM, "unprepare", triggers=SQL("").join(triggers), functions=SQL("").join(functions)
    )


def trim(conn: Connection, floor: int, keep_days: int) -> int:
    """Delete log rows that no reader at or after transaction `floor` needs; returns how many.

    Applied keys older than `keep_days` go as well: no intent is that old and still open.
    """
    with conn.transaction():
        values = {"floor": str(floor)}
        trimmed = conn.execute(statement(ROOM, "trim_log"), values).rowcount
        conn.execute(statement(ROOM, "raise_floor"), values)
        conn.execute(
            "DELETE FROM concord.applied WHERE at < now() - make_interval(days => %s)",
            (keep_days,),
        )
    return trimmed
