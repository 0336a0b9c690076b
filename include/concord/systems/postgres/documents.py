"""Writes of documents: what changes among their lines, and the statements that do it.

Everything here is pure. A document's lines are brought from the base, which the record is known to
hold and is locked with, to what is wanted: no other line is touched, not even one made meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from concord.hub.sql import statement
from concord.systems.digest import lines_of
from concord.systems.postgres.columns import ROOM, Column
from concord.systems.postgres.lines import LineTable
from concord.systems.protocol import Write

Line = Mapping[str, str | None]
Changes = dict[str, list[dict[str, str | None]]]
Sets = frozenset[tuple[str, frozenset[str]]]
"""Columns of lines that a write names, each with the columns that its lines set."""


def sets(write: Write, lines: Mapping[str, LineTable]) -> Sets:
    """The columns of lines that a write sets, or knows when it deletes."""
    named = write.base if write.action == "delete" else write.new
    return frozenset(
        (column, frozenset(name for line in _lines(write.new.get(column)) for name in line))
        for column in lines.keys() & named.keys()
    )


def changes(write: Write, lines: LineTable) -> Changes:
    """What becomes of the lines: `gone` and `changed` by their key, `made` whole and in order.

    A changed line has its key and the columns that change.
    """
    base = {_key(line, lines): line for line in _lines(write.base.get(lines.column))}
    wanted = {_key(line, lines): line for line in _lines(write.new.get(lines.column))}
    changed = []
    for key in base.keys() & wanted.keys():
        differs = {c: v for c, v in wanted[key].items() if base[key].get(c) != v}
        if differs:
            changed.append({**_named(key, lines), **differs})
    return {
        "gone": [_named(key, lines) for key in base if key not in wanted],
        "changed": changed,
        "made": [dict(line) for key, line in wanted.items() if key not in base],
    }


def unfit(write: Write, lines: Mapping[str, LineTable]) -> str | None:
    """Why the lines of a write cannot be sent, or None."""
    for column, table in lines.items():
        for side in (write.new, write.base):
            why = _unfit(side[column], table) if column in side else None
            if why is not None:
                return f"{column}: {why}"
        if column in write.new and write.action == "update" and column not in write.base:
            return f"{column}: the write does not say which lines it was planned on"
    return None


def _unfit(raw: str | None, table: LineTable) -> str | None:
    try:
        given = _lines(raw)
    except ValueError:
        return "not a list of lines"
    known = {column.name for column in table.columns}
    if any(line.keys() != given[0].keys() for line in given):
        return "its lines do not all name the same columns"
    if any(not line.keys() <= known for line in given):
        return f"a line names a column that {table.name} has not as mapped"
    keys = [_key(line, table) for line in given]
    if any(part is None for key in keys for part in key):
        return "a line has no key"
    if len(set(keys)) < len(keys):
        return "two lines have the same key"
    if any("\0" in value for line in given for value in line.values() if value is not None):
        return "a line holds a NUL character, which PostgreSQL cannot store"
    return None


def statements(
    table: LineTable, changed: Sequence[Mapping[str, Sequence[Line]]], column: str
) -> list[Composed]:
    """Those statements that the changes of a group need: deletions first, new lines last."""
    needed = {kind for one in changed for kind, lines in one.items() if lines}
    parts: dict[str, Composable] = {
        "lines": table.ident,
        "column": Literal(column),
        "same": _same(table),
    }
    found = []
    if "gone" in needed:
        found.append(statement(ROOM, "lines_delete", **parts))
    if "changed" in needed:
        names = {c for one in changed for line in one["changed"] for c in line}
        found.append(statement(ROOM, "lines_update", **parts, assignments=_set(table, names)))
    if "made" in needed:
        found.append(_insert(table, next(one["made"][0] for one in changed if one["made"]), column))
    return found


def _insert(table: LineTable, like: Line, column: str) -> Composed:
    document = table.parent.stored(SQL("w.id"))
    names = [c for c in table.columns if c.name in like and c.name != table.parent.name]
    values = [document, *(c.stored(_field(c)) for c in names)]
    return statement(
        ROOM,
        "lines_insert",
        lines=table.ident,
        column=Literal(column),
        columns=SQL(", ").join(Identifier(c.name) for c in (table.parent, *names)),
        values=SQL(", ").join(values),
        parent=Identifier(table.parent.name),
        document=document,
    )


def _set(table: LineTable, names: set[str]) -> Composed:
    keys = {column.name for column in table.key}
    return SQL(", ").join(
        SQL("{} = CASE WHEN x.line ? {} THEN {} ELSE {} END").format(
            Identifier(c.name), Literal(c.name), c.stored(_field(c)), Identifier("l", c.name)
        )
        for c in table.columns
        if c.name in names - keys
    )


def _same(table: LineTable) -> Composed:
    """The condition that a row is the line `x.line` of the document `w.id`."""
    parent = SQL("{} = {}").format(
        Identifier("l", table.parent.name), table.parent.stored(SQL("w.id"))
    )
    keys = (SQL("{} = {}").format(Identifier("l", c.name), c.stored(_field(c))) for c in table.key)
    return SQL(" AND ").join([parent, *keys])


def _field(column: Column) -> Composed:
    return SQL("(x.line ->> {})").format(Literal(column.name))


def _lines(raw: str | None) -> list[dict[str, str | None]]:
    return [] if raw is None else lines_of(raw)


def _key(line: Line, table: LineTable) -> tuple[str | None, ...]:
    return tuple(line.get(column.name) for column in table.key)


def _named(key: tuple[str | None, ...], table: LineTable) -> dict[str, str | None]:
    return dict(zip((column.name for column in table.key), key, strict=True))
