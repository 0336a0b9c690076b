"""Scores: how much of what was judged is as the rules want it, now and over time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from concord.errors import ConcordError
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.quality.rules import Suites

POINTS = 200


@dataclass(frozen=True)
class Score:
    """A rule with its words and owner, and its last run; `at` is None where it never ran on rows.

    `waiting`: records in quarantine because of it. `incident`: the number of the open one.
    """

    system: str
    entity: str
    rule: str
    severity: str
    level: str
    owner: str
    meaning: Mapping[str, str]  # language -> the rule in words
    checked: int
    failed: int
    batch: int | None
    at: datetime | None
    waiting: int
    incident: int | None

    @property
    def value(self) -> Decimal | None:
        """Share of rows that pass, 0 to 1; None where nothing was judged."""
        return share(self.checked, self.failed)


FILE_HEADERS = (
    "system", "entity", "rule", "meaning", "severity", "owner", "checked", "failed", "score",
    "in_quarantine", "incident", "batch", "at",
)  # fmt: skip


@dataclass(frozen=True)
class Point:
    """One run of a rule."""

    batch: int
    at: datetime
    success: bool
    checked: int
    failed: int

    @property
    def value(self) -> Decimal | None:
        """Share of rows that pass, 0 to 1; None where nothing was judged."""
        return share(self.checked, self.failed)


@dataclass(frozen=True)
class Total:
    """All rules of one entity of one system. `value`: share of judgements that pass."""

    system: str
    entity: str
    rules: int
    failing: int
    value: Decimal | None


def share(checked: int, failed: int) -> Decimal | None:
    """Share of rows that pass, to four places."""
    if checked <= 0:
        return None
    return (1 - Decimal(failed) / checked).quantize(Decimal("0.0001"))


def scores(
    conn: Connection, suites: Suites, *, system: str | None = None, entity: str | None = None
) -> list[Score]:
    """Every rule of the suites with its last run on rows, in the order of the suites."""
    rules = [
        (suite, rule)
        for suite in suites
        if system in (None, suite.system) and entity in (None, suite.entity)
        for rule in (*suite.rules, *suite.volumes)
    ]
    rows = conn.execute(
        statement("stewardship", "scores"),
        {
            "systems": [s.system for s, _ in rules],
            "entities": [s.entity for s, _ in rules],
            "rules": [r.name for _, r in rules],
        },
    ).fetchall()
    return [
        Score(
            suite.system, suite.entity, rule.name, rule.severity, rule.level, rule.owner,
            dict(rule.meaning), *row[1:],
        )
        for (suite, rule), row in zip(rules, rows, strict=True)
    ]  # fmt: skip


def file_rows(found: Iterable[Score], language: str) -> Iterator[tuple[object, ...]]:
    """The scores as rows of a file, under `FILE_HEADERS`."""
    for s in found:
        meaning = s.meaning.get(language, s.rule)
        yield (
            s.system, s.entity, s.rule, meaning, s.severity, s.owner, s.checked, s.failed, s.value,
            s.waiting, s.incident, s.batch, s.at,
        )  # fmt: skip


def totals(found: Iterable[Score]) -> list[Total]:
    """The same summed up by system and entity."""
    by_table: dict[tuple[str, str], list[Score]] = {}
    for score in found:
        by_table.setdefault((score.system, score.entity), []).append(score)
    return [
        Total(
            *table,
            rules=len(many),
            failing=sum(s.failed > 0 for s in many),
            value=share(sum(s.checked for s in many), sum(s.failed for s in many)),
        )
        for table, many in by_table.items()
    ]


def trend(
    conn: Connection, system: str, entity: str, rule: str, *, points: int = POINTS
) -> list[Point]:
    """The last runs of one rule, oldest first.

    Raises:
        ConcordError: `points` is below 1.
    """
    if points < 1:
        raise ConcordError(f"a trend needs at least one point, not {points}")
    rows = conn.execute(
        statement("stewardship", "trend"),
        {"system": system, "entity": entity, "rule": rule, "points": min(points, 2_000)},
    ).fetchall()
    return [Point(*row) for row in reversed(rows)]
