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
from concord.hub.sql import statement
from concord.model.spec import EntityMapping
from concord.systems.postgres.connection import Target
from concord.systems.protocol import ColumnType, Shape

ROOM = "systems.postgres"

_TYPES: dict[str, ColumnType] = {
    "int2": "integer",
    "int4": "integer",
    "int8": "integer",
    "numeric": "decimal",
    "float4": "decimal",
    "float8": "decimal",
    "money": "decimal",
    "bool": "boolean",
    "date": "date",
    "timestamptz": "timestamp",
    "timestamp": "timestamp",
}
_CANONICAL: dict[ColumnType, SQL] = {
    "text": SQL("text"),
    "integer": SQL("bigint"),
    "decimal": SQL("numeric"),
    "boolean": SQL("boolean"),
    "date": SQL("date"),
    "timestamp": SQL("timestamptz"),
}
# The text form of keys of these types is the same in every session, so a trigger may log it.
_PLAIN_KEYS = {"text", "varchar", "bpchar", "citext", "uuid", "int2", "int4", "int8", "numeric"}
_INTEGER, _NUMBER = "^-?[0-9]{1,19}$", "^-?[0-9]+([.][0-9]+)?$"
_UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_RELATIONS = {"r", "p", "v", "m", "f"}


@dataclass(frozen=True)
class Column:
    """One column; `base` is its type below any domains, as (schema, name)."""

    name: str
    base: tuple[str, str]
    native: str
    max_length: int | None

    @property
    def type(self) -> ColumnType:
        """The canonical type: what is not a number, date, time stamp or boolean travels as text."""
        return _TYPES.get(self.base[1], "text") if self.base[0] == "pg_catalog" else "text"


@dataclass(frozen=True)
class Table:
    """A relation of the system.

    `columns` are those that the mapping names and that exist: key, fields and time stamp.
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

    @property
    def ident(self) -> Identifier:
        """The qualified, quoted name."""
        return Identifier(self.schema, self.name)

    @property
    def full_name(self) -> str:
        """`schema.table`, for messages."""
        return f"{self.schema}.{self.name}"

    def canonical(self, name: str, alias: str = "t") -> Composed:
        """The column in the PostgreSQL type of its canonical type."""
        column, at = self.columns[name], Identifier(alias, name)
        if column.type == "text":
            return SQL("{}::text").format(at)
        base = column.base[1]
        if base in {"float4", "float8"}:  # by way of text: the shortest form that reads back
            return SQL("{}::text::numeric").format(at)
        if base == "timestamp":  # a naive time stamp is taken as UTC
            return SQL("({} AT TIME ZONE 'UTC')").format(at)
        return SQL("{}::{}").format(at, _CANONICAL[column.type])

    def text(self, name: str, alias: str = "t") -> Composed:
        """The column's raw text: what is hashed, compared with a base, and kept as raw."""
        value = self.canonical(name, alias)
        return value if self.columns[name].type == "text" else SQL("{}::text").format(value)

    def stored(self, name: str, value: Composable) -> Composed:
        """A text expression turned into the column's type, without its length or scale.

        The assignment that follows applies these and refuses what is too long; a cast that named
        them would cut it silently.
        """
        column = self.columns[name]
        if column.base == ("pg_catalog", "timestamp"):
            return SQL("({}::timestamptz AT TIME ZONE 'UTC')").format(value)
        if column.base == ("pg_catalog", "money"):
            return SQL("{}::numeric::money").format(value)
        return SQL("{}::{}").format(value, Identifier(*column.base))

    def row_hash(self, columns: Sequence[str], alias: str = "t") -> Composed:
        """The row hash over these columns, see concord.systems.digest."""
        parts = []
        for name in sorted(columns):
            text = self.text(name, alias)
            parts.append(
                SQL("coalesce({} || octet_length({}) || ':' || {} || ';', {})").format(
                    Literal(f"{name}="), self._bytes(text), text, Literal(f"{name}~;")
                )
            )
        joined = SQL(" || ").join(parts) if parts else SQL("''")
        return SQL("md5({})::uuid").format(self._bytes(joined))

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
        """Whether `match` can go through an index."""
        return self.key_indexed and self._as_key(SQL("w.id")) is not None

    @property
    def plain_key(self) -> bool:
        """Whether the key's text form depends on no session setting."""
        return self.key.base[1] in _PLAIN_KEYS

    def read_columns(self, mapping: EntityMapping, shape: Shape) -> list[str]:
        """The mapped columns to read: those in `shape`, key excluded, in the mapping's order."""
        return [c for c in mapping.reads if c in shape.columns and c in self.columns]


def qualified(table: str) -> Identifier:
    """`table` or `schema.table`, as configuration writes it, as a quoted identifier."""
    return Identifier(*table.split(".", 1))


def load(conn: Connection, target: Target, mapping: EntityMapping) -> Table:
    """Look a mapped table up in the catalogue.

    Raises:
        EntityStopped: no such table, or its key column is gone.
        SystemUnavailable: it was made anew after this transaction's look began.
    """
    row = conn.execute(
        "SELECT to_regclass(%s)::oid", (qualified(mapping.table).as_string(conn),)
    ).fetchone()
    oid = row[0] if row else None
    if oid is None:
        raise EntityStopped(f"{target.system} at {target.address} has no table {mapping.table}")
    values = {"relation": oid, "key": mapping.id}
    found = conn.execute(statement(ROOM, "relation"), values).fetchone()
    if found is None:
        raise target.unavailable(f"table {mapping.table} was made anew just now")
    schema, name, kind, rows, encoding, indexed, unique = found
    if kind not in _RELATIONS:
        raise EntityStopped(f"{target.system}: {mapping.table} is not a table or view")
    names = [mapping.id, *mapping.reads]
    if mapping.modified is not None:
        names.append(mapping.modified)
    columns = {
        column: Column(column, (type_schema, type_name), native, limit)
        for column, type_schema, type_name, native, limit in conn.execute(
            statement(ROOM, "columns"), {"relation": oid, "names": names}
        )
    }
    key = columns.get(mapping.id)
    if key is None:
        raise EntityStopped(
            f"{target.system} at {target.address}: key column {mapping.table}.{mapping.id} is gone"
        )
    utf8 = encoding == "UTF8"
    return Table(oid, schema, name, kind, rows, utf8, indexed, unique, key, columns)


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
