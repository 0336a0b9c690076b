"""Volumes: whether as many rows came today as usually come on this weekday by this time of day.

A `volume` rule of a system's suite warns when today's number is more than `factor` times the median
of the last eight same weekdays, or less than that part of it. It says nothing on fewer than three
such days, nor about fewer rows than `least`. The books of past batches are all that it reads, so a
table from which nothing comes any more is noticed too; the first batch of an hour asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from psycopg.types.json import Jsonb

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.quality.rules import Rule, Suite, Suites
from concord.quality.table import RuleResult, TableResult

FEWEST_DAYS = 3
LEAST = 20  # rows usually there; fewer than these are too uneven to say anything of


@dataclass(frozen=True)
class _Seen:
    today: int
    usual: Decimal | None
    days: int


def due(conn: Connection, batch_id: int, lane: str) -> bool:
    """Whether no batch of the lane has asked in this hour."""
    row = conn.execute(
        statement("quality", "volumes_due"), {"batch": batch_id, "lane": lane}
    ).fetchone()
    return bool(row and row[0])


def judge(
    conn: Connection,
    suites: Suites,
    tables: Sequence[tuple[str, str]],
    *,
    now: datetime | None = None,
) -> list[TableResult]:
    """What the volume rules of the (system, entity) tables say; a table without one is left out."""
    asked = [suite for suite in (suites.of(*t) for t in tables) if suite.volumes]
    if not asked:
        return []
    local = (now or datetime.now(ZoneInfo(suites.zone))).astimezone(ZoneInfo(suites.zone))
    rows = conn.execute(
        statement("quality", "volumes"),
        {
            "asked": Jsonb([{"system": s.system, "entity": s.entity} for s in asked]),
            "now": local.replace(tzinfo=None),
            "zone": suites.zone,
        },
    ).fetchall()
    seen = {(system, entity): _Seen(*numbers) for system, entity, *numbers in rows}
    return [_result(suite, seen[suite.system, suite.entity]) for suite in asked]


def _result(suite: Suite, seen: _Seen) -> TableResult:
    rules = tuple(_verdict(number, rule, seen) for number, rule in enumerate(suite.volumes, 1))
    return TableResult(suite.system, suite.entity, seen.today, rules)


def _verdict(number: int, rule: Rule, seen: _Seen) -> RuleResult:
    if seen.usual is None or seen.days < FEWEST_DAYS:
        return RuleResult(number, rule, True, 0, 0, f"{seen.today}; no history yet")
    usual = seen.usual
    factor = Decimal(str(rule.kwargs["factor"]))
    observed = f"{seen.today}; by now usually {usual:.0f}"
    if usual < rule.kwargs.get("least", LEAST):
        return RuleResult(number, rule, True, seen.today, 0, observed)
    good = usual / factor <= seen.today <= usual * factor
    return RuleResult(number, rule, good, seen.today, int(not good), observed)
