"""A column as PostgreSQL has it, and the SQL expressions that read and write it."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.sql import SQL, Composable, Composed, Identifier

from concord.systems.protocol import ColumnType

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

    @property
    def pg_type(self) -> SQL:
        """The PostgreSQL type of the canonical type."""
        return _CANONICAL[self.type]

    def canonical(self, alias: str) -> Composed:
        """The column in the PostgreSQL type of its canonical type."""
        at = Identifier(alias, self.name)
        if self.type == "text":
            return SQL("{}::text").format(at)
        base = self.base[1]
        if base in {"float4", "float8"}:  # by way of text: the shortest form that reads back
            return SQL("{}::text::numeric").format(at)
        if base == "timestamp":  # a naive time stamp is taken as UTC
            return SQL("({} AT TIME ZONE 'UTC')").format(at)
        return SQL("{}::{}").format(at, self.pg_type)

    def text(self, alias: str) -> Composed:
        """The column's raw text."""
        value = self.canonical(alias)
        return value if self.type == "text" else SQL("{}::text").format(value)

    def stored(self, value: Composable) -> Composed:
        """A text expression turned into the column's type, without its length or scale.

        The assignment that follows applies these and refuses what is too long; a cast that named
        them would cut it silently.
        """
        if self.base == ("pg_catalog", "timestamp"):
            return SQL("({}::timestamptz AT TIME ZONE 'UTC')").format(value)
        if self.base == ("pg_catalog", "money"):
            return SQL("{}::numeric::money").format(value)
        return SQL("{}::{}").format(value, Identifier(*self.base))


def qualified(table: str) -> Identifier:
    """`table` or `schema.table`, as configuration writes it, as a quoted identifier."""
    return Identifier(*table.split(".", 1))
