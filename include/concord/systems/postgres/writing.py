"""Writes on their way into a table: what cannot be sent, what is sent, and what came back.

Everything here is pure; `apply.py` runs the statements.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from psycopg.sql import SQL, Composed, Identifier, Literal

from concord.hub.sql import statement
from concord.systems import words
from concord.systems.postgres import documents
from concord.systems.postgres.columns import ROOM
from concord.systems.postgres.lines import LineTable
from concord.systems.postgres.table import Table
from concord.systems.protocol import Write

SLICE = 2000  # writes a statement
MAX_COLUMN_SETS = 8  # more different sets of columns than this share one statement with flags

NO_LINES: Mapping[str, LineTable] = {}

Item = tuple[int, Write]
"""A write and its place in the caller's list."""


@dataclass(frozen=True)
class Group:
    """Writes of one slice that one statement does: all of one action."""

    action: str
    items: tuple[Item, ...]
    lines: Mapping[str, LineTable] = field(default_factory=dict)  # those that its writes name

    def payload(self, ids: Mapping[int, str] | None = None) -> str:
        """The items as the statements take them: a JSON array of {n, id, new, base, lines}.

        `ids`: what the records are called by now. `lines`: see documents.changes.
        """
        return json.dumps(
            [
                {
                    "n": n,
                    "id": w.source_id if ids is None else ids[n],
                    "new": {c: v for c, v in w.new.items() if c not in self.lines},
                    "base": dict(w.base),
                    **({"lines": self._changes(w)} if self.lines else {}),
                }
                for n, w in self.items
            ]
        )

    def _changes(self, write: Write) -> dict[str, documents.Changes]:
        return {c: documents.changes(write, table) for c, table in self.lines.items()}

    def only(self, numbers: Iterable[int]) -> Group:
        """The items with these numbers."""
        kept = set(numbers)
        items = tuple(item for item in self.items if item[0] in kept)
        return Group(self.action, items, self.lines)

    @property
    def columns(self) -> list[str]:
        """Columns of the table itself that any of the writes sets, sorted."""
        return sorted({c for _, w in self.items for c in w.new if c not in self.lines})


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


def groups(items: Sequence[Item], lines: Mapping[str, LineTable] = NO_LINES) -> list[Group]:
    """Deletions, then updates, then creates, so that a value freed by one can serve the next.

    Each statement names exactly the columns that its writes set: defaults stay defaults, and
    triggers on other columns stay quiet. Updates of very many different sets share a statement.
    """
    made: list[Group] = []
    for action in ("delete", "update", "create"):
        sets: dict[tuple[frozenset[str], documents.Sets], list[Item]] = {}
        for item in items:
            if item[1].action == action:
                own = frozenset(item[1].new.keys() - lines.keys())
                sets.setdefault((own, documents.sets(item[1], lines)), []).append(item)
        if action == "update" and len(sets) > MAX_COLUMN_SETS:
            sets = _fewer(sets)
        made += [
            Group(action, tuple(s), {c: lines[c] for c, _ in theirs})
            for (_, theirs), s in sets.items()
        ]
    return made


def _fewer(
    sets: Mapping[tuple[frozenset[str], documents.Sets], list[Item]],
) -> dict[tuple[frozenset[str], documents.Sets], list[Item]]:
    """One set for all columns of the table; writes of lines alone stay apart and touch none."""
    joined: dict[tuple[frozenset[str], documents.Sets], list[Item]] = {}
    for (own, theirs), items in sets.items():
        joined.setdefault((frozenset({"*"} if own else ()), theirs), []).extend(items)
    return {names: sorted(items, key=_number) for names, items in joined.items()}


def _number(item: Item) -> int:
    return item[0]


def unfit(
    write: Write, columns: Collection[str], lines: Mapping[str, LineTable] = NO_LINES
) -> str | None:
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
    return documents.unfit(write, lines)


def without_values(message: str, write: Write) -> str:
    """PostgreSQL's message with the write's values blanked out."""
    # What PostgreSQL quotes after a colon is the text it could not read.
    return re.sub(r': "[^"]*"$', ": …", words.without_values(message, write))


def statements(table: Table, group: Group, *, one: bool = False) -> list[Composed]:
    """What writes a group, one after the other; parameters: payload, fence name, fence token.

    Each gives (n, id) of what it did. The first decides which records are written; what follows
    has to do all of these, see concord.write_each. `one`: for a single item at a time.
    """
    if group.action == "create":
        first = create_statement(table, group, one=one)
    elif group.action == "delete":
        if not group.lines:
            return [delete_statement(table, unchanged(table, group))]
        first = _as_planned(table, group)
    else:
        first = update_statement(table, group) if group.columns else _as_planned(table, group)
    writes = [w for _, w in group.items]
    found = [first]
    for column, lines in group.lines.items():
        found += documents.statements(lines, [documents.changes(w, lines) for w in writes], column)
    if group.action == "delete":
        found.append(delete_statement(table, SQL("true").format()))
    return found


def _as_planned(table: Table, group: Group) -> Composed:
    return statement(
        ROOM,
        "as_planned",
        table=table.ident,
        match=table.match(SQL("w.id")),
        unchanged=unchanged(table, group),
        id=table.id_text(),
    )


def update_statement(table: Table, group: Group) -> Composed:
    """The conditional update of a group."""
    return statement(
        ROOM,
        "update",
        table=table.ident,
        assignments=SQL(", ").join(_assignment(table, group, name) for name in group.columns),
        match=table.match(SQL("w.id")),
        unchanged=unchanged(table, group),
        id=table.id_text(),
    )


def delete_statement(table: Table, condition: Composed) -> Composed:
    """The delete of those records of a group that a condition holds for."""
    return statement(
        ROOM,
        "delete",
        table=table.ident,
        match=table.match(SQL("w.id")),
        unchanged=condition,
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
