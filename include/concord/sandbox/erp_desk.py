"""What all desks of the sandbox ERP share: buttons to press, lists to work off, and chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from random import Random
from typing import Any

from psycopg import errors, sql

from concord.hub.database import first_line
from concord.sandbox.database import Connection

REFUSALS = (errors.RaiseException, errors.CheckViolation, errors.UniqueViolation)


class Desk:
    """Somebody who works in the ERP on a business day.

    Each button is one transaction. What the ERP refuses is noted in `refused` with its words, and
    the work goes on. `pace` is the share of a working day's work that is done.
    """

    def __init__(self, connection: Connection, day: date, rng: Random, pace: float = 1.0) -> None:
        self.connection, self.day, self.rng, self.pace = connection, day, rng, pace
        self.done: Counter[str] = Counter()
        self.refused: list[str] = []

    def press(self, button: str, *args: Any) -> Any:
        """Call a function of the ERP. Its answer (True where it has none), or None if refused."""
        places = sql.SQL(", ").join([sql.Placeholder()] * len(args))
        query = sql.SQL("SELECT {}({})").format(sql.Identifier(button), places)
        row = self.enter(button, query, *args)
        return None if row is None else row[0] or True

    def enter(self, deed: str, query: sql.SQL | sql.Composed, *args: Any) -> Any:
        """Run a form's statement; its first row (or an empty one), or None if refused."""
        try:
            with self.connection.transaction():
                cursor = self.connection.execute(query, args)
                row = cursor.fetchone() if cursor.description else ()
        except REFUSALS as e:
            self.refused.append(f"{deed}: {first_line(e)}")
            return None
        self.done[deed] += 1
        return row or ()

    def find(self, query: sql.SQL, *args: Any, **named: Any) -> list[Any]:
        """The rows of a work list."""
        return self.connection.execute(query, named or args).fetchall()

    def likely(self, chance: float) -> bool:
        """Whether something happens in this part of a day that has this chance on a whole one."""
        return bool(self.rng.random() < 1 - (1 - chance) ** self.pace)

    def some(self, rows: Iterable[Any], chance: float) -> Iterable[Any]:
        """Those of the rows that it happens to."""
        return [row for row in rows if self.likely(chance)]

    def times(self, average: float) -> int:
        """How often something happens that happens so often on a whole day, on average."""
        return int(average * self.pace + self.rng.random())
