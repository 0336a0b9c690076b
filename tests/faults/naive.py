"""Naive ways to keep two systems in agreement, against which the fault tests are first tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from tests.faults.people import PARTY, TERMS, WRITER

FIELDS = ("legal_name", "phone", "email", "payment_terms")
Rows = dict[str, tuple[Any, ...]]  # web address -> values of FIELDS in the ERP's form


@dataclass
class BlindSync:
    """Two-way copying as a script does it: what differs from the last reading is given to the
    other side, whole rows, and nobody looks again before writing.
    """

    sessions: Mapping[str, psycopg.Connection[TupleRow]]
    last: dict[str, Rows] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def on(cls, urls: Mapping[str, str]) -> Iterator[BlindSync]:
        """A sync that has read both sides once."""
        name = f"{WRITER} naive"
        with (
            psycopg.connect(urls["erp"], autocommit=True, application_name=name) as erp,
            psycopg.connect(urls["crm"], autocommit=True, application_name=name) as crm,
        ):
            sync = cls({"erp": erp, "crm": crm})
            sync.last = sync.read()
            yield sync

    def read(self) -> dict[str, Rows]:
        """Both sides as they are now."""
        return {system: self._rows(system) for system in self.sessions}

    def run(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """One batch: read, then write; `meanwhile` happens between the two."""
        now = self.read()
        meanwhile()
        self.write(now)

    def write(self, now: dict[str, Rows]) -> None:
        """Give each side what had changed on the other when `now` was read."""
        for here, there in (("crm", "erp"), ("erp", "crm")):
            for tag, values in now[here].items():
                if values != self.last[here].get(tag):
                    self._give(there, tag, values)
        self.last = self.read()

    def _rows(self, system: str) -> Rows:
        table, _, columns = PARTY[system]
        names = [columns["website"], *(columns[f] for f in FIELDS)]
        text = sql.SQL("SELECT {} FROM {}").format(
            sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(table)
        )
        rows = self.sessions[system].execute(text).fetchall()
        return {tag: (*values, _terms(terms, system, "erp")) for tag, *values, terms in rows}

    def _give(self, system: str, tag: str, values: tuple[Any, ...]) -> None:
        table, _, columns = PARTY[system]
        text = sql.SQL("UPDATE {} SET {} WHERE {} = %s").format(
            sql.Identifier(table),
            sql.SQL(", ").join(
                sql.SQL("{} = %s").format(sql.Identifier(columns[f])) for f in FIELDS
            ),
            sql.Identifier(columns["website"]),
        )
        *others, terms = values
        self.sessions[system].execute(text, [*others, _terms(terms, "erp", system), tag])


def _terms(text: str, of: str, to: str) -> str:
    """Payment terms of one system in the words of another."""
    return TERMS[to][TERMS[of].index(text)]
