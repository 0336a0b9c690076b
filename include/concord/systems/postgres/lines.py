"""The lines of documents: a second table that is read as one text column of the first.

The text of a document's lines is the one that `concord.systems.digest.lines_text` makes of them:
every statement that hashes, compares or shows it has it from here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from concord.model.spec import Lines
from concord.systems.postgres.catalogue import Catalogue
from concord.systems.postgres.columns import Column

_TEXTS = {"text", "varchar", "bpchar", "citext", "name"}
# Parent and key of types in one of these sets are equal exactly when their texts are.
_SAME_TEXT = ({"text", "varchar"}, {"bpchar"}, {"uuid"}, {"int2", "int4", "int8"})


@dataclass(frozen=True)
class LineTable:
    """Where the lines of documents are: `table.parent` is the key of the document."""

    column: str  # what the document calls them
    relation: int  # oid
    schema: str
    name: str
    indexed: bool  # an index can find the lines of one document
    unique: bool  # no two lines of a document have the same key
    parent: Column
    key: tuple[Column, ...]
    columns: tuple[Column, ...]  # the mapped ones, by name

    @property
    def ident(self) -> Identifier:
        """The qualified, quoted name."""
        return Identifier(self.schema, self.name)

    @property
    def as_column(self) -> Column:
        """The lines as a column of their document; its native type names their columns' types.

        Canonical ones: a longer text or a finer number is no drift, as in any other column.
        """
        types = ", ".join(f"{c.name} {c.pg_type.as_string()}" for c in self.columns)
        return Column(self.column, ("pg_catalog", "text"), f"{self.name}({types})", None)

    def of(self, key: Composable) -> Composed:
        """The lines of the document with a key, as a scalar subselect."""
        found = SQL("SELECT {} FROM {} AS l WHERE {} = {}")
        whole = SQL("'[' || coalesce({}, '') || ']'").format(self._all)
        return SQL("({})").format(found.format(whole, self.ident, self._at_parent, key))

    def join(self, key: Composable, *, each: bool) -> Composed:
        """A join by which `joined` finds the lines of the document with a key.

        `each`: document by document; otherwise all lines are gathered in one pass.
        """
        if each:
            found = SQL("SELECT {} AS lines FROM {} AS l WHERE {} = {}").format(
                self._all, self.ident, self._at_parent, key
            )
            return SQL("\nLEFT JOIN LATERAL ({}) AS {} ON true").format(found, self._alias)
        found = SQL("SELECT {0} AS parent, {1} AS lines FROM {2} AS l GROUP BY {0}").format(
            self._at_parent, self._all, self.ident
        )
        return SQL("\nLEFT JOIN ({0}) AS {1} ON {1}.parent = {2}").format(found, self._alias, key)

    def joined(self, key: Composable) -> Composed:
        """The lines in a statement that has `join` in it; NULL where there is no document."""
        found = SQL("(CASE WHEN {} IS NOT NULL THEN '[' || coalesce({}.lines, '') || ']' END)")
        return found.format(key, self._alias)

    def follows(self, key: Column) -> str | None:
        """Why changes of lines do not tell the keys of their documents, or None."""
        bases = {self.parent.base[1], key.base[1]}
        if any(bases <= same for same in _SAME_TEXT):
            return None
        return (
            f"{self.name}.{self.parent.name} has type {self.parent.native}, and the key that it"
            f" stands for {key.native}"
        )

    @property
    def _alias(self) -> Identifier:
        return Identifier(self.column)

    @property
    def _at_parent(self) -> Identifier:
        return Identifier("l", self.parent.name)

    @property
    def _all(self) -> Composed:
        """The aggregate of a document's lines, in order and without the brackets."""
        order = [_ordered(column) for column in self.key]
        if not self.unique:
            order.append(SQL('{} COLLATE "C"').format(self._one))
        return SQL("string_agg({}, ',' ORDER BY {})").format(self._one, SQL(", ").join(order))

    @property
    def _one(self) -> Composed:
        parts: list[Composed] = []
        for column in self.columns:
            name = json.dumps(column.name, ensure_ascii=False)
            lead = Literal(f"{',' if parts else '{'}{name}:")
            parts.append(
                SQL("{} || coalesce(to_json({})::text, 'null')").format(lead, column.text("l"))
            )
        return SQL("({} || '}}')").format(SQL(" || ").join(parts))


def _ordered(column: Column) -> Composed:
    """A key column to order by: by its type, but texts by their bytes on every server."""
    at = Identifier("l", column.name)
    return SQL('{}::text COLLATE "C"' if column.base[1] in _TEXTS else "{}").format(at)


def line_table(catalogue: Catalogue, name: str, spec: Lines) -> LineTable | None:
    """A table of lines; None when it, its parent or any mapped column is not there."""
    row = catalogue.lines(spec)
    if row is None:
        return None
    columns = catalogue.line_columns(spec)
    mapped = sorted({c.column for c in spec.columns})
    if not columns.keys() >= {spec.parent, *spec.key, *mapped}:
        return None
    schema, table, indexed, unique = row
    return LineTable(
        name,
        catalogue.oids[spec.table],
        schema,
        table,
        indexed,
        unique,
        columns[spec.parent],
        tuple(columns[key] for key in spec.key),
        tuple(columns[column] for column in mapped),
    )
