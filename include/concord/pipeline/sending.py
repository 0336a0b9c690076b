"""Sending: an entity's intents to a target, slice by slice, and the answers into the ledger.

Each slice is marked as sent, written, and confirmed, and each of the three commits on its own.
While the target does one slice, the answers about the one before are stored here, and the next one
is read and marked: neither waits for the other. One slice is in the target at a time. None needs
what the one before it makes: references never go in a circle, so no record refers to its like.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.mapping import Unmappable, to_system
from concord.model.spec import Entity, EntityMapping
from concord.pipeline import confirm, lease
from concord.pipeline.engine import Engine
from concord.pipeline.fields import partition
from concord.pipeline.settle import Intent
from concord.systems.protocol import Fence, Outcome, Shape, Write, Writer


@dataclass(frozen=True)
class _Slice:
    """What was marked as sent, and what the target will say of it."""

    attempt: int
    intents: list[Intent]
    refused: list[Outcome]  # cannot be said in the target's terms, so it was not sent
    answer: Future[list[Outcome]]


@dataclass
class Sending:
    """One load's sending of one entity; `sent` and `earlier` say afterwards how much it was."""

    engine: Engine
    ledger: Connection
    batch_id: int
    entity: Entity
    mapping: EntityMapping
    writer: Writer
    shape: Shape
    held: Sequence[Fence]  # leases to renew; the first is that under which the writer writes
    sent: int = 0
    earlier: int = 0  # confirmed writes that earlier batches had planned
    _broken: bool = False

    def send(self, slices: Iterable[list[Intent]]) -> None:
        """Send slice after slice.

        Raises:
            LeaseLost, SystemUnavailable and what else `Writer.apply` raises: what was marked as
                sent and not answered by then is found out by whoever loads next.
        """
        under_way: _Slice | None = None
        with ThreadPoolExecutor(1) as target:
            for ready in slices:
                intents = self._fitting(ready)
                if not intents:
                    continue
                for fence in self.held:
                    lease.renew(self.ledger, fence)
                self.sent += len(intents)
                before, under_way = under_way, self._hand_over(intents, target)
                if before is not None:
                    self._confirm(before)
            if under_way is not None:
                self._confirm(under_way)

    def _fitting(self, intents: list[Intent]) -> list[Intent]:
        """Those whose columns are all there. The others wait; the next batch plans them anew."""
        away = {c.column for c in self.mapping.columns} - self.shape.columns.keys()
        fit: list[Intent] = []
        unfit: list[Intent] = []
        for intent in intents:
            named = [*intent.base, *(self.mapping.by_field[f].column for f in intent.new)]
            (fit if away.isdisjoint(named) else unfit).append(intent)
        if unfit:
            self.ledger.execute(
                "INSERT INTO ops.replan (entity, golden_id, reason)"
                " SELECT DISTINCT %s, unnest(%s::uuid[]), 'a column was gone'"
                " ON CONFLICT DO NOTHING",
                (self.mapping.entity, [i.golden_id for i in unfit]),
            )
            self.ledger.commit()
        return fit

    def _hand_over(self, intents: list[Intent], target: ThreadPoolExecutor) -> _Slice:
        attempt, intents = self._mark_sent(intents)
        writes, refused = self._writes(intents)
        return _Slice(attempt, intents, refused, target.submit(self._apply, writes))

    def _apply(self, writes: Sequence[Write]) -> list[Outcome]:
        """In the target's own thread: one slice, unless the one before it came to grief."""
        if self._broken or not writes:
            return []
        try:
            return self.writer.apply(self.mapping, writes, self.shape)
        except BaseException:
            self._broken = True
            raise

    def _confirm(self, one: _Slice) -> None:
        """Store what the target says of a slice, as soon as it does."""
        outcomes = one.answer.result()
        confirm.store(
            self.engine,
            self.ledger,
            self.batch_id,
            self.entity,
            self.mapping,
            one.intents,
            [*outcomes, *one.refused],
        )
        self.ledger.execute(
            "UPDATE ops.attempt SET ended_at = clock_timestamp(), outcome = 'answered'"
            " WHERE attempt_id = %s",
            (one.attempt,),
        )
        self.ledger.commit()
        done = {o.key for o in outcomes if o.state == "confirmed"}
        self.earlier += sum(i.batch_id != self.batch_id and i.key in done for i in one.intents)

    def _writes(self, intents: list[Intent]) -> tuple[list[Write], list[Outcome]]:
        """Intents in the target's own columns and codes; what cannot be said there is rejected."""
        writes, refused = [], []
        codes = self.engine.config.code_list
        for intent in intents:
            try:
                new = to_system(self.entity, self.mapping, codes, intent.new)
            except Unmappable as e:
                refused.append(Outcome(intent.key, "rejected", intent.source_id, error=str(e)))
                continue
            action: Any = intent.action
            writes.append(Write(intent.key, action, intent.source_id, new, intent.base))
        return writes, refused

    def _mark_sent(self, intents: list[Intent]) -> tuple[int, list[Intent]]:
        """Store that these are being sent; gives the attempt, and those that really may go."""
        token = self.held[0].token
        marked = self.ledger.execute(
            statement("pipeline", "mark_sent", image=partition(self.mapping)),
            {"intents": [i.id for i in intents], "token": token},
        ).fetchall()
        going = {id_ for id_, overtaken in marked if not overtaken}
        row = self.ledger.execute(
            "INSERT INTO ops.attempt (batch_id, system, entity, token, intents)"
            " VALUES (%s, %s, %s, %s, %s) RETURNING attempt_id",
            (self.batch_id, self.mapping.system, self.mapping.entity, token, len(going)),
        ).fetchone()
        self.ledger.commit()
        assert row
        return int(row[0]), [i for i in intents if i.id in going]
