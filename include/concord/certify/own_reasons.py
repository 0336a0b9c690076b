"""Why a system's own totals differ from what the hub last saw of its records.

The system's snapshot is younger than the hub's. Whatever changed there since the committed cursor
stands in its change log, and is timing; records in quarantine or parked are known by name. What is
left over is looked for by digest, and has no reason: nobody told of that change.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg import sql

from concord.certify.figures import NOTHING, Figures, Found, Groups, Reasons, differing
from concord.hub.sql import statement
from concord.pipeline import compare, stage
from concord.pipeline.looks import Look
from concord.systems.protocol import Reading, Shape

if TYPE_CHECKING:
    from concord.certify.own import Question

MOST = 100_000
"""Records that are looked at one by one; where more differ, the rest is not named."""


class CannotSay(Exception):
    """The system cannot be asked for these totals. The message says why, in plain words."""


class _Now(NamedTuple):
    """One record as the system has it now; no groups: it is gone."""

    groups: Groups
    name: str | None


class Explainer:
    """Takes a difference apart, the system's own figures less those of the images."""

    def __init__(self, question: Question, shape: Shape, left: Groups) -> None:
        self.q, self.shape, self.left = question, shape, left
        self.found: Reasons = {}
        self._done: set[str] = set()

    def reasons(self) -> Reasons:
        """What is behind the difference of each group; '' is unexplained.

        Raises:
            CannotSay: the system cannot tell what changed, so a change would look like a forgery.
        """
        self._take(self._changed(), ("timing", "it changed since"))
        if self.left:
            self._take(self._differing(), ("", None))
        for key, figures in self.left.items():
            self.found.setdefault((key, ""), Found()).add(figures, 0, [])
        return self.found

    def _changed(self) -> Reading:
        """What changed since the hub's cursor, and the records that are not taken as they are."""
        mapping = self.q.mapping
        row = self.q.conn.execute(
            "SELECT position FROM ops.cursor WHERE system = %s AND entity = %s",
            (mapping.system, mapping.entity),
        ).fetchone()
        since = row[0] if row else None
        reading = self.q.snapshot.changes(mapping, since, list(self._known), self.shape)
        if reading is None:
            raise CannotSay("it cannot tell what changed since the hub last read it")
        return reading

    def _differing(self) -> Reading | None:
        """What differs by digest; None when that is nothing, or too much to be named."""
        mapping, scratch = self.q.mapping, self.q.scratch
        look = Look(self.q.snapshot, 0, datetime.now(UTC), {})
        first = compare.first_look(scratch, self.q.batch_id, mapping, look, self.shape)
        if first.everything or not first.named:
            return None
        rows = scratch.execute(
            sql.SQL("SELECT source_id FROM {} ORDER BY source_id LIMIT {}").format(
                first.suspects, sql.Literal(MOST)
            )
        )
        names = [str(name) for (name,) in rows]
        ids = [first.aliases.get(name, name) for name in names]
        return self.q.snapshot.records(mapping, ids, self.shape)

    def _take(self, reading: Reading | None, otherwise: tuple[str, str | None]) -> None:
        """Explain by these records what is left; one that is not known has the reason given."""
        now = {} if reading is None else self._staged(reading)
        before = self._images(list(now))
        for id_, one in now.items():
            groups, name, golden_id = before.get(id_, ({}, one.name, None))
            moved = differing(one.groups, groups)
            if not moved or id_ in self._done:
                continue
            self._done.add(id_)
            kind, words = self._known.get(id_, otherwise)
            if not one.groups and self._deletions_held:
                kind, words = "held", "its deletion waits for a decision"
            for key, figures in moved.items():
                self._explain(key, kind, figures, [self._record(id_, golden_id, name, words)])

    def _explain(
        self,
        key: str,
        kind: str,
        figures: Figures,
        named: list[dict[str, Any]],
    ) -> None:
        self.found.setdefault((key, kind), Found()).add(figures, 1, named)
        rest = self.left.pop(key, NOTHING) - figures
        if rest:
            self.left[key] = rest

    def _record(
        self, id_: str, golden_id: str | None, name: str | None, words: str | None
    ) -> dict[str, Any]:
        return {
            "system": self.q.mapping.system,
            "entity": self.q.mapping.entity,
            "id": id_,
            "golden_id": golden_id,
            "name": name,
            "words": words,
        }

    @cached_property
    def _known(self) -> dict[str, tuple[str, str | None]]:
        """Records that the hub has not taken as they are, with the reason."""
        rows = self.q.conn.execute(
            statement(
                "certify",
                "not_taken",
                troubles=statement("certify", "troubles"),
                image=self.q.side.records,
            ),
            {"system": self.q.mapping.system, "entity": self.q.mapping.entity},
        )
        return {id_: (kind, words) for id_, kind, words in rows}

    @cached_property
    def _deletions_held(self) -> bool:
        row = self.q.conn.execute(
            "SELECT EXISTS (SELECT FROM ops.review WHERE kind = 'mass_deletion'"
            " AND state IN ('open', 'rejected') AND system = %s AND entity = %s)",
            (self.q.mapping.system, self.q.mapping.entity),
        ).fetchone()
        return bool(row and row[0])

    def _staged(self, reading: Reading) -> dict[str, _Now]:
        """The records of a reading, by key."""
        mapping = self.q.mapping
        at = sql.Identifier("stage", f"c{self.q.batch_id}_{mapping.system}_{mapping.entity}")
        stage.create(self.q.scratch, at, reading)
        stage.fill(self.q.scratch, at, reading)
        called = mapping.by_field.get(self.q.side.name_field or "")
        columns = [*self.q.columns, *([called.column] if called else [])]
        texts = [sql.SQL("{}::text").format(sql.Identifier(column)) for column in columns]
        rows = self.q.scratch.execute(
            sql.SQL("SELECT source_id, op, {} FROM {} ORDER BY op LIMIT {}").format(
                sql.SQL(", ").join(texts), at, sql.Literal(MOST)
            )
        )
        out: dict[str, _Now] = {}
        for id_, op, *values in rows:  # D stands before U: a record made again is there
            raw = dict(zip(columns, values, strict=True))
            groups = {self.q.key(raw): self.q.figures(raw)} if op == "U" else {}
            out[id_] = _Now(groups, raw.get(called.column) if called else None)
        return out

    def _images(self, ids: list[str]) -> dict[str, tuple[Groups, str | None, str | None]]:
        """Group and figures, name and golden id of the records as the hub last saw them."""
        side = self.q.side
        rows = self.q.conn.execute(
            statement(
                "certify",
                "images",
                key=side.key,
                amount=side.amount,
                home=side.home,
                called=side.name,
                image=side.records,
                joins=side.joins(self.q.config.entity),
            ),
            {"ids": ids},
        )
        return {
            id_: ({key: Figures(1, amount, home)}, name, golden_id)
            for id_, key, amount, home, name, golden_id in rows
        }
