"""What a database's catalogue says of mapped tables: for all of them by the same few questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import EntityMapping, Lines
from concord.systems.postgres.columns import ROOM, Column, qualified

Wanted = tuple[int, tuple[str, ...]]  # a relation's oid, and columns of it


@dataclass(frozen=True)
class Catalogue:
    """Answers about the tables of some mappings and of their lines."""

    oids: dict[str, int]  # by the name in the configuration; those that are there
    _relations: dict[tuple[int, str], tuple[Any, ...]]
    _lines: dict[Lines, tuple[Any, ...]]
    _columns: dict[Wanted, dict[str, Column]]

    @classmethod
    def read(cls, conn: Connection, mappings: Sequence[EntityMapping]) -> Catalogue:
        """Ask about the tables of these mappings."""
        lines = {c.lines for m in mappings for c in m.columns if c.lines is not None}
        oids = _oids(conn, sorted({m.table for m in mappings} | {one.table for one in lines}))
        there = [one for one in lines if one.table in oids]
        wanted = {(oids[m.table], columns_of(m)) for m in mappings if m.table in oids}
        wanted |= {(oids[one.table], columns_of_lines(one)) for one in there}
        return cls(
            oids,
            _relations(conn, {(oids[m.table], m.id) for m in mappings if m.table in oids}),
            _line_tables(conn, oids, there),
            _columns(conn, sorted(wanted)),
        )

    def relation(self, mapping: EntityMapping) -> tuple[Any, ...] | None:
        """A row of relation.sql without relation and key; None when it was made since the look."""
        return self._relations.get((self.oids[mapping.table], mapping.id))

    def columns(self, mapping: EntityMapping) -> dict[str, Column]:
        """The mapped table's columns by name: key, fields and time stamp, as far as there."""
        return dict(self._columns[self.oids[mapping.table], columns_of(mapping)])

    def lines(self, lines: Lines) -> tuple[Any, ...] | None:
        """A row of lines_relation.sql without its number; None when there is no such table."""
        return self._lines.get(lines)

    def line_columns(self, lines: Lines) -> dict[str, Column]:
        """The columns of a table of lines by name: parent, keys and fields, as far as there."""
        return self._columns[self.oids[lines.table], columns_of_lines(lines)]


def columns_of(mapping: EntityMapping) -> tuple[str, ...]:
    """The columns that a mapping names."""
    modified = [] if mapping.modified is None else [mapping.modified]
    return (mapping.id, *mapping.reads, *modified)


def columns_of_lines(lines: Lines) -> tuple[str, ...]:
    """The columns that a mapping of lines names."""
    return (lines.parent, *lines.key, *sorted({c.column for c in lines.columns}))


def _oids(conn: Connection, names: Sequence[str]) -> dict[str, int]:
    quoted = [qualified(name).as_string(conn) for name in names]
    rows = conn.execute(
        "SELECT w.name, to_regclass(w.quoted)::oid FROM unnest(%s::text[], %s::text[])"
        " AS w (name, quoted)",
        (list(names), quoted),
    ).fetchall()
    return {name: oid for name, oid in rows if oid is not None}


def _relations(
    conn: Connection, wanted: Iterable[tuple[int, str]]
) -> dict[tuple[int, str], tuple[Any, ...]]:
    asked = [{"relation": relation, "key": key} for relation, key in wanted]
    rows = conn.execute(statement(ROOM, "relation"), {"wanted": Jsonb(asked)}).fetchall()
    return {(relation, key): tuple(found) for relation, key, *found in rows}


def _line_tables(
    conn: Connection, oids: dict[str, int], lines: Sequence[Lines]
) -> dict[Lines, tuple[Any, ...]]:
    if not lines:
        return {}
    asked = [
        {"number": n, "relation": oids[one.table], "parent": one.parent, "key": list(one.key)}
        for n, one in enumerate(lines)
    ]
    rows = conn.execute(statement(ROOM, "lines_relation"), {"wanted": Jsonb(asked)}).fetchall()
    return {lines[n]: tuple(found) for n, *found in rows}


def _columns(conn: Connection, wanted: Sequence[Wanted]) -> dict[Wanted, dict[str, Column]]:
    asked = [
        {"number": n, "relation": relation, "names": list(names)}
        for n, (relation, names) in enumerate(wanted)
    ]
    out: dict[Wanted, dict[str, Column]] = {one: {} for one in wanted}
    for n, name, schema, base, native, limit in conn.execute(
        statement(ROOM, "columns"), {"wanted": Jsonb(asked)}
    ):
        out[wanted[n]][name] = Column(name, (schema, base), native, limit)
    return out
