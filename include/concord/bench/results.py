"""Results: what was measured, as the list that latest.json holds and the table people read."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NotRequired, TypedDict

LIMIT, OURS = "limit", "concord"
BESIDE = "concord, "  # begins the subject of a figure of ours that the goal is not about
HEADERS = (
    "workload",
    "rows",
    "subject",
    "seconds",
    "peak MB",
    "× limit",
    "goal",
    "verified",
    "95 %",
)


class Result(TypedDict):
    """One line of a benchmark's results.

    `seconds` is a median; `peak_mb` is 0 where the work was done inside a database;
    `ratio_to_limit` is 1.0 for the limit itself. An unverified result counts for nothing. `p95`:
    seconds within which 95 of 100 runs were done, where there were enough runs; the ratio is its.
    """

    workload: str
    rows: int
    subject: str
    seconds: float
    peak_mb: float
    ratio_to_limit: float
    verified: bool
    p95: NotRequired[float]


@dataclass(frozen=True)
class Taken:
    """Seconds of each run of one subject, whether all of them gave what they should, and the peak
    memory of its process in MB.
    """

    seconds: Sequence[float]
    verified: bool
    peak_mb: float = 0.0

    @property
    def median(self) -> float:
        """The run in the middle."""
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        """The seconds within which 95 of 100 runs were done; of twenty runs, the 19th."""
        return sorted(self.seconds)[max(0, math.ceil(0.95 * len(self.seconds)) - 1)]


@dataclass
class Report:
    """What a workload gave: results, peers that were not there with the reason, further words."""

    results: list[Result] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, other: Report) -> None:
        """Put another one's lines after these."""
        self.results += other.results
        self.absent += other.absent
        self.notes += other.notes


def compared(workload: str, rows: int, subjects: Mapping[str, Taken]) -> list[Result]:
    """One result a subject, as ratios to the subject `limit`, which comes first."""
    limit = subjects[LIMIT]
    order = [LIMIT, *(name for name in subjects if name != LIMIT)]
    return [
        Result(
            workload=workload,
            rows=rows,
            subject=name,
            seconds=round(subjects[name].median, 4),
            peak_mb=round(subjects[name].peak_mb, 1),
            ratio_to_limit=round(subjects[name].median / limit.median, 3),
            verified=subjects[name].verified,
        )
        for name in order
    ]


def faulty(results: Iterable[Result]) -> list[str]:
    """Of the results that are not verified: which."""
    return [
        f"{r['workload']} of {r['rows']:,}: {r['subject']}" for r in results if not r["verified"]
    ]


def cells(result: Result, goals: Mapping[str, float]) -> list[str]:
    """A result as the cells under HEADERS."""
    goal = goals.get(result["workload"]) if result["subject"] == OURS else None
    return [
        result["workload"],
        f"{result['rows']:,}",
        result["subject"],
        _seconds(result["seconds"]),
        f"{result['peak_mb']:,.0f}" if result["peak_mb"] else "–",
        f"{result['ratio_to_limit']:.2f}",
        f"≤ {goal:g}" if goal else "",
        "yes" if result["verified"] else "NO",
        _seconds(result["p95"]) if "p95" in result else "",
    ]


def _seconds(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"


def markdown(report: Report, goals: Mapping[str, float], machine: str) -> str:
    """The table that docs/performance.md shows, with absent peers and notes below."""
    lines = [machine, "", "| " + " | ".join(HEADERS) + " |"]
    lines.append("|" + "|".join(" --- " if n in (0, 2, 7) else " ---: " for n in range(9)) + "|")
    lines += ["| " + " | ".join(cells(r, goals)) + " |" for r in report.results]
    if report.absent:
        lines += ["", "Not there:", "", *(f"- {line}" for line in report.absent)]
    return "\n".join(lines) + "\n"


def write(folder: Path, report: Report, goals: Mapping[str, float], machine: str) -> None:
    """Write latest.json and latest.md."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report.results, indent=1, ensure_ascii=False)
    for name, content in {"json": text + "\n", "md": markdown(report, goals, machine)}.items():
        part = folder / f"latest.{name}.part"
        part.write_text(content, encoding="utf-8")
        part.replace(folder / f"latest.{name}")
