"""Change logs of tables: whether they hold all that happened since a position, and if that is much.

A log is asked about a stretch between two looks. What only one of them had cannot tell what
happened between them; nor can a log whose table, or whose lines' table, was rewritten meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.systems.postgres.columns import ROOM
from concord.systems.postgres.table import Table
from concord.systems.protocol import Position


@dataclass(frozen=True)
class Stretch:
    """What happened to a table between two looks of which at least one had its log."""

    table: Table
    since: Position
    now: Position

    @property
    def whole(self) -> bool:
        """Whether both had it, of the same files."""
        relation = str(self.table.relation)
        if relation not in self.now["logged"] or relation not in self.since["logged"]:
            return False
        files = self.now["files"][relation]
        if self.since.get("files", {}).get(relation) != files:
            return False  # rewritten, perhaps with other values
        logged = {int(part.partition(":")[0]) for part in files.split()[1:]}
        return logged >= {lines.relation for lines in self.table.lines.values()}

    def question(self, name: str) -> dict[str, Any]:
        """What log_continues.sql asks, under a name for the answer."""
        return {
            "name": name,
            "relation": self.table.relation,
            "key": self.table.key.name,
            "since": self.since["snapshot"],
            "witness": self.since["logged"][str(self.table.relation)],
            "lines": [lines.relation for lines in self.table.lines.values()],
            "parents": [lines.parent.name for lines in self.table.lines.values()],
        }


def logged(table: Table, since: Position, now: Position) -> Stretch | None:
    """The stretch between two looks, or None when neither had a log of the table."""
    relation = str(table.relation)
    known = relation in now["logged"] or relation in since["logged"]
    return Stretch(table, since, now) if known else None


def anything(conn: Connection, stretches: Sequence[tuple[str, Stretch]]) -> dict[str, bool]:
    """By name, whether anything was logged; stretches that the log cannot tell of are left out."""
    asked = [stretch.question(name) for name, stretch in stretches if stretch.whole]
    if not asked:
        return {}
    return dict(conn.execute(statement(ROOM, "log_continues"), {"asked": Jsonb(asked)}).fetchall())
