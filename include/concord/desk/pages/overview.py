"""Overview: is everything in agreement now, and if not, what is open and what it costs."""

from __future__ import annotations

from typing import Any

from concord.desk import shell
from concord.desk.charts import chart
from concord.desk.web import Answer, Ask
from concord.insight.now import now


def overview(ask: Ask) -> Answer:
    """The first page."""
    return shell.page(ask, "overview.html.j2", **_now(ask))


def part(ask: Ask) -> Answer:
    """What of the first page changes, for the page to fetch again."""
    return shell.page(ask, "now.html.j2", **_now(ask))


def _now(ask: Ask) -> dict[str, Any]:
    found = now(ask.conn, ask.config)
    names = [f"#{one.batch} {one.lane}" for one in found.pace]
    failed = [one.state == "failed" for one in found.pace]
    measures = ("read", "accepted", "confirmed")
    return {
        "n": found,
        "lanes": ask.config.lanes,
        "systems": [system.name for system in ask.config.systems],
        "currency": ask.config.company.currency,
        "trend": chart([n for _, n in found.trend], [f"{day}" for day, _ in found.trend]),
        "pace": [
            (key, chart([float(getattr(one, key)) for one in found.pace], names, failed))
            for key in measures
        ],
    }
