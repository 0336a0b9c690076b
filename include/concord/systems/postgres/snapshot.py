"""One consistent look at a PostgreSQL system: a single REPEATABLE READ, READ ONLY transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any
from uuid import UUID

from psycopg import RawCursor, RawServerCursor
from psycopg.sql import SQL, Composed, Identifier, Literal

from concord.errors import EntityStopped
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import EntityMapping, SystemSpec
from concord.systems.postgres import logs, position, totals
from concord.systems.postgres.catalogue import Catalogue
from concord.systems.postgres.columns import ROOM
from concord.systems.postgres.connection import Target
from concord.systems.postgres.decoding import Stretch
from concord.systems.postgres.lines import LineTable
from concord.systems.postgres.streaming import ReceiverError, copy_out
from concord.systems.postgres.table import Table, following, load, shape_of, table_of, typed
from concord.systems.protocol import Digest, Position, Reading, Shape, Total

GONE = "_gone"  # ends the name of the setting with the keys among which something was deleted
FEW = 20  # a reading of fewer than one row in this many goes through the index
CHUNK = 10_000  # rows of a result that are fetched at once
MEMORY = 65_536  # kilobytes that the sums of all buckets may take in the server

# Ways of capture that may use a time stamp, by themselves or where theirs cannot be had.
STAMPED = {"auto", "logical", "timestamp"}
STAMPS = {
    "timestamptz": SQL("{at}::timestamptz"),
    # Naive clocks run in a zone that we are not told: UTC-12 is the earliest of all.
    "timestamp": SQL("({at}::timestamptz AT TIME ZONE 'UTC' - interval '12 hours')"),
    "date": SQL("({at}::timestamptz AT TIME ZONE 'UTC' - interval '12 hours')::date"),
}


@dataclass
class PostgresSnapshot:
    """The Snapshot of a transaction that is open on `conn`."""

    conn: Connection
    target: Target
    spec: SystemSpec
    position: Position
    decoded: Stretch | None = None
    _tables: dict[EntityMapping, Table] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    def shape(self, mapping: EntityMapping) -> Shape:
        """The mapped columns that exist. Raises EntityStopped: table or key is gone."""
        return shape_of(self._table(mapping), mapping)

    def shapes(self, mappings: Sequence[EntityMapping]) -> dict[str, Shape]:
        """The mapped columns of many tables, by entity; without those that raise EntityStopped."""
        with self.target.errors("looking at its tables"):
            catalogue = Catalogue.read(self.conn, mappings)
            found = {}
            for mapping in mappings:
                with suppress(EntityStopped):  # `shape` raises it for that entity alone
                    found[mapping] = table_of(catalogue, self.target, mapping)
            self._hold(found)
        return {mapping.entity: shape_of(table, mapping) for mapping, table in found.items()}

    def unchanged(
        self, mappings: Sequence[EntityMapping], since: Mapping[str, Position]
    ) -> set[str]:
        """Entities of which nothing was logged or decoded since their positions.

        By time stamp that cannot be told.
        """
        out: set[str] = set()
        stretches: list[tuple[str, logs.Stretch]] = []
        for mapping in mappings:
            before, table = since[mapping.entity], self._table(mapping)
            if not position.continues(before, self.position):
                continue
            stretch = logs.logged(table, before, self.position)
            if stretch is not None:
                stretches.append((mapping.entity, stretch))
            elif self._decoded(table, before) == set():
                out.add(mapping.entity)
        with self.target.errors("looking at its change log"):
            self._plan(through_index=True)
            logged = logs.anything(self.conn, stretches)
        return out | {entity for entity, anything in logged.items() if not anything}

    def changes(
        self, mapping: EntityMapping, since: Position | None, also: Sequence[str], shape: Shape
    ) -> Reading | None:
        """What was logged, decoded or stamped since an earlier position; None: compare all.

        By change log and by decoding nothing is missed, whatever the order of commits, and no
        open transaction holds it up. By time stamp deletions are not seen.
        """
        table = self._table(mapping)
        with self.target.errors(f"reading changes of {mapping.table}"):
            if since is None or not position.continues(since, self.position):
                return None
            setting = f"concord.ids_{next(self._numbers)}"
            n = self._changed(table, mapping, since, also, setting)
        return None if n is None else self._read(table, mapping, shape, setting, n)

    def set_back(self, mapping: EntityMapping, since: Position) -> bool:
        """Another server, an earlier transaction number, or the log without its newest row."""
        if not position.continues(since, self.position):
            return True
        if self.decoded is not None and self.decoded.set_back(since):
            return True
        table = self._table(mapping)
        witness = since["logged"].get(str(table.relation))
        if not witness or str(table.relation) not in self.position["logged"]:
            return False
        values = {"relation": table.relation, "witness": witness, "since": since["snapshot"]}
        with self.target.errors(f"looking at the log of {mapping.table}"):
            return self._one(statement(ROOM, "witness_there"), values) != (True,)

    def _changed(
        self,
        table: Table,
        mapping: EntityMapping,
        since: Position,
        also: Sequence[str],
        setting: str,
    ) -> int | None:
        """Keep the changed keys in `setting`, found in the way of both looks; how many, or None.

        A way that only one of the two had cannot tell what happened between them.
        """
        stretch = logs.logged(table, since, self.position)
        if stretch is not None:
            return self._logged(stretch, also, setting)
        covered = self.decoded is not None and self.decoded.covers(table)
        if not covered and not _was_decoded(table, since):
            return self._modified(table, mapping, since, also, setting)
        keys = self._decoded(table, since)
        return None if keys is None else self._named([*keys, *also], setting)

    def _decoded(self, table: Table, since: Position) -> set[str] | None:
        """The decoded keys, or None when decoding cannot tell."""
        if self.decoded is None or not self.decoded.covers(table):
            return None
        if not _was_decoded(table, since):
            return None
        return self.decoded.keys(table, since, self.position)

    def _logged(self, stretch: logs.Stretch, also: Sequence[str], setting: str) -> int | None:
        """Keep the logged keys in `setting`; how many, or None when the log cannot tell."""
        self._plan(through_index=True)
        if not logs.anything(self.conn, [("", stretch)]):
            return None
        values = {
            "relation": stretch.table.relation,
            "since": stretch.since["snapshot"],
            "also": list(also),
            "setting": setting,
            "gone": setting + GONE,
        }
        n, truncated, *_ = self._one(statement(ROOM, "logged_ids"), values)
        return None if truncated else int(n)

    def _modified(
        self,
        table: Table,
        mapping: EntityMapping,
        since: Position,
        also: Sequence[str],
        setting: str,
    ) -> int | None:
        """Keep the keys with a young time stamp in `setting`; None when there is no such column."""
        if self.spec.capture not in STAMPED or mapping.modified is None:
            return None
        stamp = table.columns.get(mapping.modified)
        threshold = STAMPS.get(stamp.base[1]) if stamp else None
        if stamp is None or threshold is None:
            return None
        query = statement(
            ROOM,
            "modified_ids",
            id=table.id_text(),
            table=table.ident,
            key=Identifier(table.key.name),
            modified=Identifier(stamp.name),
            threshold=threshold.format(at=Literal(since["at"])),
        )
        self._plan(through_index=None)
        with RawCursor(self.conn) as cur:
            row = cur.execute(query, [list(also), setting]).fetchone()
        return int(row[0]) if row else None

    def records(self, mapping: EntityMapping, ids: Sequence[str], shape: Shape) -> Reading:
        """The named records; those that are not there come as op 'D'."""
        table = self._table(mapping)
        setting = f"concord.ids_{next(self._numbers)}"
        with self.target.errors(f"reading {mapping.table}"):
            n = self._named(ids, setting)
        return self._read(table, mapping, shape, setting, n)

    def _named(self, ids: Sequence[str], setting: str) -> int:
        """Keep these keys in `setting`, each once; how many."""
        n, _ = self._one(statement(ROOM, "named_ids"), {"ids": list(ids), "setting": setting})
        return int(n)

    def everything(self, mapping: EntityMapping, shape: Shape) -> Reading:
        """All records."""
        table = self._table(mapping)
        columns = table.read_columns(mapping, shape)
        query = statement(
            ROOM,
            "read_all",
            id=table.id_text(),
            row_hash=table.row_hash(columns),
            columns=following([table.canonical(c) for c in columns]),
            table=table.ident,
            lines=table.join(each=False),
            key=Identifier(table.key.name),
        )
        return Reading(
            typed(table, columns),
            self.position,
            copy=self._copier(query, mapping, None, through_index=None),
            complete=True,
        )

    def digests(self, mapping: EntityMapping, buckets: int, shape: Shape) -> Iterator[Digest]:
        """Count and digest by key bucket, computed in the system by one scan, streamed."""
        table = self._table(mapping)
        columns = table.read_columns(mapping, shape)
        query = statement(
            ROOM,
            "digests",
            key_digest=table.md5(SQL("r.id")),
            pair=table.md5(SQL("r.id || ':' || r.row_hash")),
            id=table.id_text(),
            row_hash=table.row_digits(columns),
            table=table.ident,
            lines=table.join(each=False),
        )
        with self.target.errors(f"comparing {mapping.table}"), RawCursor(self.conn) as cur:
            self._plan(through_index=None)
            self.conn.execute(statement(ROOM, "memory"), {"kilobytes": MEMORY})
            for row in cur.stream(query, [buckets], size=CHUNK):
                yield Digest(*row)

    def hashes(
        self, mapping: EntityMapping, buckets: int, wanted: Sequence[int], shape: Shape
    ) -> Iterator[tuple[str, UUID]]:
        """(source_id, raw_hash) of the records in the wanted buckets, streamed, by one scan."""
        table = self._table(mapping)
        columns = table.read_columns(mapping, shape)
        few = len(wanted) * FEW < buckets and all(one.indexed for one in table.lines.values())
        query = statement(
            ROOM,
            "hashes",
            key_digest=table.md5(table.id_text()),
            id=table.id_text(),
            row_hash=table.row_hash(columns),
            table=table.ident,
            lines=table.join(each=few),
            key=Identifier(table.key.name),
        )
        name = f"hashes_{next(self._numbers)}"
        with (
            self.target.errors(f"comparing {mapping.table}"),
            RawServerCursor(self.conn, name) as cur,
        ):
            self._plan(through_index=None)
            cur.itersize = CHUNK
            cur.execute(query, [buckets, list(wanted)])
            yield from cur

    def totals(
        self,
        mapping: EntityMapping,
        by: Sequence[str],
        sums: Sequence[Sequence[str]],
        shape: Shape,
    ) -> Iterator[Total]:
        """Count and sums of all records by group, computed in the system by one scan."""
        with self.target.errors(f"summing {mapping.table}"):
            self._plan(through_index=None)
            yield from totals.read(self.conn, self._table(mapping), by, sums)

    def _table(self, mapping: EntityMapping) -> Table:
        """The mapped table, locked against rebuilding until the look ends.

        Raises:
            SystemUnavailable: it was rewritten or truncated since the look began. To this
                transaction its rows would be gone, and would be taken for deleted.
        """
        if mapping not in self._tables:
            with self.target.errors(f"looking at {mapping.table}"):
                self._hold({mapping: load(self.conn, self.target, mapping)})
        return self._tables[mapping]

    def _hold(self, tables: Mapping[EntityMapping, Table]) -> None:
        held: dict[int, LineTable | Table] = {}
        for table in tables.values():
            held[table.relation] = table
            held |= {lines.relation: lines for lines in table.lines.values()}
        if not held:
            return
        none = [SQL("(SELECT 1 FROM {} LIMIT 0)").format(one.ident) for one in held.values()]
        self.conn.execute(SQL(" UNION ALL ").join(none))
        rebuilt = self.conn.execute(
            statement(ROOM, "rebuilt"), {"relations": list(held)}
        ).fetchone()
        if rebuilt:
            raise self.target.unavailable(f"table {held[rebuilt[0]].name} was rebuilt just now")
        self._tables |= {m: replace(table, joined=True) for m, table in tables.items()}

    def _read(
        self, table: Table, mapping: EntityMapping, shape: Shape, setting: str, n: int
    ) -> Reading:
        columns = table.read_columns(mapping, shape)
        # The planner cannot know how many keys the setting has; we do.
        index = n * FEW < max(table.rows, 2_000) if table.finds_keys else None
        query = statement(
            ROOM,
            "read",
            key=Identifier(table.key.name),
            row_hash=table.row_hash(columns),
            columns=following([table.canonical(c) for c in columns]),
            nothing=following([SQL("NULL")] * len(columns)),
            setting=Literal(setting),
            gone=Literal(setting + GONE),
            table=table.ident,
            match=table.match(SQL("w.id")),
            lines=table.join(each=index is True),
        )
        copy = self._copier(query, mapping, setting, through_index=index)
        return Reading(typed(table, columns), self.position, copy=copy)

    def _copier(
        self,
        query: Composed,
        mapping: EntityMapping,
        setting: str | None,
        *,
        through_index: bool | None,
    ) -> Callable[[Callable[[bytes], object]], int]:
        def copy(write: Callable[[bytes], object]) -> int:
            try:
                with self.target.errors(f"reading {mapping.table}"):
                    self._plan(through_index=through_index)
                    n = copy_out(self.conn, query, write)
                    if setting is not None:
                        for name in (setting, setting + GONE):
                            self.conn.execute("SELECT set_config(%s, '', true)", (name,))
                return n
            except ReceiverError as e:
                raise e.error from None

        return copy

    def _plan(self, *, through_index: bool | None) -> None:
        """Which joins the next statement may use; None leaves the choice to the planner."""
        values = {
            "nestloop": "off" if through_index is False else "on",
            "others": "off" if through_index else "on",
        }
        self.conn.execute(statement(ROOM, "joins"), values)

    def _one(self, query: Composed, values: dict[str, Any]) -> tuple[Any, ...]:
        row = self.conn.execute(query, values).fetchone()
        assert row is not None
        return row


def _was_decoded(table: Table, since: Position) -> bool:
    return str(table.relation) in (since.get("decoded") or {}).get("tables", {})
