"""Writes on their way into a table: what cannot be sent, what is sent, and what came back.

Everything here is pure; `apply.py` runs the statements.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from psycopg.sql import SQL, Composed, Identifier, Literal

from concord.hub.sql import statement
from concord.systems import words
from concord.systems.postgres.columns import ROOM
from concord.systems.postgres.table import Table
from concord.systems.protocol import Write

SLICE = 2000  # writes a statement
MAX_COLUMN_SETS = 8  # more different sets of columns than this share one statement with flags

Item = tuple[int, Write]
"""A write and its place in the caller's list."""


@dataclass(frozen=True)
class Group:
    """Writes of one slice that one statement does: all of one action."""

    action: str
    items: tuple[Item, ...]

    def payload(self) -> str:
        """The items as the statements take them: a JSON array of {n, id, new, base}."""
        return json.dumps(
            [
                {"n": n, "id": w.source_id, "new": dict(w.new), "base": dict(w.base)}
                for n, w in self.items
            ]
        )

    def only(self, numbers: Iterable[int]) -> Group:
        """The items with these numbers."""
        kept = set(numbers)
        return Group(self.action, tuple(item for item in self.items if item[0] in kept))

    @property
    def columns(self) -> list[str]:
        """Columns that any of the writes sets, sorted."""
        return sorted({name for _, w in self.items for name in w.new})


def slices(writes: Sequence[Write]) -> Iterator[list[Item]]:
    """Cut a list of writes so that no slice has a record or a key twice.

    One statement does a slice's writes at once; two on one record must come one after the other.
    """
    taken: list[Item] = []
    records: set[str] = set()
    keys: set[object] = set()
    for n, write in enumerate(writes):
        again = write.source_id in records or write.key in keys
        if again or len(taken) == SLICE:
            yield taken
            taken, records, keys = [], set(), set()
        taken.append((n, write))
        keys.add(write.key)
        if write.source_id is not None:
            records.add(write.source_id)
    if taken:
        yield taken


def groups(items: Sequence[Item]) -> list[Group]:
    """Deletions, then updates, then creates, so that a value freed by one can serve the next.

    Each statement names exactly the columns that its writes set: defaults stay defaults, and
    triggers on other columns stay quiet. Updates of very many different sets share a statement.
    """
    made: list[Group] = []
    for action in ("delete", "update", "create"):
        sets: dict[frozenset[str], list[Item]] = {}
        for item in items:
            if item[1].action == action:
                sets.setdefault(frozenset(item[1].new), []).append(item)
        if action == "update" and len(sets) > MAX_COLUMN_SETS:
            sets = {frozenset(): sorted((i for s in sets.values() for i in s), key=_number)}
        made += [Group(action, tuple(s)) for s in sets.values()]
    return made


def _number(item: Item) -> int:
    return item[0]


def unfit(write: Write, columns: Collection[str]) -> str | None:
    """Why a write cannot be sent at all to a table with these columns, or None."""
    unknown = sorted({*write.new, *write.base}.difference(columns))
    if unknown:
        return f"column {', '.join(unknown)} is not in the table now"
    if write.action == "update" and not write.new:
        return "the write sets no column"
    if write.action != "create" and write.source_id is None:
        return f"a write of action {write.action} names no record"
    for name, value in write.new.items():
        if value is not None and "\0" in value:
            return f"{name} holds a NUL character, which PostgreSQL cannot store"
    return None


def without_values(message: str, write: Write) -> str:
    """PostgreSQL's message with the write's values blanked out."""
    # What PostgreSQL quotes after a colon is the text it could not read.
    return re.sub(r': "[^"]*"$', ": …", words.without_values(message, write))


def update_statement(table: Table, group: Group) -> Composed:
    """The conditional update of a group; parameters: payload, fence name, fence token."""
    return statement(
        ROOM,
        "update",
        table=table.ident,
        assignments=SQL(", ").join(_assignment(table, group, name) for name in group.columns),
        match=table.match(SQL("w.id")),
        unchanged=unchanged(table, group),
        id=table.id_text(),
    )


def delete_statement(table: Table, group: Group) -> Composed:
    """The conditional delete of a group; parameters as for an update."""
    return statement(
        ROOM,
        "delete",
        table=table.ident,
        match=table.match(SQL("w.id")),
        unchanged=unchanged(table, group),
        id=table.id_text(),
    )


def create_statement(table: Table, group: Group, *, one: bool) -> Composed:
    """The inserts of a group, all with the same columns; `one`: for a single item at a time."""
    names = group.columns
    values = SQL(", ").join(table.stored(c, _field("new", c)) for c in names)
    columns = SQL("({})").format(SQL(", ").join(map(Identifier, names))) if names else SQL("")
    if one:
        return statement(
            ROOM,
            "create_one",
            table=table.ident,
            columns=columns,
            values=values,
            id=table.id_text(),
        )
    inserted = SQL("{} VALUES ({})").format(columns, values) if names else SQL("DEFAULT VALUES")
    return statement(ROOM, "create", table=table.ident, values=inserted, id=table.id_text())


def unchanged(table: Table, group: Group) -> Composed:
    """The condition that a record holds exactly its write's base; byte by byte, NULL is NULL."""
    conditions = [
        _where_given(
            group,
            "base",
            name,
            SQL('{} COLLATE "C" IS NOT DISTINCT FROM {}').format(
                table.text(name), _field("base", name)
            ),
        )
        for name in sorted({name for _, w in group.items for name in w.base})
    ]
    return SQL(" AND ").join([SQL("true"), *conditions])


def _assignment(table: Table, group: Group, name: str) -> Composed:
    column, value = Identifier(name), table.stored(name, _field("new", name))
    if all(name in w.new for _, w in group.items):
        return SQL("{} = {}").format(column, value)
    return SQL("{} = CASE WHEN w.new ? {} THEN {} ELSE {} END").format(
        column, Literal(name), value, Identifier("t", name)
    )


def _where_given(group: Group, side: str, name: str, condition: Composed) -> Composed:
    if all(name in getattr(w, side) for _, w in group.items):
        return condition
    return SQL("(NOT {} ? {} OR {})").format(Identifier("w", side), Literal(name), condition)


def _field(side: str, name: str) -> Composed:
    return SQL("({} ->> {})").format(Identifier("w", side), Literal(name))
