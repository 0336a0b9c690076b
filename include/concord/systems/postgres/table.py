"""A mapped table: its columns as PostgreSQL has them, and the SQL expressions over them.

Every text that is hashed, compared or shown comes from `Table.text`, so that no two statements
can disagree about what a record holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from concord.errors import EntityStopped
from concord.hub.database import Connection
from concord.model.spec import EntityMapping
from concord.systems.digest import names_text
from concord.systems.postgres.catalogue import Catalogue
from concord.systems.postgres.columns import Column
from concord.systems.postgres.connection import Target
from concord.systems.postgres.lines import LineTable, line_table
from concord.systems.protocol import ColumnType, Shape

# The text form of keys of these types is the same in every session, so a trigger may log it.
_PLAIN_KEYS = {"text", "varchar", "bpchar", "citext", "uuid", "int2", "int4", "int8", "numeric"}
_INTEGER, _NUMBER = "^-?[0-9]{1,19}$", "^-?[0-9]+([.][0-9]+)?$"
_UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_RELATIONS = {"r", "p", "v", "m", "f"}


@dataclass(frozen=True)
class Table:
    """A relation of the system.

    `columns` are those that the mapping names and that exist: key, fields and time stamp. Lines
    are a column of type text, and `lines` says where they come from.
    """

    relation: int  # oid
    schema: str
    name: str
    kind: str  # pg_class.relkind
    rows: float  # an estimate
    utf8: bool  # the database's encoding is UTF-8
    key_indexed: bool  # an index can find a key
    key_unique: bool  # and two records cannot have the same
    key: Column
    columns: dict[str, Column]
    lines: dict[str, LineTable]
    joined: bool = False  # expressions are for a statement that has `join` in it

    @property
    def ident(self) -> Identifier:
        """The qualified, quoted name."""
        return Identifier(self.schema, self.name)

    @property
    def names(self) -> list[tuple[str, str]]:
        """(schema, name) of this table and of those of its lines."""
        lines = ((lines.schema, lines.name) for lines in self.lines.values())
        return [(self.schema, self.name), *lines]

    @property
    def sources(self) -> list[tuple[int, Column]]:
        """Relations whose changes change records, with the column that tells which record."""
        lines = ((lines.relation, lines.parent) for lines in self.lines.values())
        return [(self.relation, self.key), *lines]

    @property
    def full_name(self) -> str:
        """`schema.table`, for messages."""
        return f"{self.schema}.{self.name}"

    def canonical(self, name: str, alias: str = "t") -> Composed:
        """The column in the PostgreSQL type of its canonical type."""
        lines = self.lines.get(name)
        if lines is not None:
            key = Identifier(alias, self.key.name)
            return lines.joined(key) if self.joined else lines.of(key)
        return self.columns[name].canonical(alias)

    def text(self, name: str, alias: str = "t") -> Composed:
        """The column's raw text: what is hashed, compared with a base, and kept as raw."""
        return self.canonical(name, alias) if name in self.lines else self.columns[name].text(alias)

    def stored(self, name: str, value: Composable) -> Composed:
        """A text expression turned into the column's type, see Column.stored."""
        return self.columns[name].stored(value)

    def join(self, *, each: bool) -> Composed:
        """What follows `table AS t` in FROM, so that `joined` finds the lines computed once.

        `each`: for few documents, through the index on the lines' parent; otherwise for all.
        """
        key = Identifier("t", self.key.name)
        return SQL("").join(lines.join(key, each=each) for lines in self.lines.values())

    def row_hash(self, columns: Sequence[str], alias: str = "t") -> Composed:
        """The row hash over these columns, see concord.systems.digest."""
        return SQL("{}::uuid").format(self.row_digits(columns, alias))

    def row_digits(self, columns: Sequence[str], alias: str = "t") -> Composed:
        """The row hash as 32 hex digits.

        The binary form of a text[] is in the encoding of the session, which is UTF-8.
        """
        parts = [Literal(names_text(columns)), *(self.text(c, alias) for c in sorted(columns))]
        return SQL("md5(array_send(ARRAY[{}]::text[]))").format(SQL(", ").join(parts))

    def md5(self, text: Composable) -> Composed:
        """md5 of a text's UTF-8 bytes."""
        return SQL("md5({})").format(self._bytes(text))

    def id_text(self, alias: str = "t") -> Composed:
        """The record's source_id."""
        return self.text(self.key.name, alias)

    def match(self, wanted: Composable, alias: str = "t") -> Composed:
        """Join condition: the record whose source_id is the text `wanted`.

        The first half can use the key's index and never fails on a text that is no such key; the
        second makes it exact (`7` is not `007`, a case-blind key is not its other spelling).
        """
        exact = SQL('{} COLLATE "C" = {}').format(self.id_text(alias), wanted)
        native = self._as_key(wanted)
        if native is None:
            return exact
        key = Identifier(alias, self.key.name)
        return SQL("{} = {} AND {}").format(key, native, exact)

    def _as_key(self, wanted: Composable) -> Composed | None:
        base = self.key.base[1]
        if base in {"text", "varchar", "bpchar", "citext"}:
            return SQL("{}::{}").format(wanted, Identifier(*self.key.base))
        if base in {"int2", "int4", "int8"}:
            return SQL(
                "CASE WHEN {0} ~ {1} THEN CASE WHEN {0}::numeric BETWEEN -9223372036854775808"
                " AND 9223372036854775807 THEN {0}::bigint END END"
            ).format(wanted, Literal(_INTEGER))
        pattern = {"uuid": _UUID, "numeric": _NUMBER}.get(base)
        if pattern is None:
            return None
        return SQL("CASE WHEN {0} ~ {1} THEN {0}::{2} END").format(
            wanted, Literal(pattern), Identifier(*self.key.base)
        )

    def _bytes(self, text: Composable) -> Composable:
        return text if self.utf8 else SQL("convert_to({}, 'UTF8')").format(text)

    @property
    def finds_keys(self) -> bool:
        """Whether few records, with their lines, can be found through indexes."""
        by_key = self.key_indexed and self._as_key(SQL("w.id")) is not None
        return by_key and all(lines.indexed for lines in self.lines.values())

    @property
    def plain_key(self) -> bool:
        """Whether the key's text form depends on no session setting."""
        return self.key.base[1] in _PLAIN_KEYS

    def read_columns(self, mapping: EntityMapping, shape: Shape) -> list[str]:
        """The mapped columns to read: those in `shape`, key excluded, in the mapping's order."""
        return [c for c in mapping.reads if c in shape.columns and c in self.columns]


def load(conn: Connection, target: Target, mapping: EntityMapping) -> Table:
    """Look a mapped table up in the catalogue; see `table_of` for what it raises."""
    return table_of(Catalogue.read(conn, [mapping]), target, mapping)


def table_of(catalogue: Catalogue, target: Target, mapping: EntityMapping) -> Table:
    """A mapped table by what the catalogue said.

    Raises:
        EntityStopped: no such table, or its key column is gone.
        SystemUnavailable: it was made anew after the transaction's look began.
    """
    oid = catalogue.oids.get(mapping.table)
    if oid is None:
        raise EntityStopped(f"{target.system} at {target.address} has no table {mapping.table}")
    found = catalogue.relation(mapping)
    if found is None:
        raise target.unavailable(f"table {mapping.table} was made anew just now")
    schema, name, kind, rows, encoding, indexed, unique = found
    if kind not in _RELATIONS:
        raise EntityStopped(f"{target.system}: {mapping.table} is not a table or view")
    columns = catalogue.columns(mapping)
    key = columns.get(mapping.id)
    if key is None:
        raise EntityStopped(
            f"{target.system} at {target.address}: key column {mapping.table}.{mapping.id} is gone"
        )
    lines = {
        column.column: there
        for column in mapping.columns
        if column.lines is not None
        and (there := line_table(catalogue, column.column, column.lines)) is not None
    }
    columns |= {name: there.as_column for name, there in lines.items()}
    utf8 = encoding == "UTF8"
    return Table(oid, schema, name, kind, rows, utf8, indexed, unique, key, columns, lines)


def shape_of(table: Table, mapping: EntityMapping) -> Shape:
    """What the Protocol tells of a table's columns."""
    wanted = (mapping.id, *mapping.reads)
    there = [table.columns[name] for name in wanted if name in table.columns]
    return Shape(
        columns={c.name: c.type for c in there},
        native={c.name: c.native for c in there},
        missing=tuple(name for name in wanted if name not in table.columns),
        max_length={c.name: c.max_length for c in there if c.max_length is not None},
    )


def typed(table: Table, columns: Sequence[str]) -> dict[str, ColumnType]:
    """Column -> canonical type, in order."""
    return {name: table.columns[name].type for name in columns}


def following(parts: Sequence[Composable]) -> Composed:
    """Each part after a comma, for a list that follows fixed columns."""
    return SQL("").join(SQL(", {}").format(part) for part in parts)
