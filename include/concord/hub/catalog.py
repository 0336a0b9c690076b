"""What the hub's tables look like now, read from PostgreSQL's catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from concord.hub.database import Connection
from concord.hub.sql import statement

Table = tuple[str, str]
"""Schema and name."""


@dataclass(frozen=True)
class Catalog:
    """Tables, partitions and indexes of the schemas `image` and `golden`."""

    columns: Mapping[Table, Mapping[str, str]]  # table -> column -> type, in PostgreSQL's words
    partitions: Mapping[str, frozenset[str]]  # image table -> its partitions
    indexes: Mapping[Table, frozenset[str]]  # table -> names, primary keys included


def read_catalog(conn: Connection) -> Catalog:
    """Read the catalog in three queries; needs no right on the tables themselves."""
    columns: dict[Table, dict[str, str]] = {}
    for schema, table, column, type_name in conn.execute(statement("hub", "model_columns")):
        columns.setdefault((schema, table), {})[column] = type_name
    partitions: dict[str, set[str]] = {}
    for parent, child in conn.execute(statement("hub", "model_partitions")):
        partitions.setdefault(parent, set()).add(child)
    indexes: dict[Table, set[str]] = {}
    for schema, table, name in conn.execute(statement("hub", "model_indexes")):
        indexes.setdefault((schema, table), set()).add(name)
    return Catalog(
        columns,
        {parent: frozenset(children) for parent, children in partitions.items()},
        {table: frozenset(names) for table, names in indexes.items()},
    )
